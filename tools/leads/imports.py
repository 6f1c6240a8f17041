"""Writes a planned import: leads, and for those who booked before also customers and their bookings, all or nothing."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.base import Base, new_id
from memory.tables.booking import Booking, BookingStaff, Occupancy, Service, Staff
from memory.tables.leads import (
    Consent,
    Customer,
    CustomerEmail,
    CustomerPhone,
    ImportRow,
    Lead,
    LeadChange,
)
from tools.kit import Context
from tools.leads.planning import CHUNK, ImportPlan, service_of
from tools.leads.rows import BadRow, LeadRow, PastBooking
from tools.leads.service import take_numbers
from tools.values.redact import redact_json
from tools.values.text import fold

_LONGEST_RAW = 100_000

Values = dict[str, Any]


@lru_cache(maxsize=8192)
def _folded(words: str) -> str:
    """Names of cities, and of people too, come many times in one file."""
    return fold(words)


@dataclass
class Written:
    """The rows of an import, by table, and how many there were of what people ask about."""

    leads: list[Values] = field(default_factory=list[Values])
    changes: list[Values] = field(default_factory=list[Values])
    customers: list[Values] = field(default_factory=list[Values])
    emails: list[Values] = field(default_factory=list[Values])
    phones: list[Values] = field(default_factory=list[Values])
    bookings: list[Values] = field(default_factory=list[Values])
    crew: list[Values] = field(default_factory=list[Values])
    taken: list[Values] = field(default_factory=list[Values])
    consents: list[Values] = field(default_factory=list[Values])
    imported: list[Values] = field(default_factory=list[Values])


def write_import(ctx: Context, plan: ImportPlan) -> Written:
    """Store everything that the plan says, in the caller's transaction, with bulk inserts."""
    written = Written()
    crew = (
        _Crew(ctx) if any(_is_ahead(ctx, one) for row in plan.new for one in row.bookings) else None
    )
    owners: dict[str, str] = {}
    for row in plan.new:
        _lead(ctx, plan, row, written, owners, crew)
    for repeated in plan.repeated:
        problems = {repeated.field: repeated.why[0]}
        _raw(ctx, repeated.row, "duplicate", written, problems=problems, lead_id=repeated.lead_id)
    for bad in plan.bad:
        problems = {path: why[0] for path, why in bad.problems.items()}
        _raw(ctx, bad, "rejected", written, problems=problems)
    _number(ctx.session, "lead", written.leads)
    _number(ctx.session, "customer", written.customers)
    _number(ctx.session, "booking", written.bookings)
    written.imported = _once(written.imported, plan)
    _insert_all(ctx.session, written)
    return written


def _insert_all(session: TenantSession, written: Written) -> None:
    # In the order of their references.
    _insert(session, Customer, written.customers)
    _insert(session, CustomerEmail, written.emails)
    _insert(session, CustomerPhone, written.phones)
    _insert(session, Lead, written.leads)
    _insert(session, LeadChange, written.changes)
    _insert(session, Consent, written.consents)
    _insert(session, Booking, written.bookings)
    _insert(session, BookingStaff, written.crew)
    _insert(session, Occupancy, written.taken)
    _insert(session, ImportRow, written.imported)


def _insert(session: TenantSession, model: type[Base], rows: list[Values]) -> None:
    # Without render_nulls each row with another set of empty fields would be a statement of its own.
    insert = sa.insert(model).execution_options(render_nulls=True)
    for start in range(0, len(rows), CHUNK):
        session.execute(insert, rows[start : start + CHUNK])


def _number(session: TenantSession, series: str, rows: list[Values]) -> None:
    if not rows:
        return
    first = take_numbers(session, series, len(rows))
    for number, row in enumerate(rows, start=first):
        row["number"] = number


def _once(rows: list[Values], plan: ImportPlan) -> list[Values]:
    """One import row per dataset and hash, none that is stored already."""
    fresh = {(row["dataset"], row["row_hash"]): row for row in reversed(rows)}
    return [row for key, row in reversed(fresh.items()) if key not in plan.known.hashes]


def _lead(
    ctx: Context,
    plan: ImportPlan,
    row: LeadRow,
    written: Written,
    owners: dict[str, str],
    crew: "_Crew | None",
) -> None:
    lead_id = new_id("lead")
    service = service_of(plan.known, row)
    bookings = [one for one in row.bookings if one.external_id not in plan.known.bookings]
    customer_id = _customer(ctx, plan, row, written, wanted=bool(service and bookings))
    written.leads.append(_lead_values(ctx, row, lead_id, customer_id, service))
    written.changes.append(
        {
            "id": new_id("chg"),
            "lead_id": lead_id,
            "before": None,
            "after": row.status,
            "actor_id": ctx.actor.id,
            "cause": "import",
            "at": ctx.now,
        }
    )
    if customer_id and service:
        for one in bookings:
            if owners.setdefault(one.external_id, lead_id) == lead_id:
                _booking(ctx, row, one, service, customer_id, written, crew)
    if row.consent:
        written.consents.extend(_consents(row, lead_id, customer_id))
    _raw(ctx, row, "imported", written, lead_id=lead_id, customer_id=customer_id)


def _lead_values(
    ctx: Context, row: LeadRow, lead_id: str, customer_id: str | None, service: Service | None
) -> Values:
    return {
        "id": lead_id,
        "external_id": row.external_id,
        "name": row.name,
        "folded_name": _folded(row.name),
        "email": row.email,
        "phone": row.phone,
        "phone_valid": row.phone_valid,
        "kind": row.kind,
        "cvr": row.cvr,
        "street": row.street,
        "postal_code": row.postal_code,
        "city": row.city,
        "folded_city": _folded(row.city) if row.city else None,
        "status": row.status,
        "lost_reason": row.lost_reason,
        "source": row.source,
        "source_detail": row.source_detail,
        "cost_minor": row.cost_minor,
        "service": service.code if service else row.service,
        "m2": row.m2,
        "job": row.job,
        "pipeline": row.pipeline,
        "message": row.message,
        "customer_id": customer_id,
        "origin": "import",
        "received_at": row.received_at,
        "last_inbound_at": row.last_inbound_at,
        "last_outbound_at": row.last_outbound_at,
        "created_at": ctx.now,
        "updated_at": ctx.now,
    }


def _customer(
    ctx: Context, plan: ImportPlan, row: LeadRow, written: Written, *, wanted: bool
) -> str | None:
    """The customer that this lead is already, or a new one when `wanted` for its bookings."""
    there = plan.known.customers
    linked = there.get(row.email or "") or (there.get(row.phone or "") if row.phone_valid else None)
    if linked or not wanted:
        return linked
    customer_id = new_id("cus")
    written.customers.append(
        {
            "id": customer_id,
            "name": row.name,
            "folded_name": _folded(row.name),
            "kind": row.kind,
            "cvr": row.cvr,
            "street": row.street,
            "postal_code": row.postal_code,
            "city": row.city,
            "m2": row.m2,
            "frequency": row.frequency,
            "language": ctx.firm.language,
            "origin": "import",
            "created_at": ctx.now,
            "updated_at": ctx.now,
        }
    )
    if row.email:
        written.emails.append({"id": new_id("eml"), "customer_id": customer_id, "email": row.email})
    if row.phone:
        phone = {"id": new_id("tel"), "customer_id": customer_id, "phone": row.phone}
        written.phones.append({**phone, "valid": row.phone_valid})
    return customer_id


def _consents(row: LeadRow, lead_id: str, customer_id: str | None) -> Iterable[Values]:
    assert row.consent
    about = [("lead", lead_id), ("customer", customer_id)]
    for kind, about_id in about:
        if about_id:
            yield {
                "id": new_id("cons"),
                "about_kind": kind,
                "about_id": about_id,
                "purpose": "marketing_email",
                "given": row.consent.given,
                "basis": row.consent.basis,
                "evidence": f"{row.dataset}, line {row.line}",
                "at": row.consent.at,
            }


def _is_ahead(ctx: Context, one: PastBooking) -> bool:
    return one.status == "confirmed" and one.ends_at > ctx.now


def _booking(
    ctx: Context,
    row: LeadRow,
    one: PastBooking,
    service: Service,
    customer_id: str,
    written: Written,
    crew: "_Crew | None",
) -> None:
    booking_id = new_id("bok")
    status = "completed" if one.status == "confirmed" and not _is_ahead(ctx, one) else one.status
    place = " ".join(part for part in (row.postal_code, row.city) if part)
    written.bookings.append(
        {
            "id": booking_id,
            "customer_id": customer_id,
            "service_id": service.id,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "zone": ctx.firm.zone.key,
            "address": ", ".join(part for part in (row.street, place) if part),
            "m2": row.m2,
            "persons": one.persons,
            "price_minor": _price(one, service),
            "status": status,
            "uid": one.uid or f"{one.external_id}@import.friday.invalid",
            "external_id": one.external_id,
            "origin": "import",
            "created_at": ctx.now,
            "updated_at": ctx.now,
        }
    )
    if crew and _is_ahead(ctx, one):
        crew.assign(written, booking_id, one, service)


def _price(one: PastBooking, service: Service) -> int:
    """Per person and hour, as the service costs today: the export has no price of its own."""
    seconds = Decimal(int((one.ends_at - one.starts_at).total_seconds()))
    price = service.price_minor * one.persons * seconds / 3600
    return int(price.quantize(Decimal(1), rounding=ROUND_HALF_UP))


class _Crew:
    """Who is free for the bookings that are still ahead; a booking that nobody is free for has no one assigned."""

    def __init__(self, ctx: Context) -> None:
        self.tenant_no = ctx.firm.number
        active = sa.select(Staff).where(Staff.active).order_by(Staff.resource_no)
        self.staff = list(ctx.session.scalars(active))
        self.taken: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {}
        ahead = sa.select(Occupancy.resource_no, Occupancy.blocks_from, Occupancy.blocks_to)
        for resource, since, until in ctx.session.execute(
            ahead.where(Occupancy.live, Occupancy.blocks_to > ctx.now)
        ):
            self.taken.setdefault(resource, []).append((since, until))

    def assign(self, written: Written, booking_id: str, one: PastBooking, service: Service) -> None:
        since = one.starts_at
        until = one.ends_at + dt.timedelta(minutes=service.buffer_minutes)
        free = [person for person in self.staff if self._free(person.resource_no, since, until)]
        if len(free) < one.persons:
            return
        for person in free[: one.persons]:
            self.taken.setdefault(person.resource_no, []).append((since, until))
            written.crew.append(
                {"id": new_id("bst"), "booking_id": booking_id, "staff_id": person.id}
            )
            written.taken.append(
                {
                    "id": new_id("occ"),
                    "booking_id": booking_id,
                    "tenant_no": self.tenant_no,
                    "resource_no": person.resource_no,
                    "blocks_from": since,
                    "blocks_to": until,
                    "live": True,
                }
            )

    def _free(self, resource: int, since: dt.datetime, until: dt.datetime) -> bool:
        return all(end <= since or start >= until for start, end in self.taken.get(resource, ()))


def _raw(
    ctx: Context,
    row: LeadRow | BadRow,
    state: str,
    written: Written,
    *,
    problems: dict[str, str] | None = None,
    lead_id: str | None = None,
    customer_id: str | None = None,
) -> None:
    written.imported.append(
        {
            "id": new_id("row"),
            "dataset": row.dataset,
            "row_hash": row.hash,
            "line": row.line,
            "state": state,
            "raw": row.text[:_LONGEST_RAW] or json.dumps(None),
            "problems": redact_json(problems or {}),
            "lead_id": lead_id,
            "customer_id": customer_id,
            "at": ctx.now,
        }
    )
