"""The demo firm: the same every time, relative to the week, and never in a real person's way."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from agent.commands.running import furnish_demo
from agent.firms.demo import cast
from agent.firms.demo.diary import jobs
from agent.firms.demo.rolling import roll
from agent.firms.demo.seed import TENANT, ZONE, monday_of, seed
from memory.store import Store, migrate, open_store
from memory.tables.booking import Booking, BookingStaff, Occupancy
from memory.tables.gate import Proposal
from memory.tables.leads import CustomerPhone, Lead
from memory.tables.registry import METADATA
from tests.support.friday import Friday, opened, seed_demo

SEEDED = dt.datetime(2026, 11, 18, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'demo.sqlite'}", data_dir=tmp_path)
    migrate(store)
    yield store
    store.close()


def dump(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, in order."""
    with store.system() as session:
        return {
            name: sorted(str(row) for row in session.execute(sa.select(table)))
            for name, table in METADATA.tables.items()
        }


def bookings(store: Store) -> list[Booking]:
    with store.reading(TENANT) as session:
        return list(session.scalars(sa.select(Booking).order_by(Booking.number)))


def overlaps(store: Store) -> list[Any]:
    """Pairs of live occupancies of one person that share time."""
    one, other = aliased(Occupancy), aliased(Occupancy)
    pairs = sa.select(one.booking_id, other.booking_id).where(
        one.id < other.id,
        one.live.is_(True),
        other.live.is_(True),
        one.resource_no == other.resource_no,
        one.blocks_from < other.blocks_to,
        one.blocks_to > other.blocks_from,
    )
    with store.reading(TENANT) as session:
        return list(session.execute(pairs))


def test_the_same_monday_gives_the_same_rows(store: Store, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", data_dir=tmp_path)
    migrate(other)

    seed(store, now=SEEDED)
    seed(other, now=SEEDED + dt.timedelta(days=3, hours=11))

    assert dump(store) == dump(other)
    other.close()


def test_what_a_lead_asks_for_is_what_it_is_filed_as(store: Store) -> None:
    seed(store, now=SEEDED)

    with store.reading(TENANT) as session:
        leads = list(session.scalars(sa.select(Lead)))

    words = {"vinduer": "REN-005", "flytte": "REN-003"}
    wrong = [
        lead.name
        for lead in leads
        for word, code in words.items()
        if (word in (lead.message or "")) != (lead.service == code)
    ]
    assert wrong == []


def test_there_are_as_many_as_promised(store: Store) -> None:
    seed(store, now=SEEDED)

    rows = dump(store)

    assert {name: len(rows[name]) for name in ("customers", "leads", "bookings", "services")} == {
        "customers": 60,
        "leads": 40,
        "bookings": 40,
        "services": 5,
    }
    assert [each.number for each in bookings(store)] == list(range(1, 41))
    assert overlaps(store) == []


def test_every_phone_is_one_that_the_library_calls_valid(store: Store) -> None:
    seed(store, now=SEEDED)

    with store.reading(TENANT) as session:
        phones = [
            *session.scalars(sa.select(CustomerPhone.phone)),
            *session.scalars(sa.select(Lead.phone)),
        ]

    assert len(phones) == 100
    assert [p for p in phones if not phonenumbers.is_valid_number(phonenumbers.parse(p))] == []


def test_mail_addresses_cannot_reach_anybody() -> None:
    everybody = [*cast.customers(), *cast.leads()]

    assert [one.email for one in everybody if not one.email.endswith(".example")] == []
    assert all(one.email.isascii() for one in everybody)


@pytest.mark.parametrize("week", range(0, 53, 4))
def test_next_tuesday_at_ten_is_free_for_everybody(week: int) -> None:
    everything = jobs(cast.customers())

    coming = [job for job in everything if (job.week, job.weekday) == (1, 1) and 6 < job.hour < 15]

    assert coming == []


def test_the_future_is_three_weeks_and_the_past_eight(store: Store) -> None:
    seed(store, now=SEEDED)
    monday = monday_of(SEEDED)

    weeks = {
        (each.starts_at.astimezone(ZONE).date() - monday).days // 7 for each in bookings(store)
    }

    assert (min(weeks), max(weeks)) == (-8, 2)
    assert {b.status for b in bookings(store) if b.starts_at < SEEDED - dt.timedelta(days=7)} <= {
        "completed",
        "cancelled",
    }


@pytest.mark.parametrize("weeks", [1, 2, 3, 9, 26])
def test_rolling_forward_moves_whole_weeks_and_keeps_wall_times(store: Store, weeks: int) -> None:
    seed(store, now=SEEDED)
    before = [each.starts_at.astimezone(ZONE) for each in bookings(store)]

    moved = roll(store, now=SEEDED + dt.timedelta(weeks=weeks))

    after = [each.starts_at.astimezone(ZONE) for each in bookings(store)]
    assert moved == weeks
    assert [(a.date() - b.date()).days for a, b in zip(after, before, strict=True)] == [
        7 * weeks
    ] * 40
    assert [a.time() for a in after] == [b.time() for b in before]
    assert overlaps(store) == []


def test_rolling_again_in_the_same_week_changes_nothing(store: Store) -> None:
    seed(store, now=SEEDED)
    roll(store, now=SEEDED + dt.timedelta(weeks=2))
    before = dump(store)

    assert roll(store, now=SEEDED + dt.timedelta(weeks=2, days=2)) == 0
    assert dump(store) == before


def test_a_rolled_demo_is_like_a_fresh_one(store: Store, tmp_path: Path) -> None:
    later = SEEDED + dt.timedelta(weeks=5)
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", data_dir=tmp_path)
    migrate(other)
    seed(store, now=SEEDED)
    seed(other, now=later)

    roll(store, now=later)

    assert [(b.number, b.starts_at, b.ends_at) for b in bookings(store)] == [
        (b.number, b.starts_at, b.ends_at) for b in bookings(other)
    ]
    other.close()


def test_what_a_person_touched_stays_where_it_is(store: Store) -> None:
    seed(store, now=SEEDED)
    with store.session(TENANT) as session:
        touched = session.scalars(sa.select(Booking).where(Booking.number == 36)).one()
        touched.version = 2
        lead = session.scalars(sa.select(Lead).where(Lead.number == 1)).one()
        lead.version = 2
        before = (touched.starts_at, lead.received_at)

    roll(store, now=SEEDED + dt.timedelta(weeks=1))

    with store.reading(TENANT) as session:
        touched = session.scalars(sa.select(Booking).where(Booking.number == 36)).one()
        lead = session.scalars(sa.select(Lead).where(Lead.number == 1)).one()
        assert (touched.starts_at, lead.received_at) == before
    assert overlaps(store) == []


def test_a_booking_that_a_person_made_is_never_doubled(store: Store) -> None:
    seed(store, now=SEEDED)
    in_the_way = bookings(store)[-1]
    with store.session(TENANT) as session:
        person = session.scalars(
            sa.select(Occupancy).where(Occupancy.booking_id == in_the_way.id)
        ).one()
        week = dt.timedelta(weeks=1)
        columns = {c.name: getattr(in_the_way, c.name) for c in Booking.__table__.columns}
        mine = {"id": "bok_mine", "number": 99, "uid": "mine", "origin": "person"}
        times = {"starts_at": in_the_way.starts_at + week, "ends_at": in_the_way.ends_at + week}
        session.add(Booking(**(columns | mine | times)))
        session.flush()
        session.add(BookingStaff(id="bst_mine", booking_id="bok_mine", staff_id="stf_1"))
        session.add(
            Occupancy(
                id="occ_mine",
                booking_id="bok_mine",
                tenant_no=1,
                resource_no=person.resource_no,
                blocks_from=times["starts_at"],
                blocks_to=times["ends_at"],
                live=True,
            )
        )

    roll(store, now=SEEDED + week)

    assert overlaps(store) == []
    assert bookings(store)[-1].starts_at == in_the_way.starts_at + week


def test_three_things_wait_at_the_first_sign_in(friday: Friday) -> None:
    proposals = friday.query("approvals.list", {"status": "pending"})
    leads = friday.query("page.waiting")["leads"]

    assert {each["tool"] for each in proposals} == {"reschedule_booking", "update_customer"}
    assert [
        bool(each["card"]["red"]) for each in proposals if each["tool"] == "update_customer"
    ] == [True]
    assert [lead["name"] for lead in leads] == ["Mette Holm"]


@pytest.mark.parametrize(
    "now", ["2026-12-23", "2026-12-24", "2026-12-31", "2027-03-25", "2027-03-28", "2026-10-25"]
)
def test_they_wait_on_holidays_too(tmp_path: Path, now: str) -> None:
    at = dt.datetime.fromisoformat(f"{now}T08:00+00:00")
    seed_demo(tmp_path, now=at)
    with opened(tmp_path, now=at) as one:
        waiting = one.query("approvals.list", {"status": "pending"})

    assert {each["tool"] for each in waiting} == {"reschedule_booking", "update_customer"}


def test_what_expired_overnight_waits_again_at_the_next_start(fresh: Friday) -> None:
    fresh.clock.ahead(days=2)

    furnish_demo(fresh.app)

    with fresh.app.store.reading(TENANT) as session:
        waiting = session.scalars(sa.select(Proposal.tool).where(Proposal.status == "pending"))
        assert sorted(waiting) == ["reschedule_booking", "update_customer"]


def test_the_examples_on_the_page_work_when_they_are_typed(fresh: Friday) -> None:
    examples = fresh.query("page.examples", who="anna")

    replies = [fresh.say(line, who="anna") for line in examples]

    assert len(examples) == 6
    assert [
        (line, reply["text"])
        for line, reply in zip(examples, replies, strict=True)
        if not (reply["cards"] or reply["proposals"]) or reply["error"]
    ] == []


@pytest.mark.parametrize("who", ["jonas", "regnskab", "reseller", "jens", "visitor"])
def test_everybodys_examples_work(fresh: Friday, who: str) -> None:
    token = fresh.token(who)
    _, examples = fresh.get("page.examples", token=token)

    replies = [fresh.post("chat.send", {"message": line}, token=token)[1] for line in examples]

    assert [
        (line, reply["text"], [step["error"] for step in reply["steps"]])
        for line, reply in zip(examples, replies, strict=True)
        if reply["error"] or not all(step["ok"] for step in reply["steps"]) or not reply["steps"]
    ] == []


def test_seeding_leaves_no_file_behind(demo_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(demo_folder, tmp_path / "copy")

    assert {path.name for path in copy.iterdir()} <= {
        "friday.sqlite", "friday.sqlite-wal", "friday.sqlite-shm", "secret_key", "logs", "outbox",
    }  # fmt: skip
