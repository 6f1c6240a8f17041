"""What the parts of the gate share: the store, the tools, the keys, and whom to tell."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.gate import audit
from agent.gate.contexts import Contexts
from agent.gate.registry import Registry
from agent.settings import Keys
from memory.store import Store, TenantSession
from memory.tables.gate import Proposal
from tools.kit import Actor

Enqueue = Callable[[TenantSession, str, str], None]
"""(session, tenant id, proposal id): have it executed once this transaction commits."""

OnDecided = Callable[[TenantSession, Proposal, str], None]
"""(session, proposal, what): what became of a proposal, told inside the transaction."""


@dataclass(frozen=True)
class Parts:
    """Given once by the composition root."""

    store: Store
    registry: Registry
    keys: Keys
    clock: Callable[[], dt.datetime]
    contexts: Contexts
    enqueue: Enqueue
    on_decided: OnDecided

    def note(
        self,
        session: TenantSession,
        proposal: Proposal,
        event: str,
        *,
        actor: Actor | None = None,
        outcome: str | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """One step of a proposal in the audit trail; without an actor Friday itself did it."""
        audit.record(
            session,
            self.keys,
            now=self.clock(),
            actor_id=actor.id if actor else "friday",
            on_behalf_of=proposal.requester_id,
            channel=actor.channel if actor else "friday",
            event=event,
            tool=proposal.tool,
            subject=proposal.id,
            outcome=outcome or proposal.status,
            payload=payload,
        )
