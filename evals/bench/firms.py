"""A store to measure: the demo firm with enough staff to talk, and firms with many leads."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.app import utc_now
from agent.firms.demo.names import FIRST, LAST, PLACES
from agent.firms.demo.seed import STATUSES, TENANT
from agent.identity.people import People
from agent.settings import load_keys
from evals.house import furnish, settings_for
from memory.store import Store, open_store
from memory.tables.identity import Tenant, User
from memory.tables.registry import METADATA
from memory.upkeep import merge_indexes
from tools.values.text import fold

TALKERS = 80
SOURCES = ("website", "Leadmail", "Anmeld-håndværker", "phone")
SIZES = {"small": 1_000, "large": 100_000}
_AT_ONCE = 10_000


@dataclass(frozen=True)
class Bearers:
    """Who may call: many people of the demo firm, and one of each firm with leads."""

    talkers: Sequence[str]
    firms: dict[str, str]


def prepare_store(folder: Path) -> Bearers:
    """Everything that the measurements need, in a store of this week."""
    furnish(folder, now=utc_now())
    settings = settings_for(folder)
    store = open_store(settings.store_url, data_dir=folder)
    people = People(store=store, keys=load_keys(settings), clock=utc_now)
    talkers = [_user(store, people, TENANT, f"bench{number}") for number in range(TALKERS)]
    firms: dict[str, str] = {}
    for number, (name, size) in enumerate(SIZES.items(), 900):
        _firm(store, name, number, size)
        firms[name] = _user(store, people, name, "anna")
    merge_indexes(store)  # as every night
    store.close()
    return Bearers(talkers, firms)


def _user(store: Store, people: People, tenant: str, name: str) -> str:
    user = User(
        id=f"usr_{name}", email=f"{name}@bench.example", name=name.title(), role="staff",
        language="en", created_at=utc_now(),
    )  # fmt: skip
    with store.session(tenant) as session:
        session.add(user)
        session.flush()
        return people.sign_in(session, user, kind="script", lifetime=dt.timedelta(hours=2))[0]


def _firm(store: Store, name: str, number: int, size: int) -> None:
    """A firm with as many leads and as many customers, put into the tables themselves: nobody approves 200,000."""
    now, draw = utc_now(), random.Random(size)
    with store.system() as session:
        session.add(Tenant(id=name, number=number, name=name, site_key=name, created_at=now))
    for first in range(1, size + 1, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, size + 1))
        leads = [_lead(draw, each, now) for each in numbers]
        customers = [_customer(draw, each, now) for each in numbers]
        emails = [_contact("email", each, f"customer{each}@mail.example") for each in numbers]
        phones = [_contact("phone", each, f"+4530{each:06d}") for each in numbers]
        # Customers before their addresses: SQLite would look for what waits for each of them.
        rows = {
            "customers": customers,
            "customer_emails": emails,
            "customer_phones": phones,
            "leads": leads,
        }
        with store.engine.begin() as connection:
            for table, given in rows.items():
                owned = [{"tenant_id": name, **row} for row in given]
                connection.execute(sa.insert(METADATA.tables[table]), owned)


def _lead(draw: random.Random, number: int, now: dt.datetime) -> dict[str, Any]:
    received = now - dt.timedelta(minutes=draw.randrange(1, 500_000))
    person = _person(draw, number)
    return person | {
        "id": f"lea_{number}", "number": number, "email": f"lead{number}@mail.example",
        "phone": f"+4520{number:06d}", "folded_city": fold(person["city"]),
        "status": draw.choice(("new", *STATUSES)), "source": draw.choice(SOURCES),
        "message": "Kan I gøre rent hos os?", "received_at": received, "last_inbound_at": received,
        "created_at": received, "updated_at": received,
    }  # fmt: skip


def _customer(draw: random.Random, number: int, now: dt.datetime) -> dict[str, Any]:
    return _person(draw, number) | {
        "id": f"cus_{number}", "number": number, "created_at": now, "updated_at": now
    }  # fmt: skip


def _person(draw: random.Random, number: int) -> dict[str, Any]:
    name = f"{draw.choice(FIRST)} {draw.choice(LAST)} {number}"
    code, city, streets = draw.choice(PLACES)
    return {
        "name": name, "folded_name": fold(name), "street": f"{draw.choice(streets)} {number % 180}",
        "postal_code": code, "city": city,
    }  # fmt: skip


def _contact(kind: str, number: int, value: str) -> dict[str, Any]:
    return {"id": f"{kind}_{number}", "customer_id": f"cus_{number}", kind: value}
