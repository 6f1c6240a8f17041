"""Rows that the store's tests put in."""

import datetime as dt
from typing import Any

from memory.tables.booking import Booking, Occupancy, Service
from memory.tables.gate import AuditRow
from memory.tables.leads import Customer, CustomerEmail, Note
from tests.support.stores import EPOCH


def a_note(id: str = "n1", **columns: Any) -> Note:
    given: dict[str, Any] = {
        "about_kind": "lead",
        "about_id": "lead_1",
        "text": "words",
        "source": "staff",
        "author": "Anna",
        "at": EPOCH,
    }
    return Note(id=id, **given | columns)


def note_values(id: str, **columns: Any) -> dict[str, Any]:
    note = a_note(id)
    names = ("id", "about_kind", "about_id", "text", "source", "author", "at", "origin")
    values = {name: getattr(note, name) for name in names} | {"origin": "person"}
    return values | columns


def a_customer(id: str = "cus_1", number: int = 1) -> Customer:
    return Customer(
        id=id,
        number=number,
        name="Jens Nygaard",
        folded_name="jens nygaard",
        created_at=EPOCH,
        updated_at=EPOCH,
    )


def an_address(id: str, customer_id: str) -> CustomerEmail:
    return CustomerEmail(id=id, customer_id=customer_id, email="jens@demo.example")


def a_service() -> Service:
    return Service(
        id="srv_1",
        code="standard",
        name_en="Standard clean",
        name_da="Standardrengøring",
        price_minor=34900,
        prices_include_vat=True,
        minutes=120,
    )


def a_booking(id: str = "bok_1", number: int = 1) -> Booking:
    return Booking(
        id=id,
        number=number,
        customer_id="cus_1",
        service_id="srv_1",
        starts_at=EPOCH,
        ends_at=EPOCH + dt.timedelta(hours=2),
        zone="Europe/Copenhagen",
        address="Vestergade 1, 8000 Aarhus C",
        price_minor=69800,
        status="confirmed",
        uid=f"{id}@friday",
        created_at=EPOCH,
        updated_at=EPOCH,
    )


def a_taken_slot(id: str, start: float, end: float, **columns: Any) -> Occupancy:
    """Hours after EPOCH; resource 1 of tenant number 1 unless said otherwise."""
    given: dict[str, Any] = {"booking_id": "bok_1", "tenant_no": 1, "resource_no": 1}
    return Occupancy(
        id=id,
        blocks_from=EPOCH + dt.timedelta(hours=start),
        blocks_to=EPOCH + dt.timedelta(hours=end),
        **given | columns,
    )


def an_audit_row(id: str = "aud_1", seq: int = 1) -> AuditRow:
    return AuditRow(
        id=id,
        seq=seq,
        at=EPOCH,
        actor_id="usr_1",
        channel="chat",
        event="proposed",
        payload={"name": "Jens"},
        salt="salt",
        payload_mac="mac",
        previous="",
        hash="hash",
    )
