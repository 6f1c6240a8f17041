"""`friday …`: every command in one place, each a few lines over what does the work."""

import asyncio
import json
import secrets
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from agent import commands
from agent.settings import read_settings
from memory.safety import StoreUnsafe
from tools.errors import ToolError

COMMANDS = "friday.commands"
"""The entry points by which packages above this one bring commands of their own, such as `friday eval`."""

app = typer.Typer(
    help="Friday, an operations agent you chat with.", no_args_is_help=True, add_completion=False
)
demo = typer.Typer(help="The demo firm.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
memory = typer.Typer(help="What search looks through.", no_args_is_help=True)
taught = typer.Typer(help="What Friday learnt from pressed buttons.", no_args_is_help=True)
app.add_typer(demo, name="demo")
app.add_typer(audit, name="audit")
app.add_typer(memory, name="memory")
app.add_typer(taught, name="taught")

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Now = Annotated[str | None, typer.Option(help="Take this ISO instant for now (demo data).")]
console = Console()
log = structlog.get_logger(__name__)


def _told(given: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(given, default=str))
    else:
        typer.echo(given["message"])


@app.command()
def init(
    file: Annotated[Path | None, typer.Argument(help="A firm.yaml instead of questions.")] = None,
    as_json: Json = False,
) -> None:
    """Found a firm of your own, by eight questions or from a file."""
    _told(commands.found_firm(read_settings(), file), as_json)


@app.command()
def serve(now: Now = None) -> None:
    """Serve the page, the API and (with an embedded store) the jobs."""
    commands.serve(read_settings(), console, now=now)


@app.command()
def work() -> None:
    """Run the jobs of a PostgreSQL store, without serving."""
    commands.work(read_settings())


@app.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="Whose e-mail to chat as.")] = "",
) -> None:
    """Talk to Friday in the terminal."""
    asyncio.run(commands.chat(read_settings(), console, as_))


@app.command()
def tour(now: Now = None) -> None:
    """Five turns in the terminal: look up, propose, edit, approve, and a hijack that fails."""
    asyncio.run(commands.tour(read_settings(), console, now=now))


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="Whose bearer.")],
    tenant: Annotated[
        str, typer.Option(help="The firm's id or name, where an address is in several.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print a bearer for scripts, valid for 30 days."""
    _told(commands.token(read_settings(), email, tenant), as_json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Leads as lead.v1 JSONL, or CSV.")],
    as_: Annotated[str, typer.Option("--as", help="Whose e-mail to import as.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Approve the dry run without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Import leads: a dry run first, then your yes."""
    seen = Console(stderr=True) if as_json else console
    told = asyncio.run(commands.import_file(read_settings(), seen, file, as_, yes))
    _told(told, as_json)
    if told["status"] != "done" and (yes or told["status"] != "cancelled"):
        raise typer.Exit(1)


@app.command()
def erase(
    who: Annotated[str, typer.Argument(help="A customer or lead: e-mail, name, number or id.")],
    as_: Annotated[str, typer.Option("--as", help="The owner's e-mail.")] = "",
    typed: Annotated[str, typer.Option(help="The person's name, instead of being asked.")] = "",
    as_json: Json = False,
) -> None:
    """Erase a person for good: what would go, then the name typed as your yes."""
    seen = Console(stderr=True) if as_json else console
    told = asyncio.run(commands.erase(read_settings(), seen, who, as_, typed))
    _told(told, as_json)
    if told["status"] != "done":
        raise typer.Exit(1)


@demo.command("reset")
def demo_reset(now: Now = None, as_json: Json = False) -> None:
    """Put the demo firm back to how it was."""
    _told(asyncio.run(commands.demo_reset(read_settings(), now=now)), as_json)


@audit.command("verify")
def audit_verify(as_json: Json = False) -> None:
    """Check every firm's audit chain; the first broken row is named."""
    given = commands.audit_verify(read_settings())
    _told(given, as_json)
    if not given["ok"]:
        raise typer.Exit(1)


@memory.callback()
def memory_() -> None:
    """What search looks through."""


@memory.command("reindex")
def memory_reindex(as_json: Json = False) -> None:
    """Make the texts, the index and the vectors anew from the records."""
    seen = Console(stderr=True) if as_json else console
    _told(commands.reindex(read_settings(), seen), as_json)


@taught.command("list")
def taught_list(
    as_: Annotated[str, typer.Option("--as", help="Whose e-mail to look as.")] = "",
    as_json: Json = False,
) -> None:
    """Each phrase with its id, what it means, and who taught it."""
    _told(asyncio.run(commands.taught_list(read_settings(), as_)), as_json)


@taught.command("revert")
def taught_revert(
    id: Annotated[str, typer.Argument(help="The phrase's id, from the list.")],
    as_: Annotated[str, typer.Option("--as", help="Whose e-mail to unlearn as.")] = "",
    as_json: Json = False,
) -> None:
    """Unlearn one phrase, from the next message on."""
    _told(asyncio.run(commands.taught_revert(read_settings(), as_, id)), as_json)


@memory.command("scrub")
def memory_scrub(as_json: Json = False) -> None:
    """Clean every file of what was forgotten or erased; a running server does it by itself."""
    _told(commands.scrub(read_settings()), as_json)


@app.command("export-router")
def export_router(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; standard output otherwise.")
    ] = None,
    declarations: Annotated[bool, typer.Option("--d-ts", help="A .d.ts instead.")] = False,
) -> None:
    """Write the typed AppRouter for TypeScript users."""
    text = commands.export_router(
        declarations=declarations or bool(file and file.name.endswith(".d.ts"))
    )
    if file is None:
        typer.echo(text)
    else:
        file.write_text(text, encoding="utf-8")


def main() -> None:
    """Run a command; a failure is one sentence and a code that is not zero."""
    commands.be_quiet()
    add_others(sys.argv[1:])
    exit_with(app)


def add_others(asked: Sequence[str]) -> None:
    """Commands of other packages, loaded when one of them or the list of all is asked for."""
    for other in entry_points(group=COMMANDS):
        if asked[:1] in ([], ["--help"], [other.name]):
            app.add_typer(other.load(), name=other.name)


def exit_with(command: Callable[[], object]) -> None:
    """Turns a failure into its sentence on standard error."""
    try:
        command()
    except ToolError as error:
        _fail(error.message)
    except StoreUnsafe as error:
        _fail(str(error))
    except OperationalError as error:
        told = str(error.orig).strip().partition("\n")[0]
        _fail(
            f"The database does not work ({told}). Check FRIDAY_DATABASE_URL and FRIDAY_DATA_DIR."
        )
    except OSError as error:
        _fail(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except Exception:
        reference = secrets.token_hex(3)
        log.exception("a command broke", reference=reference)
        _fail(f"Something broke. Reference {reference}; the details are in logs/friday.log.")


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
