"""The only place an action is performed."""

import threading

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from agent.gate import audit, refusals, seals
from agent.gate.contexts import requester_of
from agent.gate.ledger import Endings, broke, key_of
from agent.gate.outside import Outside, Retry
from agent.gate.parts import Parts
from agent.gate.refusals import Refusal
from memory.store import TenantSession, is_overlap
from memory.tables.gate import Proposal
from tools.errors import Conflict, NotFound, ToolError
from tools.kit import Action, Context, Receipt

BEGUN_AGAIN = Retrying(
    stop=stop_after_attempt(5),
    wait=wait_random(0, 0.05),
    retry=retry_if_exception_type(OperationalError),
    reraise=True,
)
"""A transaction without outside calls that lost to another one (deadlock, serialisation) is begun again."""


class _Refused(Exception):
    """An approved proposal is not performed."""

    def __init__(self, refusal: Refusal | None) -> None:
        super().__init__()
        self.refusal = refusal or Refusal(status="cancelled", code="requester", message="")


class Executor:
    """Performs approved proposals, each once. Safe to call again at any time and from any thread."""

    def __init__(self, parts: Parts, *, retry: Retry | None = None) -> None:
        self._parts = parts
        self._endings = Endings(parts)
        self._outside = Outside(parts, self._endings, retry or Retry())
        self._busy: set[tuple[str, str]] = set()
        self._guard = threading.Lock()

    def execute(self, tenant_id: str, proposal_id: str) -> str:
        """Perform the proposal if it is approved, or go on where a crash left it. Returns its status then."""
        key = (tenant_id, proposal_id)
        if not self._take(key):
            return "executing"
        try:
            return self._execute(tenant_id, proposal_id)
        finally:
            with self._guard:
                self._busy.discard(key)

    def _take(self, key: tuple[str, str]) -> bool:
        with self._guard:
            if key in self._busy:
                return False
            self._busy.add(key)
            return True

    def _execute(self, tenant_id: str, proposal_id: str) -> str:
        status = BEGUN_AGAIN(self._step, tenant_id, proposal_id)
        if status != "executing":
            return status
        return self._outside.go_on(tenant_id, proposal_id)

    def _step(self, tenant_id: str, proposal_id: str) -> str:
        """One transaction: everything for an internal action, the beginning for one that calls outside."""
        with self._parts.store.session(tenant_id) as session:
            # Whoever comes second waits here, and then sees what the first one made of it.
            mine = (
                sa.select(Proposal)
                .where(Proposal.id == proposal_id)
                .with_for_update(key_share=True)
            )
            proposal = session.scalar(mine)
            if proposal is None:
                raise NotFound(f"There is no proposal “{proposal_id}” here.")
            if proposal.status == "approved":
                self.within(session, proposal)
            return proposal.status

    def reconcile(self, tenant_id: str, proposal_id: str) -> str:
        """Ask the action whether its unknown effect happened. Returns the status then."""
        return self._outside.settle(tenant_id, proposal_id)

    def within(self, session: TenantSession, proposal: Proposal) -> None:
        """Perform an approved proposal inside the caller's transaction.

        An action with outside calls only gets as far as its `started` row: the caller commits before it goes on.
        """
        try:
            ctx, action = self._ready(session, proposal)
        except _Refused as error:
            self._endings.refuse(session, proposal, error.refusal)
            return
        if action.calls:
            self._endings.start(session, proposal)
        else:
            self._perform_here(ctx, action, proposal)

    def _ready(self, session: TenantSession, proposal: Proposal) -> tuple[Context, Action]:
        now = self._parts.clock()
        try:
            refusal = refusals.first_refusal(self._parts, session, proposal, now)
            actor = requester_of(session, proposal)
            if refusal is not None or actor is None:
                raise _Refused(refusal)
            action = self._parts.registry.read_action(proposal.tool, proposal.args or {})
        except ToolError as error:  # the tool is gone, or takes other arguments since an upgrade
            raise _Refused(_plain_failure(error)) from error
        where = proposal.conversation_id
        ctx = self._parts.contexts.make(session, actor, now=now, conversation_id=where)
        if (stale := refusals.gone_stale(ctx, action, proposal)) is not None:
            raise _Refused(stale)
        if (stricter := refusals.grown_stricter(ctx, action, proposal)) is not None:
            raise _Refused(stricter)
        return ctx, action

    def _perform_here(self, ctx: Context, action: Action, proposal: Proposal) -> None:
        done = self._try(ctx, action, proposal)
        session = ctx.session
        if isinstance(done, Refusal):
            self._endings.refuse(session, proposal, done)
            return
        self._endings.begin(session, proposal)
        self._endings.done(session, proposal, done)

    def _try(self, ctx: Context, action: Action, proposal: Proposal) -> Receipt | Refusal:
        """The effect behind a savepoint: it happens as a whole, or it leaves nothing behind."""
        session = ctx.session
        woken, noted = len(session.wake_ups), len(audit.waiting(session))
        savepoint = session.begin_nested()
        try:
            receipt = action.perform(ctx, key_of(proposal))
            savepoint.commit()
            return receipt
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  any trade's code runs here, and each failure has its ending
            savepoint.rollback()
            del session.wake_ups[woken:], audit.waiting(session)[noted:]
            if isinstance(error, seals.Tampered):
                seals.record(self._parts, session, error)
            return _refusal_for(error, ctx, action, proposal)


def _refusal_for(error: Exception, ctx: Context, action: Action, proposal: Proposal) -> Refusal:
    match error:
        case Conflict():
            return refusals.stale_after(ctx, action, error)
        case ToolError():
            return _plain_failure(error)
        case IntegrityError() if is_overlap(error):
            return refusals.stale_after(ctx, action, None)
        case _:
            return broke(error, ctx, proposal)


def _plain_failure(error: ToolError) -> Refusal:
    return Refusal(status="failed", code="refused", message=error.message)
