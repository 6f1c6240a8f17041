"""The append-only chain of what happened: who, on whose behalf, through what, and what became of it.

Every row's hash covers the one before. Personal payload is covered by a salted HMAC only, so that erasing it
leaves the chain whole; whatever else changes, is missing or is moved shows in `verify`.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from agent.gate.digest import holds, seal
from agent.settings import Keys
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.gate import AuditHead, AuditRow, Proposal
from memory.tables.identity import Tenant

_log = logging.getLogger(__name__)
_WAITING = "audit rows to be chained at commit"
_HEAD = "head"


@dataclass(frozen=True)
class Entry:
    """One row to be, before it has its place in the chain."""

    at: dt.datetime
    actor_id: str
    on_behalf_of: str | None
    channel: str
    event: str
    tool: str | None
    subject: str | None
    outcome: str | None
    payload: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """The first row of a chain that is not as it was written. `seq` counts from 1."""

    seq: int
    row_id: str | None
    why: str


def record(
    session: TenantSession,
    keys: Keys,
    *,
    now: dt.datetime,
    actor_id: str,
    channel: str,
    event: str,
    on_behalf_of: str | None = None,
    tool: str | None = None,
    subject: str | None = None,
    outcome: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Append a row when this transaction commits.

    Rows wait until then so that the head is the last lock taken, and held for the commit alone.
    """
    entry = Entry(
        at=now,
        actor_id=actor_id,
        on_behalf_of=on_behalf_of,
        channel=channel,
        event=event,
        tool=tool,
        subject=subject,
        outcome=outcome,
        payload=dict(payload or {}),
    )
    waiting = cast(list[Entry] | None, session.info.get(_WAITING))
    if waiting is not None:
        waiting.append(entry)
        return
    entries = session.info[_WAITING] = [entry]

    def chain(committing: Session) -> None:
        if entries and not committing.in_nested_transaction():
            _chain(session, keys, entries)
            entries.clear()

    sa_event.listen(session, "before_commit", chain)


def waiting(session: TenantSession) -> list[Entry]:
    """The rows that wait for the commit; whoever rolls back to a savepoint takes off those that came after it."""
    return cast(list[Entry], session.info.get(_WAITING, []))


def _chain(session: TenantSession, keys: Keys, entries: list[Entry]) -> None:
    head = _locked_head(session)
    for entry in entries:
        salt = secrets.token_hex(16)
        row = AuditRow(
            id=new_id("aud"),
            seq=head.seq + 1,
            at=entry.at,
            actor_id=entry.actor_id,
            on_behalf_of=entry.on_behalf_of,
            channel=entry.channel,
            event=entry.event,
            tool=entry.tool,
            subject=entry.subject,
            outcome=entry.outcome,
            payload=entry.payload,
            salt=salt,
            payload_mac=seal(keys, "audit payload", [salt, entry.payload]),
            previous=head.hash,
            hash="",
            tenant_id=_tenant(session),
        )
        row.hash = seal(keys, "audit", _covered(row))
        session.add(row)
        head.seq, head.hash = row.seq, row.hash
    session.flush()


def _locked_head(session: TenantSession) -> AuditHead:
    session.flush()
    mine = sa.select(AuditHead).where(AuditHead.id == _HEAD).with_for_update(key_share=True)
    mine = mine.execution_options(populate_existing=True)
    head = session.scalar(mine)
    if head is None:
        _make_head(session)
        head = session.scalars(mine).one()
    return head


def _make_head(session: TenantSession) -> None:
    """A tenant's first row brings the head with it; of two at once the second waits for the first and finds it."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = {"tenant_id": _tenant(session), "id": _HEAD, "seq": 0, "hash": ""}
    session.execute(insert(AuditHead).on_conflict_do_nothing(), [first])


def _tenant(session: TenantSession) -> str:
    if session.tenant_id is None:
        raise ValueError("an audit row belongs to a tenant")
    return session.tenant_id


def _covered(row: AuditRow) -> dict[str, Any]:
    return {
        "tenant": row.tenant_id,
        "id": row.id,
        "seq": row.seq,
        "at": row.at.astimezone(dt.UTC).isoformat(),
        "actor": row.actor_id,
        "for": row.on_behalf_of,
        "channel": row.channel,
        "event": row.event,
        "tool": row.tool,
        "subject": row.subject,
        "outcome": row.outcome,
        "payload": row.payload_mac,
        "previous": row.previous,
    }


def verify(session: TenantSession, keys: Keys) -> Broken | None:
    """Walk a tenant's whole chain. None when it is whole, else the first row that is not."""
    previous, expected = "", 1
    blanked: dict[int, str] = {}
    erased: set[int] = set()
    rows = sa.select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=500)
    with closing(session.scalars(rows)) as chain:
        for row in chain:
            if problem := _problem(keys, row, expected=expected, previous=previous):
                return Broken(seq=min(expected, row.seq), row_id=row.id, why=problem)
            if row.payload is None:
                blanked[row.seq] = row.id
            elif row.event == "erased":
                erased.update(row.payload.get("rows", ()))
            previous, expected = row.hash, row.seq + 1
    for seq in sorted(set(blanked) - erased):
        return Broken(seq=seq, row_id=blanked[seq], why="its payload is gone without an erasure")
    return _tail(session, last=expected - 1, hash=previous) or _unrecorded(session)


def _problem(keys: Keys, row: AuditRow, *, expected: int, previous: str) -> str | None:
    if row.seq != expected:
        return f"row {expected} is missing"
    if row.previous != previous:
        return "it does not follow the row before it"
    if keys.by_id(row.hash.partition(":")[0]) is None:
        return "it is sealed with a key that is not known here; set an earlier one as FRIDAY_SECRET_KEY_OLD"
    if not holds(keys, "audit", _covered(row), row.hash):
        return "it was changed"
    if row.payload is None:
        return None
    if not holds(keys, "audit payload", [row.salt, row.payload], row.payload_mac):
        return "its payload was changed"
    return None


def _tail(session: TenantSession, *, last: int, hash: str) -> Broken | None:
    head = session.fetch(AuditHead, _HEAD)
    seq, at_head = (head.seq, head.hash) if head else (0, "")
    if (seq, at_head) == (last, hash):
        return None
    return Broken(
        seq=min(seq, last) + 1, row_id=None, why="the end of the chain was cut or added to"
    )


def tells(session: TenantSession, keys: Keys, *, subject: str, event: str, payload: object) -> bool:
    """Whether the trail says this of a subject, in a row that is as it was written."""
    rows = sa.select(AuditRow).where(AuditRow.subject == subject, AuditRow.event == event)
    return any(
        holds(keys, "audit", _covered(row), row.hash)
        and holds(keys, "audit payload", [row.salt, payload], row.payload_mac)
        for row in session.scalars(rows)
    )


def _unrecorded(session: TenantSession) -> Broken | None:
    """A proposal without a row: the trail that it was written to is gone, whole and with its head."""
    written = sa.exists().where(
        AuditRow.tenant_id == Proposal.tenant_id, AuditRow.subject == Proposal.id
    )
    without = sa.select(Proposal.id).where(~written).order_by(Proposal.place).limit(1)
    missing = session.scalar(without)
    if missing is None:
        return None
    return Broken(seq=1, row_id=None, why=f"is missing: nothing is on record of proposal {missing}")


def erase(
    session: TenantSession,
    keys: Keys,
    *,
    now: dt.datetime,
    actor_id: str,
    channel: str,
    subjects: Collection[str],
) -> int:
    """Blank the payload of every row about these subjects, on record. Returns how many were blanked."""
    about = sa.select(AuditRow).where(
        AuditRow.subject.in_(list(subjects)),
        AuditRow.event != "erased",
    )
    rows = [row.seq for row in session.scalars(about) if row.payload is not None]
    blank = sa.update(AuditRow).where(AuditRow.seq.in_(rows))
    session.execute(blank.values(payload=sa.null(), salt=None))
    record(
        session,
        keys,
        now=now,
        actor_id=actor_id,
        channel=channel,
        event="erased",
        outcome="done",
        payload={"rows": sorted(rows)},
    )
    return len(rows)


def log_heads(store: Store) -> None:
    """Write every chain's head to the log, so that a tail cut off later shows against yesterday's line."""
    with store.system() as session:
        tenants = list(session.scalars(sa.select(Tenant.id).order_by(Tenant.id)))
        for tenant_id in tenants:
            head = session.get(AuditHead, (tenant_id, _HEAD))
            if head is not None:
                _log.info("audit head tenant=%s seq=%d hash=%s", tenant_id, head.seq, head.hash)
