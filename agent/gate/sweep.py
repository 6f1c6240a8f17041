"""What time does to proposals: reminders, expiry, and the repair of work that was never picked up."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from agent.gate.parts import Parts
from agent.gate.states import move, swap
from memory.store import TenantSession
from memory.tables.gate import Proposal

_log = logging.getLogger(__name__)
_APPROVED_SINCE = dt.timedelta(minutes=2)
_EXECUTING_SINCE = dt.timedelta(minutes=10)
"""After how long work counts as left behind. Performing it is safe at any time; this only keeps out of its way."""
_AT_ONCE = 500


def sweep(parts: Parts, execute: Callable[[str, str], str], now: dt.datetime) -> int:
    """One round over every tenant. Returns how many proposals were touched."""
    waiting = Proposal.status == "pending"
    with parts.store.system() as session:
        late = _ids(session, waiting, Proposal.expires_at <= now)
        half = _ids(
            session,
            waiting,
            Proposal.expires_at > now,
            Proposal.warn_at <= now,
            Proposal.warned_at.is_(None),
        )
        left = [
            *_ids(session, *_since("approved", now - _APPROVED_SINCE)),
            *_ids(session, *_since("executing", now - _EXECUTING_SINCE)),
        ]
    for tenant_id, proposal_id in late:
        _with(parts, tenant_id, proposal_id, now, expire)
    for tenant_id, proposal_id in half:
        _with(parts, tenant_id, proposal_id, now, warn)
    for tenant_id, proposal_id in left:
        _log.warning("picking up proposal %s of %s, left behind", proposal_id, tenant_id)
        execute(tenant_id, proposal_id)
    return len(late) + len(half) + len(left)


def _since(status: str, decided: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Proposal.status == status, Proposal.decided_at <= decided


def _with(
    parts: Parts,
    tenant_id: str,
    proposal_id: str,
    now: dt.datetime,
    act: Callable[[Parts, TenantSession, Proposal, dt.datetime], bool],
) -> None:
    """Each in a transaction of its own, so that one that fails holds up no other."""
    with parts.store.session(tenant_id) as session:
        proposal = session.fetch(Proposal, proposal_id)
        if proposal is not None:
            act(parts, session, proposal, now)


def _ids(session: TenantSession, *conditions: sa.ColumnElement[bool]) -> Sequence[tuple[str, str]]:
    found = sa.select(Proposal.tenant_id, Proposal.id).where(*conditions).limit(_AT_ONCE)
    return [(row[0], row[1]) for row in session.execute(found)]


def expire(parts: Parts, session: TenantSession, proposal: Proposal, now: dt.datetime) -> bool:
    """pending → expired when its time is over, and the requester is told. Whether that happened."""
    if proposal.status != "pending" or proposal.expires_at > now:
        return False
    ended = move(session, proposal, "expired", finished_at=now, decided_at=proposal.expires_at)
    if ended:
        parts.note(session, proposal, "expired")
        parts.on_decided(session, proposal, "expired")
    return ended


def warn(parts: Parts, session: TenantSession, proposal: Proposal, now: dt.datetime) -> bool:
    """Remind whoever decides, once. Whether that happened."""
    if proposal.status != "pending" or not swap(session, proposal, warned_at=now):
        return False
    parts.note(session, proposal, "warned")
    parts.on_decided(session, proposal, "warning")
    return True
