"""How an execution ends: the state of the proposal, the ledger of effects, the audit trail, and who is told."""

import logging
import secrets
from typing import Any

from agent.gate.contexts import requester_of
from agent.gate.parts import Parts
from agent.gate.refusals import Refusal
from agent.gate.states import Status, move
from memory.store import TenantSession
from memory.tables.gate import EffectRow, Proposal
from tools.kit import Context, Receipt

_log = logging.getLogger(__name__)


def key_of(proposal: Proposal) -> str:
    """The idempotency key of a proposal's one effect."""
    return f"effect:{proposal.id}"


class Endings:
    """Writes each way an execution can go. The caller holds the proposal's row and owns the transaction."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def begin(self, session: TenantSession, proposal: Proposal) -> None:
        """approved → executing."""
        if not move(session, proposal, "executing"):
            raise RuntimeError(f"{proposal.id} was executed by somebody else meanwhile")
        self._parts.note(session, proposal, "executing", payload={"digest": proposal.digest})

    def start(self, session: TenantSession, proposal: Proposal) -> None:
        """Before a provider is called: on record as started, so that an interruption shows."""
        self.begin(session, proposal)
        self.row(session, proposal)

    def row(self, session: TenantSession, proposal: Proposal) -> EffectRow:
        """The ledger's row of this effect, made as `started` when there is none."""
        row = session.fetch(EffectRow, key_of(proposal))
        if row is None:
            row = EffectRow(
                tenant_id=proposal.tenant_id,
                id=key_of(proposal),
                proposal_id=proposal.id,
                tool=proposal.tool,
                state="started",
                attempts=0,
                receipt=None,
                error=None,
                started_at=self._parts.clock(),
                finished_at=None,
            )
            session.add(row)
        return row

    def done(self, session: TenantSession, proposal: Proposal, receipt: Receipt) -> bool:
        """executing or unknown → done. False when somebody else ended it meanwhile."""
        result = receipt.model_dump(mode="json", by_alias=True)
        return self._end(session, proposal, "done", ledger="done", result=result)

    def failed(self, session: TenantSession, proposal: Proposal, refusal: Refusal) -> bool:
        """executing or unknown → failed: it surely did not happen."""
        return self._end(session, proposal, "failed", ledger="failed", problem=refusal.as_json())

    def unknown(self, session: TenantSession, proposal: Proposal, refusal: Refusal) -> bool:
        """executing → unknown: it may have happened, and somebody has to look."""
        return self._end(session, proposal, "unknown", ledger="unknown", problem=refusal.as_json())

    def still_unknown(self, session: TenantSession, proposal: Proposal, refusal: Refusal) -> None:
        """Asked again, and nobody knows yet."""
        problem = proposal.problem = refusal.as_json()
        self._parts.note(session, proposal, "reconciled", payload={"message": refusal.message})
        self._alarmed(session, proposal, problem)

    def refuse(self, session: TenantSession, proposal: Proposal, refusal: Refusal) -> None:
        """approved → stale, cancelled or expired; failed by way of executing."""
        if refusal.status == "failed":
            self.begin(session, proposal)
            self.failed(session, proposal, refusal)
            return
        problem = refusal.as_json()
        if move(
            session, proposal, refusal.status, problem=problem, finished_at=self._parts.clock()
        ):
            self._tell(session, proposal, refusal.status, problem)

    def _end(
        self,
        session: TenantSession,
        proposal: Proposal,
        to: Status,
        *,
        ledger: str,
        result: dict[str, Any] | None = None,
        problem: dict[str, Any] | None = None,
    ) -> bool:
        now = self._parts.clock()
        columns = {"result": result} if result else {"problem": problem}
        if not move(session, proposal, to, finished_at=now, **columns):
            return False
        row = self.row(session, proposal)
        if row.state != "done":  # what was done stays on record, whatever becomes of its proposal
            row.state, row.finished_at = ledger, now
            row.attempts = row.attempts or 1
            if result is not None:
                row.receipt = result
            row.error = str(problem["message"]) if problem else None
        self._tell(session, proposal, to, result or problem or {})
        return True

    def _tell(
        self, session: TenantSession, proposal: Proposal, what: str, payload: dict[str, Any]
    ) -> None:
        session.flush()
        actor = requester_of(session, proposal) if what == "done" else None
        self._parts.note(session, proposal, what, actor=actor, payload=payload)
        self._alarmed(session, proposal, payload)
        self._parts.on_decided(session, proposal, what)

    def _alarmed(self, session: TenantSession, proposal: Proposal, payload: dict[str, Any]) -> None:
        if payload.get("code") == "tampered":
            self._parts.note(session, proposal, "tampered")


def broke(error: Exception, ctx: Context, proposal: Proposal) -> Refusal:
    """A fault of ours: logged with a reference, and told by that reference only."""
    reference = secrets.token_hex(4)
    _log.error(
        "performing %s (%s) failed, reference %s",
        proposal.tool,
        proposal.id,
        reference,
        exc_info=error,
    )
    message = ctx.say(
        f"Something broke, and nothing was done. Reference {reference}.",
        f"Noget gik i stykker, og intet er udført. Reference {reference}.",
    )
    return Refusal(status="failed", code="broke", message=message)
