"""Why an approved proposal is not performed after all: read again at the moment of execution."""

import datetime as dt
import logging
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from agent.gate.contexts import requester_of, tenant_of
from agent.gate.digest import untouched
from agent.gate.drafts import outcome_now
from agent.gate.parts import Parts
from agent.gate.policy import Outcome, hangs_on_facts
from agent.gate.preconditions import as_moved, moved_since
from agent.gate.registry import may_use
from agent.gate.seals import genuine
from agent.gate.states import Status
from agent.gate.votes import may_review
from agent.gate.words import say
from memory.store import TenantSession
from memory.tables.gate import EffectRow, Proposal, Vote
from memory.tables.identity import User
from tools.cards import Precondition, Preview
from tools.errors import Choice, Moved, Stale, ToolError, Unclear
from tools.kit import Action, Context
from tools.policy import Role

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """The state that the proposal goes to instead, and what people are told."""

    status: Status
    code: str
    message: str
    moved: tuple[Moved, ...] = ()
    choices: tuple[Choice, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """As it is stored in the proposal's `problem`."""
        return {
            "code": self.code,
            "message": self.message,
            "moved": [
                {"label": each.label, "before": each.before, "after": each.after}
                for each in self.moved
            ],
            "choices": [
                {"label": each.label, "tool": each.tool, "args": dict(each.args)}
                for each in self.choices
            ],
        }


def first_refusal(
    parts: Parts, session: TenantSession, proposal: Proposal, now: dt.datetime
) -> Refusal | None:
    """The first reason not to perform it, or None."""
    return (
        tampered(parts, proposal)
        or _performed_before(session, proposal)
        or _too_late(proposal, now)
        or frozen(session, proposal)
        or _voter_lost_right(parts, session, proposal)
        or _requester_lost_right(parts, session, proposal)
    )


def tampered(parts: Parts, proposal: Proposal) -> Refusal | None:
    """The stored row is not what was digested; this is an alarm."""
    if untouched(parts.keys, proposal):
        return None
    return _alarm(proposal)


def _alarm(proposal: Proposal) -> Refusal:
    _log.critical(
        "tampered proposal tenant=%s proposal=%s tool=%s",
        proposal.tenant_id,
        proposal.id,
        proposal.tool,
    )
    message = _say(
        proposal,
        "What is stored is not what was approved, so nothing was done.",
        "Det gemte er ikke det, der blev godkendt, så intet er udført.",
    )
    return Refusal(status="failed", code="tampered", message=message)


def _too_late(proposal: Proposal, now: dt.datetime) -> Refusal | None:
    if now < proposal.expires_at:
        return None
    message = _say(
        proposal,
        "It ran out before it could be done. Ask again to get a new one.",
        "Det udløb, før det kunne udføres. Bed om det igen for at få et nyt.",
    )
    return Refusal(status="expired", code="expired", message=message)


THAWS = frozenset({"unfreeze"})  # else nothing could ever start again


def frozen(session: TenantSession, proposal: Proposal) -> Refusal | None:
    """Nothing of a frozen firm is performed, except what makes things safer."""
    tenant = tenant_of(session)
    if tenant.frozen_at is None or Outcome.from_json(proposal.outcome).kind == "instant":
        return None
    if proposal.tool in THAWS:
        return None
    why = f" ({tenant.frozen_reason})" if tenant.frozen_reason else ""
    message = _say(
        proposal,
        f"The firm is frozen{why}, so nothing is done.",
        f"Firmaet er frosset{why}, så intet udføres.",
    )
    return Refusal(status="cancelled", code="frozen", message=message)


def _performed_before(session: TenantSession, proposal: Proposal) -> Refusal | None:
    """An approved proposal whose effect has ended was set back by somebody; this is an alarm."""
    ended = sa.select(EffectRow.id).where(
        EffectRow.proposal_id == proposal.id, EffectRow.finished_at.is_not(None)
    )
    if session.scalar(ended.limit(1)) is None:
        return None
    message = _say(
        proposal,
        "This has been carried out before, so it is not done again. Ask for it anew if it is needed.",
        "Det er udført før, så det gøres ikke igen. Bed om det på ny, hvis der er brug for det.",
    )
    return replace(_alarm(proposal), message=message)


def forged(parts: Parts, session: TenantSession, proposal: Proposal) -> Refusal | None:
    """It was altered, or nobody has said yes to it through the gate: a status in the store is not enough to act on."""
    vote = _yes(session, proposal)
    if vote is not None and _is_real(parts, proposal, vote):
        return tampered(parts, proposal)
    return _alarm(proposal)


def _yes(session: TenantSession, proposal: Proposal) -> Vote | None:
    return session.scalar(
        sa.select(Vote).where(
            Vote.proposal_id == proposal.id,
            Vote.version == proposal.version,
            Vote.decision == "approve",
        )
    )


def _is_real(parts: Parts, proposal: Proposal, vote: Vote) -> bool:
    if vote.voter_id == "policy" and not Outcome.from_json(proposal.outcome).at_once:
        return False
    return genuine(parts, proposal, vote)


def _voter_lost_right(parts: Parts, session: TenantSession, proposal: Proposal) -> Refusal | None:
    vote = _yes(session, proposal)
    if vote is not None and not _is_real(parts, proposal, vote):
        return _alarm(proposal)
    by_policy = vote is not None and vote.voter_id == "policy"
    if vote is not None and (by_policy or _may_still(parts, session, proposal, vote)):
        return None
    who = vote.voter_name if vote else "—"
    message = _say(
        proposal,
        f"{who} may no longer approve this, so nothing was done.",
        f"{who} må ikke længere godkende dette, så intet er udført.",
    )
    return Refusal(status="cancelled", code="voter", message=message)


def _may_still(parts: Parts, session: TenantSession, proposal: Proposal, vote: Vote) -> bool:
    user = session.fetch(User, vote.voter_id)
    if user is None:
        return vote.voter_role == "visitor" == proposal.requester_role
    if user.suspended_at is not None:
        return False
    role: Role = user.role  # pyright: ignore[reportAssignmentType]  # the column holds roles only
    outcome = Outcome.from_json(proposal.outcome)
    if outcome.kind == "review" and outcome.role is not None:
        return may_review(user.id, role, proposal, outcome)
    return role in parts.registry.action(proposal.tool).roles


def _requester_lost_right(
    parts: Parts, session: TenantSession, proposal: Proposal
) -> Refusal | None:
    actor = requester_of(session, proposal)
    if actor is not None and may_use(actor, parts.registry.action(proposal.tool)):
        return None
    message = _say(
        proposal,
        f"{proposal.requester_name} may no longer ask for this, so nothing was done.",
        f"{proposal.requester_name} må ikke længere bede om dette, så intet er udført.",
    )
    return Refusal(status="cancelled", code="requester", message=message)


def gone_stale(ctx: Context, action: Action, proposal: Proposal) -> Refusal | None:
    """What has moved since the preview was shown."""
    known = [Precondition.model_validate(each) for each in proposal.preconditions]
    broken = moved_since(ctx.session, known)
    if not broken:
        return None
    today, choices = _look_again(ctx, action)
    moved = as_moved(broken, today)
    told = "; ".join(f"{each.label}: {each.before} → {each.after}" for each in moved)
    message = ctx.say(
        f"This has changed since it was shown: {told}.",
        f"Dette er ændret, siden det blev vist: {told}.",
    )
    return Refusal(
        status="stale", code="stale", message=message, moved=tuple(moved), choices=choices
    )


def grown_stricter(ctx: Context, action: Action, proposal: Proposal) -> Refusal | None:
    """Time can bring a stricter policy: a customer's cancellation may have come inside the notice period by now."""
    if not hangs_on_facts(action.policy):
        return None
    try:
        now = outcome_now(ctx, action, proposal)
    except ToolError as error:
        return stale_after(ctx, action, error)
    if not now.stricter_than(Outcome.from_json(proposal.outcome)):
        return None
    message = ctx.say(
        "This now needs somebody else's yes. Ask again, and it will be asked of them.",
        "Det kræver nu en andens ja. Bed om det igen, så bliver de spurgt.",
    )
    return Refusal(status="stale", code="stale", message=message)


def stale_after(ctx: Context, action: Action, error: ToolError | None) -> Refusal:
    """`perform` met a world that has moved on. The nearest choices come from the action itself."""
    moved = error.moved if isinstance(error, Stale) else ()
    choices = error.choices if isinstance(error, Stale) else ()
    message = error.message if error else ""
    if not choices:
        again, choices = _complaint(ctx, action)
        message = message or again
    if not message:
        message = ctx.say("It has just been taken.", "Det er netop blevet taget.")
    return Refusal(status="stale", code="stale", message=message, moved=moved, choices=choices)


def _look_again(ctx: Context, action: Action) -> tuple[Preview | None, tuple[Choice, ...]]:
    try:
        return action.preview(ctx), ()
    except ToolError as error:
        return None, _choices(error)


def _complaint(ctx: Context, action: Action) -> tuple[str, tuple[Choice, ...]]:
    """What the action says when it is asked anew: usually that it is taken, with the nearest free times."""
    try:
        action.resolve(ctx).preview(ctx)
    except ToolError as error:
        return error.message, _choices(error)
    return "", ()


def _choices(error: ToolError) -> tuple[Choice, ...]:
    return error.choices if isinstance(error, Stale | Unclear) else ()


def _say(proposal: Proposal, en: str, da: str) -> str:
    return say("da" if proposal.language == "da" else "en", en, da)
