"""A small cleaning firm with three people, two customers and a neighbour that must never be seen."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from memory.store import Store, TenantSession, migrate, open_store
from memory.tables.base import Base
from memory.tables.booking import Booking, OpeningHours, Service, Staff
from memory.tables.identity import Tenant
from memory.tables.leads import Customer, CustomerEmail, Mail
from tools.kit import Action, Actor, Context, Firm, Query, Receipt, Result

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)  # a Friday, 10:00 on the firm's clock
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FIRM = Firm(
    id="fjord",
    number=1,
    name="Fjordglimt",
    language="da",
    zone=ZONE,
    currency="DKK",
    country="DK",
    demo=True,
    settings={"email": "post@fjordglimt.example"},
)
NEIGHBOUR = Firm(**{**vars(FIRM), "id": "other", "number": 2, "name": "Neighbour"})
OWNER = Actor("fjord", "usr_owner", "owner", "Olga", "en")
ANNA = Actor("fjord", "usr_anna", "staff", "Anna Holm", "en")
JONAS = Actor("fjord", "usr_jonas", "crew", "Jonas Krogh", "da", staff_id="stf_jonas")
JENS = Actor("fjord", "usr_jens", "customer", "Jens Nygaard", "da", customer_id="cus_jens")
VISITOR = Actor("fjord", "sgn_1", "visitor", "", "en")


def rows_of(prefix: str) -> list[Base]:
    """What every tenant has; ids are the same in each, because keys carry the tenant."""
    week = {**dict.fromkeys(range(5), "17:00"), 5: "15:00"}
    services = [
        ("standard", "Standard clean", "Standardrengøring", 180, "0.02", 1),
        ("deep", "Deep clean", "Hovedrengøring", 240, None, 2),
        ("windows", "Window cleaning", "Vinduespudsning", 90, None, 1),
    ]
    people: list[tuple[int, str, str, dict[str, Any], dict[str, Any] | None]] = [
        (1, "anna", "Anna Holm", {}, None),
        (2, "jonas", "Jonas Krogh", {}, {"1": [["08:00", "14:00"]], "2": [["08:00", "17:00"]]}),
        (3, "mikkel", "Mikkel Bro", {"windows": True}, None),
    ]
    customers = [
        (1, "jens", "Jens Nygaard", "Møllevej 4", 140, "da"),
        (2, "cafe", "Nordlys Café", "Havnegade 12", None, "en"),
    ]
    return [
        *(OpeningHours(id=str(day), opens="08:00", closes=week.get(day)) for day in range(7)),
        *(
            Service(
                id=f"svc_{prefix}{code}",
                code=code,
                name_en=english,
                name_da=danish,
                price_minor=34900,
                minutes=minutes,
                hours_per_m2=per_m2,
                crew=crew,
                buffer_minutes=60,
            )
            for code, english, danish, minutes, per_m2, crew in services
        ),
        *(
            Staff(id=f"stf_{prefix}{code}", resource_no=no, name=name, skills=skills, hours=hours)
            for no, code, name, skills, hours in people
        ),
        *(
            Customer(
                id=f"cus_{prefix}{code}",
                number=number,
                name=name,
                folded_name=name.lower().replace("é", "e"),
                street=street,
                postal_code="8000",
                city="Aarhus C",
                m2=m2,
                language=language,
                created_at=LONG_AGO,
                updated_at=LONG_AGO,
            )
            for number, code, name, street, m2, language in customers
        ),
    ]


def fill(url: str, folder: Path) -> None:
    """Migrate a database and put the two firms in it."""
    store = open_store(url, data_dir=folder)
    migrate(store)
    with store.system() as session:
        for firm in (FIRM, NEIGHBOUR):
            session.add(
                Tenant(
                    id=firm.id,
                    number=firm.number,
                    name=firm.name,
                    language=firm.language,
                    site_key=firm.id,
                    created_at=LONG_AGO,
                )
            )
    for tenant, prefix in (("fjord", ""), ("other", "other")):
        with store.session(tenant) as session:
            session.add_all(rows_of(prefix))
    with store.session("fjord") as session:
        session.add(CustomerEmail(id="eml_1", customer_id="cus_jens", email="jens@nygaard.example"))
    store.close()


class World:
    """One firm's store, with a person at the keyboard."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.performed = 0

    def context(self, session: TenantSession, actor: Actor, now: dt.datetime) -> Context:
        firm = NEIGHBOUR if actor.tenant_id == "other" else FIRM
        return Context(
            actor=actor, firm=firm, session=session, now=now, ports={}, language=actor.language
        )

    def within(
        self, do: Callable[[Context], Any], *, actor: Actor = ANNA, now: dt.datetime = NOW
    ) -> Any:
        """Do something in a writing session that commits."""
        with self.store.session(actor.tenant_id) as session:
            return do(self.context(session, actor, now))

    def resolve(self, tool: Action, *, actor: Actor = ANNA, now: dt.datetime = NOW) -> Any:
        return self.within(tool.resolve, actor=actor, now=now)

    def preview(self, tool: Action, *, actor: Actor = ANNA, now: dt.datetime = NOW) -> Any:
        return self.within(lambda ctx: tool.resolve(ctx).preview(ctx), actor=actor, now=now)

    def perform(self, tool: Action, *, actor: Actor = ANNA, now: dt.datetime = NOW) -> Receipt:
        """What the gate does after a yes: perform what was resolved, under a key of its own."""
        self.performed += 1
        key = f"effect:{self.performed}"
        return self.within(lambda ctx: tool.perform(ctx, key), actor=actor, now=now)

    def do(self, tool: Action, *, actor: Actor = ANNA, now: dt.datetime = NOW) -> Receipt:
        """Resolve and perform."""
        resolved = self.resolve(tool, actor=actor, now=now)
        return self.perform(resolved, actor=actor, now=now)

    def look(self, query: Query, *, actor: Actor = ANNA, now: dt.datetime = NOW) -> Result | Any:
        with self.store.reading(actor.tenant_id) as session:
            return query.run(self.context(session, actor, now))

    def rows(self, model: type[Any]) -> list[Any]:
        with self.store.reading("fjord") as session:
            return list(session.scalars(sa.select(model)))

    def booking(self, receipt: Receipt) -> Booking:
        with self.store.reading("fjord") as session:
            found = session.fetch(Booking, receipt.record["booking"])
        assert found
        return found

    def change(self, model: type[Any], id: str, **values: Any) -> None:
        with self.store.session("fjord") as session:
            row = session.fetch(model, id)
            for name, value in values.items():
                setattr(row, name, value)

    def add(self, *rows: Base) -> None:
        with self.store.session("fjord") as session:
            session.add_all(rows)

    @property
    def mails(self) -> list[Mail]:
        return sorted(self.rows(Mail), key=lambda mail: mail.created_at)


@pytest.fixture
def sqlite_world(sqlite_files: Any, tmp_path: Path) -> Iterator[World]:
    """The firm on SQLite only, for what is about words and not about the store."""
    url = sqlite_files.like("booking_world", lambda url: fill(url, tmp_path))
    store = open_store(url, data_dir=tmp_path)
    yield World(store)
    store.close()
    sqlite_files.drop(url)


@pytest.fixture
def world(databases: Any, tmp_path: Path) -> Iterator[World]:
    """The firm, on SQLite and on PostgreSQL."""
    url = databases.like("booking_world", lambda url: fill(url, tmp_path))
    store = open_store(url, data_dir=tmp_path)
    yield World(store)
    store.close()
    databases.drop(url)
