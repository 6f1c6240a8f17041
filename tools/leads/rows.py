"""Turns one raw row of a lead file into typed values, or says which field is wrong and why."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo

from tools.contacts import email_of, phone_of
from tools.leads.fields import FieldReader, Why
from tools.leads.files import Raw, RawRow
from tools.leads.rules import STATUS_WORDS, Status, has_html
from tools.values.text import clean, fold

_LONGEST_TEXT = 4000
_YES = frozenset(("true", "1", "yes", "ja", "y", "j", "x", "on"))
_NO = frozenset(("false", "0", "no", "nej", "n", "", "off"))
_BOOKING_STATUS = {
    "held": "confirmed",
    "confirmed": "confirmed",
    "planned": "confirmed",
    "completed": "completed",
    "done": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "no_show": "no_show",
}


@dataclass(frozen=True)
class PastBooking:
    """A booking of the lead in the export."""

    external_id: str
    uid: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    persons: int
    status: str


@dataclass(frozen=True)
class GivenConsent:
    """A consent for marketing by e-mail, given or refused, as the export has it."""

    given: bool
    basis: str | None
    at: dt.datetime


@dataclass(frozen=True)
class LeadRow:
    """One good row: who, where from, what for, how far along, and what was booked."""

    line: int
    text: str
    hash: str
    dataset: str
    external_id: str | None
    received_at: dt.datetime
    name: str
    email: str | None
    phone: str | None
    phone_valid: bool
    kind: str
    cvr: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    source: str
    source_detail: dict[str, Any]
    cost_minor: int | None
    service: str | None
    m2: int | None
    frequency: str | None
    job: dict[str, Any]
    status: Status
    lost_reason: str | None
    pipeline: dict[str, Any]
    last_inbound_at: dt.datetime | None
    last_outbound_at: dt.datetime | None
    message: str | None
    bookings: tuple[PastBooking, ...]
    consent: GivenConsent | None


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken: what is wrong, by field."""

    line: int
    text: str
    hash: str
    dataset: str
    problems: dict[str, Why] = field(default_factory=dict[str, Why])


def read_row(row: RawRow, *, now: dt.datetime, zone: ZoneInfo, country: str) -> LeadRow | BadRow:
    """`row` in typed values; times without an offset are of `zone`, phones without a country code of `country`."""
    if row.raw is None:
        return BadRow(row.line, row.text, hash_of(row.text), "lead.v1", {"row": row.problem})
    reader = FieldReader(row.raw, zone=zone)
    good = _read(reader, row, now=now, country=country)
    if reader.problems:
        return BadRow(row.line, row.text, good.hash, good.dataset, reader.problems)
    return good


def hash_of(value: Raw | str) -> str:
    """The same for the same content, whatever the order of its fields."""
    text = (
        value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read(reader: FieldReader, row: RawRow, *, now: dt.datetime, country: str) -> LeadRow:
    raw = row.raw or {}
    email, phone, phone_valid = _reached(reader, country)
    status, lost_reason = _status(reader)
    service = reader.text("job.service")
    return LeadRow(
        line=row.line,
        text=row.text,
        hash=hash_of(raw),
        dataset=reader.text("dataset_version") or "lead.v1",
        external_id=reader.text("id"),
        received_at=reader.when("received_at") or now,
        name=_name(reader),
        email=email,
        phone=phone,
        phone_valid=phone_valid,
        kind=_kind(reader),
        cvr=_cvr(reader),
        street=reader.text("contact.address.street"),
        postal_code=reader.text("contact.address.postal_code", longest=12),
        city=reader.text("contact.address.city", longest=80),
        source=reader.text("source.partner") or reader.text("source.channel") or "import",
        source_detail=reader.part("source"),
        cost_minor=reader.minor("source.cost_dkk"),
        service=service,
        m2=reader.whole("job.property_m2", most=1_000_000),
        frequency=reader.text("job.frequency"),
        job=reader.part("job"),
        status=status,
        lost_reason=lost_reason,
        pipeline=reader.part("pipeline"),
        last_inbound_at=reader.when("pipeline.last_inbound_at"),
        last_outbound_at=reader.when("pipeline.last_outbound_at"),
        message=reader.text("message", longest=_LONGEST_TEXT),
        bookings=_bookings(reader),
        consent=_consent(reader, now=now),
    )


def _name(reader: FieldReader) -> str:
    name = " ".join((reader.text("contact.name") or "").split())
    if not name:
        reader.bad("contact.name", "is missing", "mangler")
    elif has_html(name):
        reader.bad(
            "contact.name",
            "has HTML in it, which no name has",
            "indeholder HTML, og det gør intet navn",
        )
    elif not any(c.isalpha() for c in name):
        reader.bad("contact.name", f"“{name}” is not a name", f"“{name}” er ikke et navn")
    return name


def _reached(reader: FieldReader, country: str) -> tuple[str | None, str | None, bool]:
    said_email, said_phone = reader.text("contact.email", longest=320), reader.text("contact.phone")
    email = email_of(said_email) if said_email else None
    if said_email and email is None:
        reader.bad(
            "contact.email",
            f"“{said_email[:80]}” is not an e-mail address",
            f"“{said_email[:80]}” er ikke en e-mailadresse",
        )
    phone = phone_of(said_phone, country) if said_phone else None
    if not said_email and not said_phone:
        reader.bad(
            "contact.email", "is missing, and so is the phone", "mangler, og det gør telefonen også"
        )
    elif not said_email and phone is None:
        reader.bad(
            "contact.phone",
            f"“{said_phone}” is not a valid number, and there is no e-mail",
            f"“{said_phone}” er ikke et gyldigt nummer, og der er ingen e-mail",
        )
    # A number that is not valid is kept as it was written, but nothing is ever found by it.
    return email, phone or said_phone, phone is not None


def _kind(reader: FieldReader) -> str:
    said = fold(reader.text("contact.type") or "")
    return "business" if said in ("business", "erhverv", "company", "firma", "b2b") else "private"


def _cvr(reader: FieldReader) -> str | None:
    said = reader.text("contact.cvr")
    if said is None:
        return None
    digits = said.upper().removeprefix("DK").replace(" ", "")
    if len(digits) != 8 or not digits.isdigit():
        reader.bad(
            "contact.cvr",
            f"“{said}” is not a CVR number of eight digits",
            f"“{said}” er ikke et CVR-nummer på otte cifre",
        )
    return digits


def _status(reader: FieldReader) -> tuple[Status, str | None]:
    said = reader.text("pipeline.stage")
    reason = reader.text("pipeline.lost_reason", longest=500)
    if said is None:
        return "new", reason
    status = STATUS_WORDS.get(fold(said.replace("_", " ")))
    if status is None:
        reader.bad("pipeline.stage", f"“{said}” is not a status", f"“{said}” er ikke en status")
        return "new", reason
    return status, reason or ("not given" if status == "lost" else None)


def _consent(reader: FieldReader, *, now: dt.datetime) -> GivenConsent | None:
    said = reader.at("consent.marketing_email")
    if said is None:
        return None
    plain = str(said).casefold().strip()
    if plain not in _YES | _NO:
        reader.bad(
            "consent.marketing_email",
            f"“{plain[:40]}” is neither yes nor no",
            f"“{plain[:40]}” er hverken ja eller nej",
        )
    return GivenConsent(
        given=plain in _YES,
        basis=reader.text("consent.basis"),
        at=reader.when("consent.captured_at") or now,
    )


def _bookings(reader: FieldReader) -> tuple[PastBooking, ...]:
    listed = reader.at("bookings")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        reader.bad("bookings", "should be a list", "skal være en liste")
        return ()
    read = [
        _booking(reader, one, f"bookings[{n}]") for n, one in enumerate(cast(list[Any], listed))
    ]
    return tuple(one for one in read if one)


def _booking(reader: FieldReader, raw: Any, path: str) -> PastBooking | None:
    if not isinstance(raw, dict):
        reader.bad(path, "should be an object", "skal være et objekt")
        return None
    fields = cast(Raw, raw)
    booking_id = clean(str(fields.get("booking_id") or "")).strip()[:64]
    start = reader.moment(str(fields.get("start") or ""), f"{path}.start")
    end = reader.moment(str(fields.get("end") or ""), f"{path}.end")
    status = _BOOKING_STATUS.get(str(fields.get("status") or "completed").casefold())
    if not booking_id:
        reader.bad(f"{path}.booking_id", "is missing", "mangler")
    if status is None:
        reader.bad(
            f"{path}.status",
            f"“{str(fields.get('status'))[:40]}” is not a status",
            f"“{str(fields.get('status'))[:40]}” er ikke en status",
        )
    if not start or not end or not status:
        return None
    if end <= start:
        reader.bad(f"{path}.end", "is not after the start", "ligger ikke efter starten")
    size = str(fields.get("team_size") or 1)
    return PastBooking(
        external_id=booking_id,
        uid=clean(str(fields["event_id"]))[:200] if fields.get("event_id") else None,
        starts_at=start,
        ends_at=end,
        persons=int(size) if size.isdecimal() and 0 < int(size) < 100 else 1,
        status=status,
    )
