"""Remembering through the front door: codes are nowhere but in the vault, and what is forgotten is nowhere at all."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.firms.demo.seed import TENANT
from agent.gate import audit
from agent.gate.provenance import Seen
from memory.tables.booking import Booking, BookingStaff
from memory.tables.facts import Fact
from memory.tables.gate import AuditRow
from tests.support.friday import Friday, bearer
from tools.cards import Source
from tools.desk.remembering import Remember

CODE = "84717731"
CANARY = "Xylofonia"


def kept_bytes(friday: Friday, folder: Path) -> bytes:
    """Everything that the data directory holds, packed first: a deleted row's bytes are not looked for here."""
    store = folder / "packed.sqlite"
    with closing(sqlite3.connect(friday.app.settings.data_dir / "friday.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(store),))
    files = [path for path in friday.app.settings.data_dir.rglob("*") if path.is_file()]
    others = [path.read_bytes() for path in files if "friday.sqlite" not in path.name]
    return b"".join([store.read_bytes(), *others])


def raw_bytes(friday: Friday) -> bytes:
    """Every byte of the data directory, the write-ahead log too."""
    files = [path for path in friday.app.settings.data_dir.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def talk(friday: Friday, *lines: str, who: str = "owner") -> Any:
    """Say these in one conversation; the last reply."""
    reply = friday.say(lines[0], who=who)
    for line in lines[1:]:
        reply = friday.say(line, who=who, conversationId=reply["conversationId"])
    return reply


def show(friday: Friday, address: str, *, who: str) -> tuple[int, Any]:
    """What a press on the card's button brings."""
    answer = friday.http.post(address, headers=bearer(friday.token(who)))
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "told",
    [
        [f"remember the door code at Jens Nygaard is {CODE}"],
        [f"husk at dørkoden hos Jens Nygaard er {CODE}"],
        ["remember the alarm code for Jens Nygaard", CODE],
        ["husk alarmkoden hos Jens Nygaard", f"koden er {CODE}"],
    ],
    ids=["english", "danish", "asked for", "asked for in danish"],
)
def test_a_code_is_nowhere_in_the_data_directory(fresh: Friday, told: list[str]) -> None:
    reply = talk(fresh, *told, "what do you remember about Jens Nygaard")

    assert "code" in reply["text"] or "kode" in reply["text"]
    assert CODE.encode() not in raw_bytes(fresh)
    with fresh.app.store.reading(TENANT) as session:
        [fact] = session.scalars(sa.select(Fact))
    assert (fact.key, fact.subject_id) == ("access", "cus_1")


def test_a_code_in_a_form_goes_into_the_vault_too(fresh: Friday) -> None:
    args = {"fact": f"the door code is {CODE}", "about": "Jens Nygaard"}

    made = fresh.mutate("tools.run", {"tool": "remember", "args": args})

    assert made["proposal"]["status"] == "done"
    assert CODE.encode() not in raw_bytes(fresh)


def test_a_code_in_any_other_tools_words_is_taken_out(fresh: Friday) -> None:
    args = {"about": "Jens Nygaard", "text": f"door code {CODE}"}

    fresh.mutate("tools.run", {"tool": "add_note", "args": args})

    assert CODE.encode() not in raw_bytes(fresh)


def test_a_customers_code_is_taken_out_of_the_message(fresh: Friday) -> None:
    fresh.say(f"my door code is {CODE}", who="jens")

    assert CODE.encode() not in raw_bytes(fresh)


def access(friday: Friday) -> str:
    """The address on the card of Jens' code."""
    talk(friday, f"remember the door code at Jens Nygaard is {CODE}")
    with friday.app.store.reading(TENANT) as session:
        return "/access/" + session.scalars(sa.select(Fact.id)).one()


def give_jonas_a_job_today(friday: Friday) -> None:
    with friday.app.store.session(TENANT) as session:
        booking = session.scalars(
            sa.select(Booking).where(Booking.customer_id == "cus_1", Booking.status == "confirmed")
        ).first()
        assert booking is not None
        now = friday.clock.now
        booking.starts_at, booking.ends_at = now, now.replace(hour=now.hour + 2)
        team = sa.delete(BookingStaff).where(BookingStaff.booking_id == booking.id)
        session.execute(team)
        session.add(BookingStaff(id="bst_test", booking_id=booking.id, staff_id="stf_1"))


def test_only_who_may_sees_a_code_and_each_time_is_on_record(fresh: Friday) -> None:
    address = access(fresh)

    seen = {who: show(fresh, address, who=who)[0] for who in ("owner", "anna", "jonas", "jens")}
    assert seen == {"owner": 200, "anna": 403, "jonas": 403, "jens": 403}
    assert show(fresh, address, who="owner")[1] == {"code": CODE}
    assert fresh.http.post(address).status_code == 401
    with fresh.app.store.reading(TENANT) as session:
        rows = list(session.scalars(sa.select(AuditRow).where(AuditRow.event == "shown")))
    assert len(rows) == 2
    assert CODE.encode() not in raw_bytes(fresh)


def test_the_crew_see_a_code_on_the_day_of_their_job(fresh: Friday) -> None:
    address = access(fresh)
    give_jonas_a_job_today(fresh)

    assert show(fresh, address, who="jonas") == (200, {"code": CODE})
    reply = talk(fresh, "vis dørkoden hos Jens Nygaard", who="jonas")
    assert reply["cards"][0]["lines"][0]["value"] == address


def test_what_is_forgotten_is_nowhere(fresh: Friday, tmp_path: Path) -> None:
    talk(
        fresh,
        f"remember that Jens Nygaard has a parrot called {CANARY}",
        "what do you remember about Jens Nygaard",
        f"forget that Jens Nygaard has a parrot called {CANARY}",
        who="anna",
    )

    assert CANARY.encode() not in kept_bytes(fresh, tmp_path)


def test_it_is_on_record_that_something_was_forgotten_and_the_chain_holds(fresh: Friday) -> None:
    talk(
        fresh,
        f"husk at Jens Nygaard har en kat, {CANARY}",
        "hvad husker du om Jens Nygaard",
        "Glem 1",
    )

    with fresh.app.store.reading(TENANT) as session:
        rows = session.execute(sa.select(AuditRow.tool, AuditRow.event)).all()
        assert ("forget", "done") in [tuple(row) for row in rows]
        assert audit.verify(session, fresh.app.keys) is None


def test_a_card_from_before_it_was_forgotten_can_still_be_read(fresh: Friday) -> None:
    reply = talk(
        fresh,
        f"remember that Jens Nygaard has a parrot called {CANARY}",
        "what do you remember about Jens Nygaard",
        "Forget 1",
        "what do you remember about Jens Nygaard",
    )

    assert CANARY not in str(reply)
    events = fresh.query("chat.history", {"conversationId": reply["conversationId"]})
    assert CANARY not in str(events)


@pytest.mark.parametrize(("source", "whole"), [("third_party", False), ("system", True)])
def test_what_somebody_else_wrote_is_never_remembered_unasked(
    fresh: Friday, source: Source, whole: bool
) -> None:
    actor = fresh.app.people.authenticate(fresh.token("owner"), channel="api")
    seen = Seen(value="pays cash from now on", source=source, whole=whole, where="Found.field")

    made = fresh.app.gate.propose(
        actor,
        Remember(fact="pays cash from now on", about="Jens Nygaard"),
        origin="model",
        said=["what is new with Jens Nygaard?"],
        seen=[seen],
    )

    assert made.status == "pending"
    origins = {each["pointer"]: each["origin"] for each in made.provenance or ()}
    assert origins["/fact"] == "TEXT"
