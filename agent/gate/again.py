"""Asking again for what did not come to be, and taking back what did."""

import sqlalchemy as sa

from agent.gate.drafts import Ask
from agent.gate.parts import Parts
from agent.gate.proposals import askable_args, judged_of
from agent.gate.registry import may_use
from agent.gate.seals import check_result, check_seal
from agent.gate.states import ASKABLE_AGAIN, COUNTED
from agent.gate.votes import check_own
from agent.gate.words import say
from memory.store import TenantSession
from memory.tables.gate import Proposal, Vote
from tools.errors import Conflict, Rejected, ToolError
from tools.kit import Action, Actor, Receipt


def ask_again(parts: Parts, session: TenantSession, actor: Actor, old: Proposal) -> Ask:
    """The same as the world is now. Raises Conflict for what is under way or done, Forbidden for another's pending.

    The caller holds the row of `old`: of several at once one finds that nobody has asked yet.
    """
    if old.status not in ASKABLE_AGAIN | {"pending"} or old.asked is None:
        sentence = say(
            actor.language,
            f"This cannot be asked for again: it is {old.status}.",
            f"Det kan man ikke bede om igen: status er {old.status}.",
        )
        raise Conflict(sentence)
    check_seal(parts, old, actor)
    if old.status == "pending":
        check_own(actor, old)  # the new one replaces it
    if _asked_again(session, old):
        sentence = say(
            actor.language,
            "This has been asked for again already.",
            "Det er der allerede bedt om igen.",
        )
        raise Conflict(sentence)
    return Ask(
        actor=actor,
        action=parts.registry.read_action(old.tool, askable_args(old)),
        origin="form",
        conversation_id=_conversation(actor, old),
        replaces=old.id,
        judged_before=judged_of(old),
    )


def ask_back(
    parts: Parts,
    session: TenantSession,
    actor: Actor,
    done: Proposal,
    *,
    by_tool: bool = False,
    conversation_id: str | None = None,
) -> Ask:
    """The action that takes it back, for whoever had it done and the owner. Raises Rejected where there is none,
    Conflict where it has been asked for: the caller holds the row of `done`, so of several at once one is the first.

    It is shown where it was asked for (`conversation_id`), else where the other one was. Its arguments come out of
    the stored receipt, so nobody supplied them; `by_tool`: a model may have chosen `done`.
    """
    theirs = done.status == "done" and _had_it_done(session, actor, done)
    if theirs and _taken_back(session, done):
        sentence = say(
            actor.language,
            "This has been taken back already, or somebody is about to.",
            "Det er allerede fortrudt, eller nogen er i gang med det.",
        )
        raise Conflict(sentence)
    if theirs and done.result is not None:  # what takes it back is worked out from what is stored
        check_seal(parts, done, actor)
        check_result(parts, session, done, actor)
    action = compensation(parts, session, actor, done)
    if action is None:
        raise Rejected(_not_undone(parts, session, actor, done))
    return Ask(
        actor=actor,
        action=action,
        origin="form",
        conversation_id=conversation_id or _conversation(actor, done),
        undoes=done.id,
        by_tool=by_tool,
    )


def waiting_back(session: TenantSession, actor: Actor, done: Proposal) -> Proposal | None:
    """This actor's own card that takes it back and that nobody has decided yet."""
    cards = sa.select(Proposal).where(
        Proposal.undoes == done.id,
        Proposal.status == "pending",
        Proposal.requester_id == actor.id,
    )
    return session.scalars(cards.limit(1)).first()


def _not_undone(parts: Parts, session: TenantSession, actor: Actor, done: Proposal) -> str:
    """That it cannot be, and what to do instead where the action knows."""
    sentence = say(actor.language, "This cannot be undone.", "Det kan ikke fortrydes.")
    if done.status != "done" or done.result is None or not _had_it_done(session, actor, done):
        return sentence
    try:
        action = parts.registry.read_action(done.tool, done.args or {})
        context = parts.contexts.make(session, actor)
        instead = action.instead(context, Receipt.model_validate(done.result))
    except ToolError:
        return sentence
    return f"{sentence} {instead}" if instead and may_use(actor, type(action)) else sentence


def compensation(
    parts: Parts, session: TenantSession, actor: Actor, done: Proposal
) -> Action | None:
    """What would take a performed proposal back today, if this actor may; None when nothing would."""
    if done.status != "done" or done.result is None or done.args is None:
        return None
    if not _had_it_done(session, actor, done) or _taken_back(session, done):
        return None
    try:
        action = parts.registry.read_action(done.tool, done.args)
        context = parts.contexts.make(session, actor)
        back = action.undo(context, Receipt.model_validate(done.result))
    except ToolError:
        return None
    return back if back is not None and may_use(actor, type(back)) else None


def _had_it_done(session: TenantSession, actor: Actor, done: Proposal) -> bool:
    if actor.role == "owner" or actor.id == done.requester_id:
        return True
    voters = sa.select(Vote.voter_id).where(
        Vote.proposal_id == done.id, Vote.decision == "approve", Vote.voter_id == actor.id
    )
    return session.scalar(voters.limit(1)) is not None


def _conversation(actor: Actor, earlier: Proposal) -> str | None:
    """A card belongs in the conversation of whoever asked: somebody else's would show what only they may see."""
    return earlier.conversation_id if actor.id == earlier.requester_id else None


def _asked_again(session: TenantSession, old: Proposal) -> bool:
    again = sa.select(Proposal.id).where(
        Proposal.supersedes == old.id, Proposal.status.in_(COUNTED)
    )
    return session.scalar(again.limit(1)) is not None


def _taken_back(session: TenantSession, done: Proposal) -> bool:
    under_way = sa.select(Proposal.id).where(
        Proposal.undoes == done.id, Proposal.status.in_(COUNTED)
    )
    return session.scalar(under_way.limit(1)) is not None
