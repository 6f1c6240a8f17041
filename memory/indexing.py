"""Turns records into the texts that search looks through: one small function for each kind of record."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from memory.tables.base import Base
from memory.tables.booking import Booking
from memory.tables.conversations import Conversation, Event, Turn
from memory.tables.facts import Fact
from memory.tables.identity import User
from memory.tables.leads import Customer, CustomerEmail, CustomerPhone, Lead, Mail, Note
from memory.tables.texts import Text
from memory.tenancy import TenantSession
from memory.words import fold

OFFICE = "office"
CHUNK = 1000
_CHECKED = {"tenant_checked": True}
_COLUMNS = ("about_kind", "about_id", "readers", "title", "body", "digest", "valid_until")
About = tuple[str, str]


@dataclass(frozen=True)
class Written:
    """What one record says. `about` is (customer | lead, id)."""

    record_id: str
    title: str
    body: str
    changed_at: dt.datetime
    about: About | None = None
    readers: str = OFFICE
    valid_until: dt.datetime | None = None


Read = Callable[[TenantSession, str, Collection[str]], list[Written]]
"""(session, tenant id, record ids) → what those that are there and may be found say."""


def text_id(kind: str, record_id: str) -> str:
    """The id of a record's text; the same record always has the same."""
    return f"txt_{hashlib.sha256(f'{kind}:{record_id}'.encode()).hexdigest()[:24]}"


def write(session: TenantSession, tenant_id: str, kind: str, ids: Collection[str]) -> int:
    """Bring the texts of these records up to date, and remove those of records that say nothing any more.

    Returns how many say something. Nothing is committed.
    """
    count, every = 0, sorted(ids)
    for chunk in (every[start : start + CHUNK] for start in range(0, len(every), CHUNK)):
        found = KINDS[kind](session, tenant_id, chunk)
        _put(session, tenant_id, kind, found)
        remove(session, tenant_id, kind, set(chunk) - {each.record_id for each in found})
        count += len(found)
    return count


def remove(session: TenantSession, tenant_id: str, kind: str, ids: Collection[str]) -> None:
    """Take the texts of these records away."""
    if not ids:
        return
    gone = [text_id(kind, each) for each in sorted(ids)]
    those = sa.delete(Text).where(Text.tenant_id == tenant_id, Text.id.in_(gone))
    session.execute(those, execution_options={"synchronize_session": False})


def _put(session: TenantSession, tenant_id: str, kind: str, found: Sequence[Written]) -> None:
    if not found:
        return
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    texts: Any = Text.__table__
    insert = sqlite.insert(texts) if on_sqlite else postgresql.insert(texts)
    given = insert.excluded
    upsert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={
            **{name: given[name] for name in (*_COLUMNS, "folded", "changed_at")},
            "embedded_as": sa.case(
                (texts.c.digest == given.digest, texts.c.embedded_as), else_=None
            ),
        },
        where=sa.or_(*(texts.c[name].is_distinct_from(given[name]) for name in _COLUMNS)),
    )
    session.execute(
        upsert, [_row(tenant_id, kind, each) for each in found], execution_options=_CHECKED
    )


def _row(tenant_id: str, kind: str, given: Written) -> dict[str, Any]:
    about_kind, about_id = given.about or (None, None)
    folded = fold(f"{given.title} {given.body}")
    return {
        "tenant_id": tenant_id,
        "id": text_id(kind, given.record_id),
        "kind": kind,
        "record_id": given.record_id,
        "about_kind": about_kind,
        "about_id": about_id,
        "readers": given.readers,
        "title": given.title,
        "body": given.body,
        "folded": folded,
        "digest": hashlib.sha256(folded.encode()).hexdigest(),
        "embedded_as": None,
        "changed_at": given.changed_at,
        "valid_until": given.valid_until,
    }


def _rows(session: TenantSession, model: Any, tenant_id: str, ids: Collection[str]) -> Any:
    return session.scalars(sa.select(model).where(model.tenant_id == tenant_id, model.id.in_(ids)))


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part not in (None, ""))


def _customers(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    reached: dict[str, list[str]] = {}
    for model, column in (
        (CustomerEmail, CustomerEmail.email),
        (CustomerPhone, CustomerPhone.phone),
    ):
        rows = session.execute(
            sa.select(model.customer_id, column).where(
                model.tenant_id == tenant_id, model.customer_id.in_(ids)
            )
        )
        for customer_id, address in rows:
            reached.setdefault(customer_id, []).append(address)
    return [
        Written(
            record_id=row.id,
            title=row.name,
            body=_joined(
                row.street,
                _joined(row.postal_code, row.city).replace(",", ""),
                row.cvr and f"CVR {row.cvr}",
                *sorted(reached.get(row.id, [])),
            ),
            changed_at=row.updated_at,
            about=("customer", row.id),
        )
        for row in _rows(session, Customer, tenant_id, ids)
        if row.merged_into is None and row.name
    ]


def _leads(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    return [
        Written(
            record_id=row.id,
            title=row.name,
            body=_joined(
                row.street,
                _joined(row.postal_code, row.city).replace(",", ""),
                row.cvr and f"CVR {row.cvr}",
                row.email,
                row.phone,
                row.service,
                row.message,
            ),
            changed_at=row.updated_at,
            about=("customer", row.customer_id) if row.customer_id else ("lead", row.id),
        )
        for row in _rows(session, Lead, tenant_id, ids)
        if row.name
    ]


def _notes(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    rows = [row for row in _rows(session, Note, tenant_id, ids) if row.text]
    about = _Abouts(session, tenant_id, [(row.about_kind, row.about_id) for row in rows])
    return [
        Written(
            record_id=row.id,
            title=about.title(row.about_kind, row.about_id),
            body=row.text,
            changed_at=row.at,
            about=about.of(row.about_kind, row.about_id),
        )
        for row in rows
    ]


def _mails(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    # A mail about nobody is one of Friday's own, such as a sign-in link: its words are a key.
    found = _rows(session, Mail, tenant_id, ids)
    rows = [row for row in found if row.about_kind and row.about_id and row.body]
    about = _Abouts(session, tenant_id, [(row.about_kind, row.about_id) for row in rows])
    return [
        Written(
            record_id=row.id,
            title=row.subject,
            body=f"{row.to}\n{row.body}",
            changed_at=row.sent_at or row.created_at,
            about=about.of(row.about_kind, row.about_id),
        )
        for row in rows
    ]


def _facts(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    """What holds of a customer, a lead or the firm. How to get into somebody's house is never among it."""
    rows = [
        row
        for row in _rows(session, Fact, tenant_id, ids)
        if row.value and row.key != "access" and not (row.superseded_by or row.forgotten_at)
    ]
    about = _Abouts(session, tenant_id, [(row.subject_kind, row.subject_id) for row in rows])
    return [
        Written(
            record_id=row.id,
            title=about.title(row.subject_kind, row.subject_id),
            body=row.value,
            changed_at=row.created_at,
            about=about.of(row.subject_kind, row.subject_id),
            valid_until=row.valid_until,
        )
        for row in rows
    ]


def _talk(session: TenantSession, tenant_id: str, ids: Collection[str]) -> list[Written]:
    """What a person said and what Friday answered. A colleague's talk is the colleague's own."""
    turns = sa.select(Turn.id, Turn.text, Turn.finished_at, Turn.created_at, Conversation.owner_id)
    turns = turns.join(
        Conversation,
        sa.and_(Conversation.tenant_id == Turn.tenant_id, Conversation.id == Turn.conversation_id),
    ).where(Turn.tenant_id == tenant_id, Turn.id.in_(ids), Turn.state == "answered")
    said = session.execute(turns.where(Turn.cause == "message", Turn.text.is_not(None))).all()
    bodies = session.execute(
        sa.select(Event.turn_id, Event.body)
        .join(Turn, sa.and_(Turn.tenant_id == Event.tenant_id, Turn.id == Event.turn_id))
        .where(
            Event.tenant_id == tenant_id,
            Event.conversation_id == Turn.conversation_id,
            Event.turn_id.in_(ids),
            Event.kind == "message",
        )
        .order_by(Event.seq)
    )
    answers: dict[str, list[str]] = {}
    for turn_id, body in bodies:
        if body and body.get("role") == "assistant" and body.get("text"):
            answers.setdefault(str(turn_id), []).append(str(body["text"]))
    colleagues = set(
        session.scalars(
            sa.select(User.id).where(
                User.tenant_id == tenant_id,
                User.id.in_({row.owner_id for row in said}),
                User.role != "customer",
            )
        )
    )
    return [
        Written(
            record_id=row.id,
            title="",
            body="\n".join([row.text, *answers.get(row.id, [])]),
            changed_at=row.finished_at or row.created_at,
            readers=row.owner_id if row.owner_id in colleagues else OFFICE,
        )
        for row in said
        if row.text
    ]


class _Abouts:
    """Whom things concern: a lead that became a customer and a booking both lead to the customer."""

    def __init__(
        self, session: TenantSession, tenant_id: str, pairs: Sequence[tuple[str | None, str | None]]
    ) -> None:
        wanted: dict[str, set[str]] = {"lead": set(), "booking": set(), "customer": set()}
        for kind, id in pairs:
            if kind in wanted and id:
                wanted[kind].add(id)
        self._to: dict[tuple[str, str], About] = {}
        self._names: dict[About, str] = {}
        for row in _rows(session, Lead, tenant_id, wanted["lead"]) if wanted["lead"] else ():
            there = ("customer", row.customer_id) if row.customer_id else ("lead", row.id)
            self._to["lead", row.id] = there
            self._names[there] = row.name
        for row in (
            _rows(session, Booking, tenant_id, wanted["booking"]) if wanted["booking"] else ()
        ):
            self._to["booking", row.id] = ("customer", row.customer_id)
            wanted["customer"].add(row.customer_id)
        for row in (
            _rows(session, Customer, tenant_id, wanted["customer"]) if wanted["customer"] else ()
        ):
            self._names["customer", row.id] = row.name

    def of(self, kind: str | None, id: str | None) -> About | None:
        """The customer or lead, or None."""
        if not kind or not id:
            return None
        found = self._to.get((kind, id), (kind, id))
        return found if found[0] in ("customer", "lead") else None

    def title(self, kind: str | None, id: str | None) -> str:
        """The name of whom it concerns, or nothing."""
        about = self.of(kind, id)
        return self._names.get(about, "") if about else ""


KINDS: Mapping[str, Read] = {
    "customer": _customers,
    "lead": _leads,
    "note": _notes,
    "mail": _mails,
    "talk": _talk,
    "fact": _facts,
}
"""The kinds of record that search knows, and how each is read."""

SOURCES: Mapping[str, Any] = {
    "customer": Customer,
    "lead": Lead,
    "note": Note,
    "mail": Mail,
    "talk": Turn,
    "fact": Fact,
}
"""Where the records of each kind are."""

MARKS: Mapping[type[Base], tuple[str, str]] = {
    Customer: ("customer", "id"),
    CustomerEmail: ("customer", "customer_id"),
    CustomerPhone: ("customer", "customer_id"),
    Lead: ("lead", "id"),
    Note: ("note", "id"),
    Mail: ("mail", "id"),
    Fact: ("fact", "id"),
}
"""Which record's text a changed row belongs to. Turns are not here: they are indexed after the answer, by a job."""

BLANKED: Mapping[type[Base], tuple[str, str, str]] = {
    Turn: ("talk", "id", "text"),
    Event: ("talk", "turn_id", "body"),
}
"""Rows whose text changes only when this column of theirs is blanked, or when they are deleted."""
