"""What Slack cannot hold, and what fails on the way: said, kept or tried again, never cut or dropped in silence."""

import time
from collections.abc import Sequence

import sqlalchemy as sa
from slack_sdk.models.blocks import Block

from agent.channels.slack.blocks import MOST, blocks_of, proposal
from agent.firms.demo.seed import TENANT
from memory.tables.conversations import Upload
from memory.tables.identity import User as Row
from tests.channels.slack.conftest import Office
from tests.channels.slack.test_deciding import BOOK
from tests.channels.slack.test_doors import request_of_a_customer, status_of
from tests.fakes.slack.faults import Errors
from tools.cards import Cell, Line, Preview, ProposalCard, TableCard


def as_json(blocks: Sequence[Block]) -> list[object]:
    return [block.to_dict() for block in blocks]  # pyright: ignore[reportUnknownMemberType]


def long_card(lines: int) -> ProposalCard:
    told = tuple(Line(label=f"Line {n}", value="x" * 900) for n in range(lines))
    return ProposalCard(
        id="prop_1", version=1, digest="d", tool="book", status="pending", decidable=True, own=True,
        preview=Preview(title="Long", lines=told), expires_at="2026-11-20T10:00:00+01:00",
    )  # fmt: skip


def test_a_long_line_is_shown_whole() -> None:
    card = long_card(1).model_copy(
        update={
            "preview": Preview(
                title="Long", lines=(Line(label="Note", value="y" * 4_000 + "THE-END"),)
            )
        }
    )

    drawn = str(as_json(proposal(card, "en")))

    assert "THE-END" in drawn
    assert "friday_approve" in drawn


def test_nobody_approves_in_slack_what_slack_cannot_show() -> None:
    drawn = as_json(proposal(long_card(40), "en"))

    assert len(drawn) <= MOST
    assert "friday_approve" not in str(drawn)
    assert "friday_withdraw" in str(drawn[-1])
    assert "page" in str(drawn[1])


def test_a_wide_table_shows_fewer_rows_and_says_so() -> None:
    rows = tuple(tuple(Cell(text="z" * 200) for _ in range(5)) for _ in range(80))
    card = TableCard(title="Wide", columns=("a", "b", "c", "d", "e"), rows=rows, total=80)

    drawn = str(as_json(blocks_of(card, "en")))

    assert len(drawn) < 13_000
    assert "of 80" in drawn


def test_what_the_store_could_not_keep_is_sent_again(office: Office) -> None:
    office.ask(office.anna, "help")
    with office.app.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE slack_arrivals RENAME TO slack_arrivals_away")
    said = office.people.say(office.anna, None, "find leads in Aarhus")
    assert said.events[0].answer.status == 503
    with office.app.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE slack_arrivals_away RENAME TO slack_arrivals")

    assert office.people.again(said.events[0]).answer.ok
    [answer] = office.answer(office.dm(office.anna), thread=said.ts)
    assert "Mette Holm" in answer.shown


def test_a_large_file_is_taken_whole(office: Office) -> None:
    content = b"name,email,city\n" + b"Bo Bjerg,bo@bjerg.example,Aarhus\n" * 40_000
    said = office.people.share(office.anna, None, "leads.csv", content, text="help")

    office.answer(office.dm(office.anna), thread=said.ts)
    with office.app.store.reading(TENANT) as session:
        assert session.scalars(sa.select(Upload.size)).one() == len(content)


def test_a_click_that_fails_is_told(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    office.slack.faults.add("views.open", Errors("expired_trigger_id"))

    office.people.press(office.anna, card, "friday_edit")

    [told] = office.slack.until(
        lambda: office.workspace.messages(card.channel, only_for=office.anna)
    )
    assert "Try again" in told.shown


def test_the_home_of_who_was_suspended_shows_nothing_any_more(office: Office) -> None:
    office.people.open_home(office.owner)
    office.slack.until(lambda: office.workspace.home(office.owner))
    with office.app.store.session(TENANT) as session:
        row = session.scalars(sa.select(Row).where(Row.email == "owner@demo.example")).one()
        row.suspended_at = office.clock()

    office.people.open_home(office.owner)

    home = office.slack.until(
        lambda: (h := office.workspace.home(office.owner)) and "suspended" in h.shown and h
    )
    assert "friday_" not in str(home.blocks)


def test_undoing_from_a_notice_shows_the_new_card_below(office: Office) -> None:
    id = request_of_a_customer(office)
    card = office.slack.until(
        lambda: next(
            (m for m in office.workspace.from_bot(office.dm(office.anna)) if id in str(m.blocks)),
            None,
        ),
        seconds=15,
    )
    office.people.press(office.anna, card, "friday_approve")
    office.slack.until(lambda: status_of(office, id) == "done", seconds=10)
    office.slack.until(lambda: "friday_undo" in str(card.blocks))

    office.people.press(office.anna, card, "friday_undo")

    office.slack.until(
        lambda: any(
            "friday_approve" in str(m.blocks) for m in office.workspace.from_bot(card.channel)
        )
    )


def test_a_choice_pressed_twice_is_said_once(office: Office) -> None:
    [asked] = office.ask(office.anna, "show lead Rask")
    button = office.people.find(asked, "friday_say_0")
    office.people.press(office.anna, asked, button)
    office.people.press(office.anna, asked, button)

    office.answer(office.dm(office.anna), thread=asked.thread, count=2)
    time.sleep(1.5)
    assert len(office.workspace.from_bot(asked.channel, thread=asked.thread)) == 2


def test_colleagues_talk_in_a_thread_without_being_answered(office: Office) -> None:
    bot = office.workspace.bot.user
    said = office.people.say(office.anna, office.ops, f"<@{bot}> find leads in Aarhus")
    office.answer(office.ops, thread=said.ts)

    office.people.say(
        office.anna, office.ops, f"<@{office.owner.id}> can you take it today?", thread=said
    )
    office.people.say(office.owner, office.ops, "yes I will", thread=said)
    time.sleep(1.5)

    assert len(office.workspace.from_bot(office.ops, thread=said.ts)) == 1
    assert office.workspace.messages(office.ops, only_for=office.owner) == []


def test_a_card_whose_reader_is_gone_loses_its_buttons(office: Office) -> None:
    card = office.card(office.anna, BOOK)
    with office.app.store.session(TENANT) as session:
        session.scalars(
            sa.select(Row).where(Row.email == "anna@demo.example")
        ).one().suspended_at = office.clock()
    office.clock.ahead(hours=30)
    office.app.gate.sweep()

    office.slack.until(lambda: "friday_approve" not in str(card.blocks), seconds=10)
    assert "no longer shown" in card.shown
