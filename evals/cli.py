"""`friday eval …`: the cases that must pass before anything is released."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.settings import read_settings
from evals.nlu.drawing import draw
from evals.nlu.measuring import BLIND, measure
from evals.recalling import FIRST, recall
from evals.running import CORE, Run, run
from tools.errors import Rejected

app = typer.Typer(help="Cases that must pass.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Cases that must pass."""


@app.command("run")
def run_(
    path: Annotated[Path, typer.Argument(help="A file of cases.")] = CORE,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    model: Annotated[str, typer.Option(help="offline, or a litellm name.")] = "offline",
    pass_mark: Annotated[
        int | None, typer.Option(min=0, help="How many must pass; all when it is left out.")
    ] = None,
) -> None:
    """Play every case against a fresh demo firm; ends with an error below the pass mark."""
    settings = read_settings().model_copy(update={"model": model})
    outcome = run(path, settings=settings, pass_mark=pass_mark)
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2, default=str))
    else:
        _draw(outcome, Console())
    if not outcome.ok:
        raise typer.Exit(1)


@app.command("recall")
def recall_(
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Ask search 60 questions over 300 texts; ends with an error below three out of four."""
    outcome = recall()
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2))
    else:
        for kind, share in outcome.by_kind.items():
            typer.echo(f"{kind}: {share:.0%}")
        typer.echo(f"{outcome.share:.0%} of the answers are among the first {FIRST}.")
    if not outcome.ok:
        raise typer.Exit(1)


@app.command("nlu")
def nlu_(
    path: Annotated[
        Path, typer.Argument(help="A file of rows: lang, role, text, tool, args.")
    ] = BLIND,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    hold_out: Annotated[
        bool, typer.Option("--hold-out", help="Also leave each author of phrases out in turn.")
    ] = False,
) -> None:
    """Measure how well the embedded model understands rows of what people said."""
    try:
        measured = measure(path, hold_out=hold_out)
    except Rejected as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(measured.as_json(), ensure_ascii=False, indent=2))
    else:
        draw(measured, Console())


def _draw(outcome: Run, console: Console) -> None:
    table = Table("case", "", "seconds")
    for each in outcome.results:
        table.add_row(each.name, "passed" if each.passed else "FAILED", f"{each.seconds:.2f}")
    console.print(table)
    for each in outcome.results:
        if not each.passed:
            console.print(f"\n{each.name}", style="bold", markup=False)
            for text in (*each.lines, *(f"! {fault}" for fault in each.faults)):
                console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{outcome.passed} of {len(outcome.results)} passed, {outcome.pass_mark} must; "
        f"{outcome.seconds:.1f} s with {outcome.model}.",
        markup=False,
    )
