"""Who a command of this machine is while it talks to Friday: the person at the keyboard, for as long as it lasts."""

import asyncio
import datetime as dt
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console

from agent.app import prepare
from agent.channels.terminal.chat import Chat
from agent.channels.terminal.client import Client
from agent.commands.talking import connected
from agent.firms.founding import found, read_firm
from memory.tables.identity import SignIn
from tests.support.friday import FRIDAY, OTHER_FIRM, copied, settings_in
from tools.errors import NotFound, Rejected

Talk = Callable[[Client], Awaitable[Any]]


pytestmark = pytest.mark.slow


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    return copied(demo_folder, tmp_path / "data")


def talked(folder: Path, email: str, talk: Talk) -> Any:
    """What `talk` gives for a client that a command has connected."""

    async def run() -> Any:
        settings = settings_in(folder, port=0)
        async with connected(settings, email, now=FRIDAY.isoformat()) as (client, _):
            return await talk(client)

    return asyncio.run(run())


def typed(*lines: str) -> Talk:
    """A chat in which these lines are typed; gives what was printed."""

    async def talk(client: Client) -> str:
        console = Console(file=io.StringIO(), record=True, width=140)
        waiting = iter(lines)

        def ask(text: str) -> str:
            line = next(waiting, "/quit")
            console.print(text + line, markup=False)
            return line

        await Chat(client, console, ask, language="en").run()
        return console.export_text()

    return talk


async def waiting(client: Client) -> list[str]:
    return [one["tool"] for one in await client.query("approvals.list", {"status": "pending"})]


async def myself(client: Client) -> str:
    return (await client.query("auth.me"))["email"]


@pytest.mark.usefixtures("logs_put_back")
def test_what_waits_for_a_person_is_decided_in_the_terminal(folder: Path) -> None:
    tools = talked(folder, "owner@demo.example", waiting)
    answers = {"update_customer": ["a", "y"], "reschedule_booking": ["d", "No time"]}

    lines = [line for tool in tools for line in answers[tool]]
    printed = talked(folder, "owner@demo.example", typed("/approvals", *lines))

    assert "A script may not" not in printed
    assert talked(folder, "owner@demo.example", waiting) == []


@pytest.mark.usefixtures("logs_put_back")
def test_the_sign_in_of_a_command_ends_with_it(folder: Path) -> None:
    talked(folder, "anna@demo.example", myself)

    store = prepare(settings_in(folder))
    with store.system() as session:
        last = session.scalars(sa.select(SignIn).order_by(SignIn.created_at.desc())).first()
    store.close()
    assert last is not None
    assert last.kind == "person"
    assert last.revoked_at is not None
    assert last.expires_at - last.created_at <= dt.timedelta(hours=12)


@pytest.mark.usefixtures("logs_put_back")
def test_without_an_address_it_is_the_only_owner(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    store = prepare(settings_in(own))
    found(store, read_firm(OTHER_FIRM), now=FRIDAY)
    store.close()

    assert talked(own, "", myself) == "vera@vestfjord.example"
    assert talked(folder, "", myself) == "owner@demo.example"


@pytest.mark.usefixtures("logs_put_back")
def test_of_several_owners_one_has_to_be_named(folder: Path) -> None:
    store = prepare(settings_in(folder))
    found(store, read_firm(OTHER_FIRM), now=FRIDAY)
    store.close()

    with pytest.raises(Rejected, match=r"--as vera@vestfjord\.example` \(Vestfjord VVS\)"):
        talked(folder, "", myself)
    with pytest.raises(NotFound, match="Nobody with the address"):
        talked(folder, "bo@demo.example", myself)
