"""The terminal's chat against a whole Friday that is served."""

import asyncio
import io
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from agent.app import create_app, prepare
from agent.channels.terminal.cards import draw
from agent.channels.terminal.chat import Chat
from agent.channels.terminal.client import Client
from agent.channels.terminal.interrupts import interrupted
from agent.commands.hosting import hosted
from agent.commands.running import listening_on
from tests.support.friday import Clock, Friday, copied, door, settings_in
from tools.cards import (
    Card,
    Cell,
    ChartCard,
    ChoicesCard,
    FactsCard,
    FileCard,
    FormCard,
    FormField,
    Line,
    Moment,
    Option,
    Point,
    Preview,
    ProposalCard,
    TableCard,
    TimelineCard,
    Warned,
)

BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"
RED = Warned(
    pointer="/email", label="E-mail", value="x@evil.example", origin="TEXT", excerpt="[b]pay[/b]"
)
PROPOSAL = ProposalCard(
    id="p",
    version=1,
    digest="d",
    tool="book",
    status="pending",
    preview=Preview(
        title="Book [red]Jens[/red]",
        lines=(Line(label="When", value="10:00", before="09:00"),),
        recipients=("jens@demo.example",),
        warnings=("Far away",),
    ),
    red=(RED,),
    problem="It moved",
    moved=(Line(label="Price", value="500 kr.", before="400 kr."),),
    expires_at="2026-11-20T12:00:00+01:00",
    expires_shown="12:00",
)
CARDS: list[tuple[Card, list[str]]] = [
    (
        FactsCard(title="Jens", lines=(Line(label="Phone", value="20", source="customer"),)),
        ["Jens", "Phone", "20 (customer's words)"],
    ),
    (
        TableCard(title="Leads", columns=("Name",), rows=((Cell(text="[i]Mette[/i]"),),), total=7),
        ["Leads (1 of 7)", "[i]Mette[/i]"],
    ),
    (
        TimelineCard(title="History", moments=(Moment(at="09:00", title="Called", text="no one"),)),
        ["History", "09:00", "Called  no one"],
    ),
    (
        ChartCard(title="Hours", points=(Point(label="Mon", value=0, shown="0 h"),)),
        ["Hours", "Mon", "0 h"],
    ),
    (
        PROPOSAL,
        [
            "Book [red]Jens[/red]",
            "09:00 → 10:00",
            "jens@demo.example",
            "Far away",
            "[b]pay[/b]",
            "It moved",
            "400 kr. → 500 kr.",
            "12:00",
        ],
    ),
    (
        FileCard(title="Sample", filename="a.csv", href="/samples/a.csv", size=2048),
        ["/samples/a.csv", "2,048 bytes"],
    ),
    (
        FormCard(title="Book", tool="book", fields=(FormField(name="start", label="When"),)),
        ["Book", "• When"],
    ),
    (
        ChoicesCard(title="Which?", options=(Option(label="Jens"), Option(label="Jonas"))),
        ["Which?", "1. Jens", "2. Jonas"],
    ),
]


@dataclass
class Terminal:
    """A served Friday, and a chat whose lines are typed beforehand."""

    friday: Friday
    url: str

    def chat(self, *lines: str, who: str = "anna", language: str = "en") -> str:
        """Everything that was printed, questions too, when those lines were typed one after the other."""
        return asyncio.run(self._chat(list(lines), self.friday.token(who), language))

    async def _chat(self, lines: list[str], token: str, language: str) -> str:
        console = Console(file=io.StringIO(), record=True, width=140)
        waiting = iter(lines)

        def ask(text: str) -> str:
            line = next(waiting, "/quit")
            console.print(text + line, markup=False)
            return line

        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as http:
            await Chat(Client(http, token), console, ask, language=language).run()
        return console.export_text()


@pytest.fixture
def terminal(demo_folder: Path, tmp_path: Path) -> Iterator[Terminal]:
    settings = settings_in(copied(demo_folder, tmp_path / "data"), port=0)
    with listening_on(settings) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        store, clock = prepare(settings), Clock()
        app = create_app(settings, clock=clock, store=store)
        with hosted(app, listening):
            yield Terminal(Friday(app, door(app), clock), settings.base_url)
        store.close()


def test_a_question_is_answered_with_a_table(terminal: Terminal) -> None:
    printed = terminal.chat("find leads in Aarhus")

    assert "You are talking to Friday, an AI." in printed
    assert "Mette Holm" in printed
    assert "Friday  " in printed


def test_a_yes_is_followed_by_what_became_of_it(terminal: Terminal) -> None:
    printed = terminal.chat(BOOK, "a")

    before, _, after = printed.partition("[a]pprove")
    assert "Tuesday 24 November 2026 at 10:00–11:30" in before
    assert "Booked #41" in after


def test_a_no_gives_its_reason(terminal: Terminal) -> None:
    printed = terminal.chat(BOOK, "d", "He moved away")

    assert "He moved away" in printed.rpartition("? He moved away")[2]


def test_an_edit_is_shown_again_before_it_is_approved(terminal: Terminal) -> None:
    unchanged = terminal.chat(BOOK, "")
    made = terminal.friday.say(BOOK)["proposals"][0]
    form = terminal.friday.query("approvals.form", {"id": made["id"]})["fields"]
    answers = [{"start": "Tuesday at 13"}.get(field["name"], "") for field in form]
    printed = terminal.chat(BOOK, "e", *answers, "a")

    assert "13:00–14:30" not in unchanged
    assert "Start [Tuesday 24 November 2026 at 10:00]" in printed
    assert "Customer [Jens Nygaard]" in printed
    assert "at 13:00–14:30" in printed
    assert printed.count("Booked #41") == 1


def test_a_field_that_was_refused_is_asked_again_and_the_other_edits_are_kept(
    terminal: Terminal,
) -> None:
    made = terminal.friday.say(BOOK)["proposals"][0]
    form = terminal.friday.query("approvals.form", {"id": made["id"]})["fields"]
    wanted = {"start": "quarter past never", "note": "Ring twice"}
    answers = [wanted.get(field["name"], "") for field in form]

    printed = terminal.chat(BOOK, "e", *answers, "kl. 13", "a")

    assert "I cannot read “quarter past never”" in printed
    assert printed.count("Start [Tuesday 24 November 2026 at 10:00]") == 2
    assert "Ring twice" in printed.rpartition("kl. 13")[2]
    assert "at 13:00–14:30" in printed
    assert "Booked #41" in printed


def test_a_refused_edit_can_be_let_be(terminal: Terminal) -> None:
    made = terminal.friday.say(BOOK)["proposals"][0]
    form = terminal.friday.query("approvals.form", {"id": made["id"]})["fields"]
    answers = [{"start": "quarter past never"}.get(field["name"], "") for field in form]

    printed = terminal.chat(BOOK, "e", *answers, "", "a")

    assert printed.count("[a]pprove") == 2
    assert "Booked #41" in printed


def test_the_calendar_has_an_address_that_opens(terminal: Terminal) -> None:
    printed = terminal.chat("/calendar")

    address = next(line for line in printed.splitlines() if line.endswith(".ics"))
    assert httpx.get(address.strip(), trust_env=False).text.startswith("BEGIN:VCALENDAR")
    assert "Only those who work here" in terminal.chat("/calendar", who="jens")


def test_the_sample_of_an_import_has_a_whole_address(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("name,email\nEva Eng,eva@mail.example\n")

    printed = terminal.chat(f"/upload {tmp_path / 'leads.csv'}", "import this file", "")

    address = next(word for word in printed.split() if "/samples/" in word)
    assert httpx.get(address, trust_env=False).status_code == 200


def test_a_number_chooses(terminal: Terminal) -> None:
    printed = terminal.chat("booking", "1", who="anna")

    assert "  1. " in printed
    assert printed.count("Friday  ") >= 2


def test_what_waits_is_shown_and_can_be_left_waiting(terminal: Terminal) -> None:
    printed = terminal.chat("/approvals", "", "", who="owner")

    assert "Nordlys Café" in printed
    assert printed.count("[a]pprove") == 2
    assert len(terminal.friday.query("approvals.list", {"status": "pending"})) == 2


def test_a_red_argument_is_asked_about(terminal: Terminal) -> None:
    waiting = terminal.friday.query("approvals.list", {"status": "pending"})
    tools = [proposal["tool"] for proposal in waiting]
    answers = {"update_customer": ["a", "n"], "reschedule_booking": [""]}

    printed = terminal.chat(
        "/approvals", *(each for tool in tools for each in answers[tool]), who="owner"
    )

    assert sorted(tools) == ["reschedule_booking", "update_customer"]
    assert "is not in your own words" in printed
    assert len(terminal.friday.query("approvals.list", {"status": "pending"})) == 2


def test_danish_is_answered_in_danish(terminal: Terminal) -> None:
    line = "book Jens Nygaard til standardrengøring næste tirsdag kl. 10"

    printed = terminal.chat(line, "a", language="da")

    assert "Du skriver med Friday, en AI." in printed
    assert "[a] godkend" in printed
    assert "tirsdag d. 24. november 2026 kl. 10:00–11:30" in printed


def test_a_danish_conversation_is_danish_throughout(terminal: Terminal) -> None:
    line = "book Jens Nygaard til standardrengøring næste tirsdag kl. 10"

    printed = terminal.chat(line, "e", *[""] * 9, "")

    assert "venter på en afgørelse · udløber kl. 13:00" in printed
    assert "Enter beholder en værdi" in printed
    assert "Kunde [Jens Nygaard]" in printed
    assert "Start [tirsdag d. 24. november 2026 kl. 10:00]" in printed


def test_what_was_done_at_once_leaves_no_line_about_who_decides(terminal: Terminal) -> None:
    printed = terminal.chat("mark lead Mette Holm as contacted")

    assert "Mette Holm is changed" in printed
    assert "Friday" not in [line.strip() for line in printed.splitlines()]


def test_a_long_title_is_whole_in_a_narrow_terminal() -> None:
    title = "Book Move-out clean for Jens Nygaard, Tuesday 24 November 2026 at 10:00–16:00, twice a week"
    card = PROPOSAL.model_copy(update={"preview": Preview(title=title)})
    console = Console(file=io.StringIO(), record=True, width=80)

    console.print(draw(card))

    printed = " ".join(console.export_text().replace("│", " ").split())
    assert title in printed
    assert "expires 12:00" in printed


def test_what_is_refused_is_told_and_the_chat_goes_on(terminal: Terminal) -> None:
    printed = terminal.chat("x" * 9000, "find leads in Aarhus")

    assert "A message may have 8000 characters" in printed
    assert "Mette Holm" in printed


@pytest.mark.parametrize(("card", "parts"), CARDS, ids=[card.kind for card, _ in CARDS])
def test_every_kind_of_card_is_drawn_as_it_is_written(card: Card, parts: list[str]) -> None:
    console = Console(file=io.StringIO(), record=True, width=140)

    console.print(draw(card))

    printed = console.export_text()
    assert [part for part in parts if part not in printed] == []


def test_the_answer_leads_and_its_card_follows(terminal: Terminal) -> None:
    printed = terminal.chat("find leads in Aarhus", BOOK, "d", "")

    lookup, _, wish = printed.partition(BOOK)
    assert lookup.index("Friday  8 leads in Aarhus.") < lookup.index("Mette Holm")
    assert wish.index("Nothing has been done yet") < wish.index("Mejlgade 14")


def test_what_comes_next_is_offered_by_number(terminal: Terminal) -> None:
    both = f"{BOOK} and find leads in Aarhus"

    printed = terminal.chat(both, "1", "a", "1")

    _, _, after = printed.partition("Booked #41")
    assert "Shall I go on with “Find leads: Aarhus”?" in after
    assert "1. Find leads: Aarhus" in after
    assert "Mette Holm" in after


def test_ctrl_c_stops_the_answer_and_not_the_chat() -> None:
    before = signal.getsignal(signal.SIGINT)

    async def press() -> bool:
        stopped = asyncio.Event()

        async def stop() -> None:
            stopped.set()

        with interrupted(stop):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.wait_for(stopped.wait(), 5)
        return stopped.is_set()

    assert asyncio.run(press())
    assert signal.getsignal(signal.SIGINT) == before
