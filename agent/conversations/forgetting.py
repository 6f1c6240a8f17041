"""Forgets for good: what is kept of something is blanked at once, and what asked for it when that has ended."""

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Collection

import sqlalchemy as sa

from agent.conversations.blanking import blank
from agent.conversations.turns import OPEN
from agent.gate import Gate
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Turn
from memory.tables.erasures import Erasure
from memory.tables.gate import Proposal
from memory.tables.identity import Tenant
from tools.desk.ports import Forgetting, Traces, Vault
from tools.errors import Unavailable
from tools.kit import Actor, Context

_log = logging.getLogger(__name__)

LONGEST_TURN = dt.timedelta(minutes=10)
"""A turn that is open for longer than this after it had something forgotten is not waited for."""
_GOING = ("pending", "approved", "executing")


class Blanking(Forgetting):
    """Forgetting in the store. A turn that is still being answered is blanked once it has ended.

    What is to go is on record, sealed, until no byte of it is left: a crash in between is made good later.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lock = threading.Lock()
        self._ending: dict[str, list[str]] = {}

    def forget(
        self, ctx: Context, traces: Traces, *, proposal_ids: Collection[str], by: str
    ) -> None:
        """See Forgetting."""
        asking = ctx.session.fetch(Proposal, by)
        blank(self._gate, ctx.session, ctx.actor, traces, proposal_ids={*proposal_ids} - {by})
        erasure = Erasure(
            id=new_id("era"),
            proposal_id=by,
            sealed=ctx[Vault].seal(ctx.firm.id, as_json(traces)),
            created_at=ctx.now,
        )
        ctx.session.add(erasure)
        ctx.session.flush()
        if asking is not None and asking.turn_id:
            with self._lock:
                self._ending.setdefault(asking.turn_id, []).append(erasure.id)

    def ended(self, session: TenantSession, actor: Actor, turn_id: str) -> None:
        """A turn has ended: if something was forgotten in it, what was asked goes as well. Nothing is committed."""
        with self._lock:
            waiting = self._ending.pop(turn_id, [])
        for id in waiting:
            erasure = session.fetch(Erasure, id)
            if erasure is not None:
                # Everything else was looked through a moment ago, and will be once more.
                asked = self._asked(session, erasure)
                blank(self._gate, session, actor, Traces(), proposal_ids=asked)

    def settle(self, session: TenantSession, actor: Actor, erasure: Erasure) -> Traces:
        """Blank what asked for it as well, and what was said since. Doing it again changes nothing."""
        vault = self._gate.context(session, actor)[Vault]
        try:
            traces = from_json(vault.open(erasure.tenant_id, erasure.sealed))
        except Unavailable as error:
            # Rows were blanked when it was asked for; without the key nobody can say what else to look for.
            _log.error("what was erased cannot be looked for any more: %s", error.message)
            traces = Traces()
        blank(self._gate, session, actor, traces, proposal_ids=self._asked(session, erasure))
        return traces

    def _asked(self, session: TenantSession, erasure: Erasure) -> set[str]:
        """The proposal that had it forgotten, and its like from the same turn (an `undo` that made it)."""
        asking = session.fetch(Proposal, erasure.proposal_id)
        if asking is None:
            return set()
        if not asking.turn_id:
            return {asking.id}
        near = sa.select(Proposal.id).where(
            Proposal.turn_id == asking.turn_id, Proposal.tool.in_(("forget", "remember", "undo"))
        )
        return {asking.id, *session.scalars(near)}


def friday_of(tenant_id: str) -> Actor:
    """Friday itself, who finishes what people asked for."""
    return Actor(tenant_id, "friday", "system", "Friday", "en", kind="system", channel="friday")


def settle_all(
    store: Store, forgetting: Blanking, *, clock: Callable[[], dt.datetime]
) -> dict[tuple[str, str], Traces]:
    """Settle every erasure whose turn has ended: (tenant, id) → what may still lie in files."""
    with store.system() as session:
        waiting = session.execute(
            sa.select(Erasure.tenant_id, Erasure.id)
            .join(Tenant, Tenant.id == Erasure.tenant_id)
            .order_by(Erasure.created_at)
        ).all()
    done: dict[tuple[str, str], Traces] = {}
    for tenant_id, id in waiting:
        with store.session(tenant_id) as session:
            erasure = session.fetch(Erasure, id)
            if erasure is not None and _ended(session, erasure, now=clock()):
                traces = forgetting.settle(session, friday_of(tenant_id), erasure)
                done[tenant_id, id] = traces
    return done


def _ended(session: TenantSession, erasure: Erasure, *, now: dt.datetime) -> bool:
    """Whether nothing is written any more by what asked for it."""
    asking = session.fetch(Proposal, erasure.proposal_id)
    if asking is None or erasure.created_at < now - LONGEST_TURN:
        return True
    turn = session.fetch(Turn, asking.turn_id) if asking.turn_id else None
    return asking.status not in _GOING and (turn is None or turn.state not in OPEN)


def as_json(traces: Traces) -> str:
    """As it is sealed."""
    kept = {"words": sorted(traces.words), "ids": sorted(traces.ids), "whole": traces.whole}
    return json.dumps(kept)


def from_json(text: str) -> Traces:
    """As it was sealed."""
    kept = json.loads(text)
    return Traces(frozenset(kept["words"]), frozenset(kept["ids"]), whole=kept["whole"])
