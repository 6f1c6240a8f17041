"""What is forgotten or erased is in no row and in no byte of the data directory, and the trail still holds."""

import datetime as dt
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.erasing import Erasing
from agent.firms.demo.seed import TENANT, seed
from agent.gate import audit
from agent.wiring import deliver_all
from memory.recall import search
from memory.tables.booking import Booking
from memory.tables.conversations import Conversation
from memory.tables.erasures import Erasure
from memory.tables.facts import Fact
from memory.tables.gate import AuditRow, Proposal
from memory.tables.leads import Customer, ImportRow, Lead, Note
from memory.tables.texts import Text
from memory.upkeep import compare, embed_new, index_talk
from tests.support.friday import FRIDAY, Friday, bearer, copied, opened
from tools.booking.actions import Book
from tools.kit import Actor
from tools.leads.actions import CreateLead
from tools.mail import MailPort, Outbox

pytestmark = pytest.mark.slow

NAME, EMAIL, PHONE = "Zelda Quarkson", "zelda@quark.example", "+4520989796"
CANARIES = (
    NAME, EMAIL, "20989796", "Quarkstræde", "importcanary", "notecanary", "factcanary", "oldcanary", "chatcanary",
    "argcanary", "denycanary", "othercanary",
)  # fmt: skip
ROWS = f"""name;email;phone;street;postal_code;city;service;message
{NAME};{EMAIL};{PHONE};Quarkstræde 7;8000;Aarhus C;standard;"please call
importcanary"
Bente Bo;bente@bo.example;+4520111213;Bovej 1;8000;Aarhus C;standard;kept words
"""


def look_in_files(folder: Path, canaries: tuple[str, ...] = CANARIES) -> list[tuple[str, str]]:
    """Which canaries are in which files, as bytes, however JSON spells them."""
    spelt = {each: (each.encode(), json.dumps(each).strip('"').encode()) for each in canaries}
    return sorted(
        (each, path.name)
        for path in folder.rglob("*")
        if path.is_file()
        for each, ways in spelt.items()
        if any(way.lower() in path.read_bytes().lower() for way in ways)
    )


def look_in_tables(friday: Friday, canaries: tuple[str, ...] = CANARIES) -> list[tuple[str, str]]:
    """The same in every column of every table, those of the job library too."""
    found: set[tuple[str, str]] = set()
    with friday.app.store.engine.connect() as connection:
        inspector = sa.inspect(connection)
        pairs = [
            (schema, name)
            for schema in ("public", "dbos")
            for name in inspector.get_table_names(schema)
        ]
        for schema, name in pairs:
            for row in connection.exec_driver_sql(f'SELECT t.*::text FROM "{schema}"."{name}" t'):
                said = str(row).lower()
                # Bytes are shown as figures.
                found |= {
                    (each, name)
                    for each in canaries
                    if each.lower() in said or each.encode().hex() in said
                }
    return sorted(found)


def erasing(friday: Friday) -> Erasing:
    app = friday.app
    return Erasing(
        store=app.store,
        forgetting=app.conversations.forgetting,
        vectors=app.vectors,
        data_dir=app.settings.data_dir,
        clock=app.clock,
    )


def run(friday: Friday, tool: str, **args: Any) -> Any:
    made = friday.mutate("tools.run", {"tool": tool, "args": args})["proposal"]
    assert made["status"] in ("done", "pending"), made
    return made


def decide(friday: Friday, made: Any, decision: str = "approve", **more: Any) -> Any:
    given = {"id": made["id"], "digest": made["digest"], "decision": decision, **more}
    friday.mutate("approvals.decide", given)
    friday.app.gate.executor.execute(TENANT, made["id"])
    return friday.query("approvals.get", {"id": made["id"]})


def uploaded(friday: Friday, text: str) -> str:
    files = {"file": ("leads.csv", text.encode())}
    return friday.http.post("/uploads", files=files, headers=bearer(friday.token())).json()["id"]


def index(friday: Friday) -> None:
    """Talk is indexed, and there are vectors as in a large firm."""
    (friday.app.settings.data_dir / "chroma").mkdir(exist_ok=True)
    index_talk(friday.app.store)
    assert friday.app.vectors is not None
    embed_new(friday.app.store, friday.app.vectors)


def live_with(friday: Friday) -> None:
    """Everything that a firm does with a person: she asks, becomes a customer, is written about, booked and visited."""
    made = run(friday, "import_leads", upload=uploaded(friday, ROWS))
    assert decide(friday, made)["status"] == "done"
    friday.mutate("tools.run", {"tool": "convert_lead", "args": {"lead": EMAIL}})
    run(friday, "add_note", about=EMAIL, text="notecanary: rings before noon")
    run(friday, "add_note", about="Jens Nygaard", text=f"othercanary is what {NAME} says of him")
    run(friday, "remember", fact=f"{NAME} prefers mornings oldcanary")
    friday.say(f"remember that {NAME} has a parrot called factcanary", who="owner")
    reply = friday.say(f"what do you remember about {NAME}", who="owner")
    friday.say(f"{NAME} told me chatcanary", who="owner", conversationId=reply["conversationId"])
    deny_in_chat(friday, reply["conversationId"])
    assert decide(friday, book(friday))["status"] == "done"
    deliver_all(
        friday.app.store,
        {MailPort: Outbox(friday.app.settings.data_dir / "outbox")},
        clock=friday.clock,
    )
    logs = friday.app.settings.data_dir / "logs"
    logs.mkdir(exist_ok=True)
    line = json.dumps({"event": f"odd: {NAME} at Quarkstræde 7"})
    kept = json.dumps({"event": "audit head tenant=t seq=1 hash=h"})
    (logs / "friday.log").write_text(f"{kept}\n{line}\n", encoding="utf-8")
    (logs / "friday.log.1").write_text(f"{line}\n{kept}\n", encoding="utf-8")


def deny_in_chat(friday: Friday, conversation_id: str) -> None:
    """A card in a conversation, and what is told there of its end: in an event that belongs to no turn."""
    actor = friday.app.people.authenticate(friday.token(), channel="api")
    when = (friday.clock.now + dt.timedelta(days=5)).replace(hour=9)
    asked = Book(customer=EMAIL, service="standard", start=when.isoformat(), note="argcanary")
    made = friday.app.gate.propose(actor, asked, origin="form", conversation_id=conversation_id)
    shown = friday.query("approvals.get", {"id": made.id})
    decide(friday, shown, "deny", reason="denycanary")


def book(friday: Friday, **more: Any) -> Any:
    when = (friday.clock.now + dt.timedelta(days=4)).replace(hour=9)
    return run(friday, "book", customer=EMAIL, service="standard", start=when.isoformat(), **more)


def erase(friday: Friday) -> Any:
    friday.clock.ahead(days=30)  # her job is done by then
    friday.tokens.clear()
    made = run(friday, "erase_customer", customer=EMAIL)
    return decide(friday, made, typed=NAME)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, demo_folder: Path, tmp_path: Path) -> Iterator[Friday]:
    """The demo firm on either database."""
    folder = tmp_path / "data"
    more: dict[str, Any] = {}
    if request.param == "sqlite":
        copied(demo_folder, folder)
    else:
        more["database_url"] = request.getfixturevalue("postgres_url")
    with opened(folder, **more) as friday:
        if more:
            seed(friday.app.store, now=FRIDAY)
        friday.app.jobs.prepare()
        yield friday
        if friday.app.vectors is not None:
            friday.app.vectors.close()
        friday.app.jobs.stop()


def left(friday: Friday, canaries: tuple[str, ...] = CANARIES) -> list[tuple[str, str]]:
    """Where canaries still are: in files, and on PostgreSQL in tables."""
    found = look_in_files(friday.app.settings.data_dir, canaries)
    if friday.app.store.dialect == "postgresql":
        found += look_in_tables(friday, canaries)
    return found


def whole(friday: Friday) -> bool:
    with friday.app.store.reading(TENANT) as session:
        return audit.verify(session, friday.app.keys) is None


def test_an_erased_person_is_nowhere_within_a_minute(house: Friday) -> None:
    live_with(house)
    index(house)
    assert {each for each, _ in left(house)} == set(CANARIES)

    began = time.perf_counter()
    assert erase(house)["status"] == "done"
    erasing(house).round()

    assert time.perf_counter() - began < 60
    assert left(house, CANARIES[:-1]) == []
    assert whole(house)
    assert not (house.app.settings.data_dir / "chroma").exists()
    with house.app.store.reading(TENANT) as session:
        assert session.scalars(sa.select(Erasure)).all() == []


def test_what_the_accounts_need_and_what_is_others_stays(house: Friday) -> None:
    live_with(house)

    erase(house)
    erasing(house).round()

    with house.app.store.reading(TENANT) as session:
        gone = session.scalars(sa.select(Customer).where(Customer.name.startswith("Slettet"))).one()
        [booking] = session.scalars(sa.select(Booking).where(Booking.customer_id == gone.id))
        assert (booking.address, booking.price_minor > 0, booking.status) == ("", True, "confirmed")
        others = session.scalars(
            sa.select(Note.text).where(Note.text.contains("othercanary"))
        ).one()
        assert others == "othercanary is what […] says of him"
        assert session.scalars(sa.select(Lead).where(Lead.name == "Bente Bo")).one()
        rows = session.scalars(sa.select(ImportRow.raw).where(ImportRow.raw != "")).all()
        assert [("Bente" in raw) for raw in rows] == [True]
        tools = set(session.scalars(sa.select(AuditRow.tool)))
        assert {"erase_customer", "book", "remember"} <= tools
    logs = house.app.settings.data_dir / "logs"
    assert "audit head" in (logs / "friday.log").read_text(encoding="utf-8")


def test_the_same_file_does_not_bring_an_erased_person_back(house: Friday) -> None:
    live_with(house)
    erase(house)

    made = run(house, "import_leads", upload=uploaded(house, ROWS))
    decide(house, made)

    with house.app.store.reading(TENANT) as session:
        assert session.scalars(sa.select(Lead).where(Lead.email == EMAIL)).all() == []


def test_nobody_is_erased_without_the_name_typed(house: Friday) -> None:
    live_with(house)
    house.clock.ahead(days=30)
    house.tokens.clear()
    made = run(house, "erase_customer", customer=EMAIL)

    status, refused = house.post(
        "approvals.decide",
        {"id": made["id"], "digest": made["digest"], "decision": "approve", "typed": "Zelda"},
        token=house.token(),
    )

    assert (status, NAME in refused["message"]) == (400, True)
    labels = [line["label"] for line in made["card"]["preview"]["lines"]]
    assert labels == ["Customer", "Leads", "E-mails and phones", "Notes", "Mails", "Remembered",
                      "Imported rows", "Files with a row of theirs", "Bookings"]  # fmt: skip


def test_nobody_is_erased_who_has_a_booking_ahead(house: Friday) -> None:
    live_with(house)

    status, refused = house.post(
        "tools.run",
        {"tool": "erase_customer", "args": {"customer": EMAIL}},
        token=house.token(),
    )

    assert (status, "booking ahead" in refused["message"]) == (409, True)


@pytest.mark.parametrize("who", ["anna", "jonas", "jens", "visitor"])
def test_only_the_owner_may_erase(fresh: Friday, who: str) -> None:
    given = {"tool": "erase_customer", "args": {"customer": "Jens Nygaard"}}

    status, _ = fresh.post("tools.run", given, token=fresh.token(who))

    assert status == 404


FACT = "Jens Nygaard has a parrot called factcanary"


@pytest.mark.parametrize("door", ["chat", "form"])
def test_a_forgotten_fact_is_nowhere(house: Friday, door: str) -> None:
    reply = house.say(f"remember that {FACT}", who="owner")
    house.say("what do you remember about Jens Nygaard", who="owner")
    house.say("is there anything about factcanary at Jens Nygaard", who="owner")
    index(house)
    assert left(house, ("factcanary",)) != []

    if door == "chat":
        house.say(f"forget that {FACT}", who="owner", conversationId=reply["conversationId"])
    else:
        assert run(house, "forget", fact=FACT)["status"] == "done"
    index_talk(house.app.store)
    erasing(house).round()

    assert left(house, ("factcanary",)) == []
    assert whole(house)
    with house.app.store.reading(TENANT) as session:
        assert session.scalars(sa.select(Fact.forgotten_at)).one() is not None
        told = session.execute(sa.select(AuditRow.tool, AuditRow.event)).all()
        assert ("forget", "done") in [tuple(row) for row in told]


def test_what_a_fact_replaced_and_proposals_that_were_denied_go_with_it(house: Friday) -> None:
    run(house, "remember", fact="Jens Nygaard pays by card factcanary")
    denied = run(house, "remember", fact="Jens Nygaard pays in cash factcanary")
    decide(house, denied, "deny", reason="denycanary: not factcanary")
    changed = run(house, "remember", fact="Jens Nygaard pays by EAN oldcanary")
    assert decide(house, changed)["status"] == "done"

    run(house, "forget", fact="Jens Nygaard pays by EAN oldcanary")
    erasing(house).round()

    # The denied one was never remembered; nothing links it but its own words.
    assert {each for each, _ in left(house, ("oldcanary",))} == set()
    with house.app.store.reading(TENANT) as session:
        kept = session.scalars(sa.select(Proposal.args).where(Proposal.status == "done")).all()
    assert "card factcanary" not in str(kept)


KILLED = """
import os, signal, sys
from pathlib import Path
from agent.erasing import Erasing
from memory.vectors import CharHash, Vectors
from tests.channels.http.test_erasing import FACT, index, run
from tests.support.friday import opened

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Deadly(Vectors):
    def erase(self):
        super().erase()
        die()

with opened(Path(sys.argv[1])) as friday:
    run(friday, "remember", fact=FACT)
    index(friday)
    run(friday, "forget", fact=FACT)
    if sys.argv[2] == "within":
        app, folder = friday.app, friday.app.settings.data_dir
        app.vectors.close()
        deadly = Deadly(CharHash(), folder=folder / "chroma")
        Erasing(store=app.store, forgetting=app.conversations.forgetting, vectors=deadly,
                data_dir=folder, clock=app.clock).round()
    die()
"""


@pytest.mark.parametrize("when", ["before", "within"])
def test_a_kill_before_or_within_the_cleaning_is_made_good(
    demo_folder: Path, tmp_path: Path, when: str
) -> None:
    folder = copied(demo_folder, tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), when], capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert look_in_files(folder, ("factcanary",)) != []

    with opened(folder) as friday:
        assert erasing(friday).round() == 1
        assert look_in_files(folder, ("factcanary",)) == []
        assert whole(friday)
        assert erasing(friday).round() == 0
        index(friday)
        assert friday.app.vectors is not None
        assert compare(friday.app.store, friday.app.vectors) == (0, 0)
        friday.app.vectors.close()


def test_others_are_still_found_afterwards(house: Friday) -> None:
    live_with(house)
    index(house)
    erase(house)
    erasing(house).round()
    index(house)

    with house.app.store.reading(TENANT) as session:
        hits = search(session, "Bente Bo", roles=["office"], now=FRIDAY)
        assert [hit.kind for hit in hits][:1] == ["lead"]
        assert search(session, "Quarkson", roles=["office"], now=FRIDAY) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Text)) > 50


def test_a_visitors_whole_conversation_goes_with_their_lead(house: Friday) -> None:
    reply = house.say("my dog is called chatcanary", who="visitor")
    with house.app.store.reading(TENANT) as session:
        owner = session.get_one(Conversation, (TENANT, reply["conversationId"])).owner_id
    visitor = Actor(TENANT, owner, "visitor", "Visitor", "en", channel="web")
    made = house.app.gate.propose(
        visitor,
        CreateLead(name=NAME, email=EMAIL),
        origin="form",
        conversation_id=reply["conversationId"],
    )
    assert made.status == "done"
    index(house)
    assert left(house, ("chatcanary",)) != []

    decide(house, run(house, "erase_customer", customer=EMAIL), typed=NAME)
    erasing(house).round()

    assert left(house, ("chatcanary", NAME, EMAIL)) == []
    assert whole(house)
