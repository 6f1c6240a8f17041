"""Effects in systems of others: called once under a key, and settled honestly when that was interrupted."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from agent.gate import refusals
from agent.gate.contexts import firm_of, requester_of
from agent.gate.ledger import Endings, key_of
from agent.gate.parts import Parts
from agent.gate.refusals import Refusal
from memory.store import TenantSession
from memory.tables.gate import Proposal
from tools.errors import ToolError, Unavailable
from tools.kit import Action, Actor, CannotTell, Context, DidNotHappen, Firm, Receipt

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retry:
    """How often a call that surely had no effect, or honours its key, is made. Seconds between the calls."""

    attempts: int = 3
    first: float = 0.2
    most: float = 2.0


@dataclass(frozen=True)
class Call:
    """One effect that is being made, read while no call was open."""

    tenant_id: str
    proposal: Proposal
    action: Action
    actor: Actor
    firm: Firm
    key: str
    honours_keys: bool
    again: bool  # an earlier attempt was interrupted

    def say(self, en: str, da: str) -> str:
        """The sentence in the requester's language."""
        return da if self.actor.language == "da" else en


class Outside:
    """Calls providers with no transaction open, and commits what became of it."""

    def __init__(self, parts: Parts, endings: Endings, retry: Retry) -> None:
        self._parts = parts
        self._endings = endings
        self._retry = retry

    def go_on(self, tenant_id: str, proposal_id: str) -> str:
        """Make a `started` effect happen, or find out whether it did. Returns the proposal's status then."""
        call = self._read(tenant_id, proposal_id)
        if isinstance(call, str):
            return call
        if call.again and not call.honours_keys:
            found = self._ask(call)
            if not isinstance(found, DidNotHappen):
                return self._write(call, found)
        return self._make(call)

    def settle(self, tenant_id: str, proposal_id: str) -> str:
        """Ask about an unknown effect: done, failed, or still unknown."""
        with self._parts.store.session(tenant_id) as session:
            proposal = session.fetch(Proposal, proposal_id)
            if proposal is None or proposal.status != "unknown":
                return proposal.status if proposal else "failed"
            refused = refusals.forged(self._parts, session, proposal)
            if refused is not None:
                self._endings.still_unknown(session, proposal, refused)
                return proposal.status
            call = self._call(session, proposal)
        return self._write(call, self._ask(call))

    def _read(self, tenant_id: str, proposal_id: str) -> Call | str:
        with self._parts.store.session(tenant_id) as session:
            proposal = session.fetch(Proposal, proposal_id)
            if proposal is None or proposal.status != "executing":
                return proposal.status if proposal else "failed"
            refused = refusals.forged(self._parts, session, proposal)
            if refused is not None:
                self._stop(session, proposal, refused)
                return proposal.status
            call = self._call(session, proposal)
            row = self._endings.row(session, proposal)
            halted = refusals.frozen(session, proposal)
            if row.attempts and halted is not None:
                self._endings.unknown(session, proposal, halted)
                return proposal.status
            row.attempts += 1
        return call

    def _stop(self, session: TenantSession, proposal: Proposal, refusal: Refusal) -> None:
        """An altered proposal is not called again; whether the first call went through is not known."""
        if self._endings.row(session, proposal).attempts:
            self._endings.unknown(session, proposal, refusal)
        else:
            self._endings.failed(session, proposal, refusal)

    def _call(self, session: TenantSession, proposal: Proposal) -> Call:
        actor = requester_of(session, proposal)
        action = self._parts.registry.read_action(proposal.tool, proposal.args or {})
        ports = self._parts.contexts.ports
        honours = [getattr(ports[port], "honours_keys", False) for port in action.calls]
        return Call(
            tenant_id=proposal.tenant_id,
            proposal=proposal,
            action=action,
            # The effect is under way: losing a role now does not unmake it.
            actor=actor or _nobody(proposal),
            firm=firm_of(session),
            key=key_of(proposal),
            honours_keys=bool(honours) and all(honours),
            again=self._endings.row(session, proposal).attempts > 0,
        )

    def _make(self, call: Call) -> str:
        retrying = Retrying(
            stop=stop_after_attempt(self._retry.attempts),
            wait=wait_exponential_jitter(
                multiplier=self._retry.first, max=self._retry.most, jitter=self._retry.first
            ),
            retry=retry_if_exception(lambda error: _may_repeat(error, call)),
            reraise=True,
        )
        try:
            return retrying(self._perform, call)
        except Unavailable as error:
            if error.sent == "no":
                return self._write(call, _failure(error.message))
            return self._write(call, CannotTell(why=error.message))
        except ToolError as error:
            return self._write(call, _failure(error.message))
        except Exception as error:  # noqa: BLE001  any trade's and provider's code runs here; it may have had its effect
            return self._write(call, self._after_fault(call, error))

    def _perform(self, call: Call) -> str:
        with self._parts.store.session(call.tenant_id) as session:
            receipt = call.action.perform(self._context(session, call), call.key)
            status = self._end(session, call, receipt)
            if status != "done":
                raise RuntimeError(f"{call.proposal.id} was ended by somebody else meanwhile")
            return status

    def _context(self, session: TenantSession, call: Call) -> Context:
        return self._parts.contexts.make(session, call.actor, firm=call.firm)

    def _after_fault(self, call: Call, error: Exception) -> Receipt | CannotTell:
        reference = secrets.token_hex(4)
        _log.error(
            "calling out for %s (%s) broke, reference %s",
            call.proposal.tool,
            call.proposal.id,
            reference,
            exc_info=error,
        )
        found = self._ask(call)
        if isinstance(found, Receipt):
            return found
        return CannotTell(
            why=call.say(
                f"It was interrupted, and may have happened. Reference {reference}.",
                f"Det blev afbrudt og er måske sket. Reference {reference}.",
            )
        )

    def _ask(self, call: Call) -> Receipt | DidNotHappen | CannotTell:
        return self._settled(call, lambda ctx: call.action.reconcile(ctx, call.key))

    def _settled(
        self, call: Call, ask: Callable[[Context], Receipt | DidNotHappen | CannotTell]
    ) -> Receipt | DidNotHappen | CannotTell:
        try:
            with self._parts.store.session(call.tenant_id) as session:
                found = ask(self._context(session, call))
                if isinstance(found, Receipt):
                    # What reconciling wrote (the record of a payment) belongs to the same transaction.
                    self._end(session, call, found)
                return found
        except ToolError as error:
            return CannotTell(why=error.message)
        except Exception as error:  # noqa: BLE001  as above: not knowing is an answer here
            _log.error("reconciling %s broke", call.proposal.id, exc_info=error)
            return CannotTell(why=call.say("Nobody can tell yet.", "Det kan endnu ikke afgøres."))

    def _write(self, call: Call, found: Receipt | DidNotHappen | CannotTell | Refusal) -> str:
        with self._parts.store.session(call.tenant_id) as session:
            return self._end(session, call, found)

    def _end(
        self,
        session: TenantSession,
        call: Call,
        found: Receipt | DidNotHappen | CannotTell | Refusal,
    ) -> str:
        proposal = session.fetch(Proposal, call.proposal.id)
        assert proposal is not None  # proposals are never deleted
        if proposal.status not in ("executing", "unknown"):
            return proposal.status
        match found:
            case Receipt():
                self._endings.done(session, proposal, found)
            case DidNotHappen():
                message = call.say("It did not happen.", "Det skete ikke.")
                self._endings.failed(session, proposal, _failure(message))
            case CannotTell():
                self._not_known(session, proposal, found)
            case Refusal():
                self._endings.failed(session, proposal, found)
        return proposal.status

    def _not_known(self, session: TenantSession, proposal: Proposal, found: CannotTell) -> None:
        refusal = Refusal(status="unknown", code="unknown", message=found.why)
        if proposal.status == "unknown":
            self._endings.still_unknown(session, proposal, refusal)
        else:
            self._endings.unknown(session, proposal, refusal)


def _failure(message: str) -> Refusal:
    return Refusal(status="failed", code="refused", message=message)


def _may_repeat(error: BaseException, call: Call) -> bool:
    if not isinstance(error, Unavailable) or error.permanent:
        return False
    return error.sent == "no" or call.honours_keys


def _nobody(proposal: Proposal) -> Actor:
    return Actor(
        tenant_id=proposal.tenant_id,
        id=proposal.requester_id,
        role="visitor",
        name=proposal.requester_name,
        language="da" if proposal.language == "da" else "en",
    )
