"""A firm with services, staff, users, and a way to add people."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from memory.store import Store, open_store
from memory.tables.booking import Booking, BookingStaff, Service, Staff
from memory.tables.conversations import Upload
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead
from tests.support.contexts import NOW
from tests.support.stores import make_tenant, prepare_store
from tools.values.text import fold


@pytest.fixture
def store(databases, tmp_path) -> Iterator[Store]:
    url = databases.like("migrated", prepare_store)
    opened = open_store(url, data_dir=tmp_path)
    make_tenant(opened, "t1", 1)
    make_tenant(opened, "t2", 2)
    with opened.session("t1") as session:
        session.add_all(
            [
                _service("svc_std", "REN-001", "Standard clean", "Standardrengøring"),
                _service("svc_deep", "REN-002", "Deep clean", "Hovedrengøring"),
                _service("svc_move", "REN-003", "Move-out clean", "Flytterengøring"),
                _service("svc_office", "REN-004", "Office clean", "Kontorrengøring"),
                _service("svc_window", "REN-005", "Window cleaning", "Vinduespudsning"),
                Staff(id="stf_1", resource_no=1, name="Jonas Kjær", email="jonas@demo.example"),
                Staff(id="stf_2", resource_no=2, name="Maria Lund"),
                User(
                    id="usr_1",
                    email="anna@demo.example",
                    name="Anna Dahl",
                    role="staff",
                    created_at=NOW,
                ),
            ]
        )
    yield opened
    opened.close()
    databases.drop(url)


def _service(id: str, code: str, english: str, danish: str) -> Service:
    return Service(
        id=id, code=code, name_en=english, name_da=danish, price_minor=34900, minutes=120
    )


class People:
    """Adds rows in their own transactions."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.count = 0

    def add(self, *rows: Any, tenant: str = "t1") -> None:
        with self.store.session(tenant) as session:
            for row in rows:
                session.add(row)
                session.flush()

    def lead(self, name: str, tenant: str = "t1", **given: Any) -> str:
        self.count += 1
        values: dict[str, Any] = {
            "id": f"lead_{self.count}",
            "number": self.count,
            "source": "Leadmail",
            "city": "Aarhus C",
            "received_at": NOW - dt.timedelta(days=self.count),
            "created_at": NOW,
            "updated_at": NOW,
        } | given
        values["folded_city"] = fold(values["city"]) if values["city"] else None
        self.add(Lead(name=name, folded_name=fold(name), **values), tenant=tenant)
        return values["id"]

    def customer(
        self,
        name: str,
        tenant: str = "t1",
        email: str | None = None,
        phone: str | None = None,
        **given: Any,
    ) -> str:
        self.count += 1
        values: dict[str, Any] = {
            "id": f"cus_{self.count}",
            "number": self.count,
            "street": "Ryesgade 12",
            "postal_code": "8000",
            "city": "Aarhus C",
            "created_at": NOW,
            "updated_at": NOW,
        } | given
        rows: list[Any] = [Customer(name=name, folded_name=fold(name), **values)]
        if email:
            rows.append(
                CustomerEmail(id=f"eml_{self.count}", customer_id=values["id"], email=email)
            )
        if phone:
            rows.append(
                CustomerPhone(id=f"tel_{self.count}", customer_id=values["id"], phone=phone)
            )
        self.add(*rows, tenant=tenant)
        return values["id"]

    def booking(
        self, customer_id: str, *, days: int = 4, status: str = "confirmed", staff: str = ""
    ) -> str:
        self.count += 1
        start = NOW + dt.timedelta(days=days)
        booking = Booking(
            id=f"bok_{self.count}",
            number=self.count,
            customer_id=customer_id,
            service_id="svc_std",
            starts_at=start,
            ends_at=start + dt.timedelta(hours=2),
            zone="Europe/Copenhagen",
            address="Ryesgade 12",
            price_minor=69800,
            status=status,
            uid=f"u{self.count}",
            created_at=NOW,
            updated_at=NOW,
        )
        crew = [BookingStaff(id=f"bst_{self.count}", booking_id=booking.id, staff_id=staff)]
        self.add(booking, *(crew if staff else ()))
        return booking.id

    def upload(
        self, content: str | bytes, filename: str = "leads.jsonl", owner: str = "usr_1"
    ) -> str:
        self.count += 1
        data = content.encode() if isinstance(content, str) else content
        row = Upload(
            id=f"upl_{self.count}",
            owner_id=owner,
            filename=filename,
            media_type="text/plain",
            size=len(data),
            sha256="0" * 64,
            content=data,
            created_at=NOW,
        )
        self.add(row)
        return row.id


@pytest.fixture
def people(store: Store) -> People:
    return People(store)
