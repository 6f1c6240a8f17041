"""How a plan goes on once a card is decided: with what else was asked for, and with what usually comes next."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from agent.conversations.answers import read_decision
from agent.gate import Registry
from agent.toolset import OPTIONS, follow_up, may_call
from memory.store import TenantSession
from memory.tables.conversations import Turn
from memory.tables.gate import Proposal
from tools.cards import Option
from tools.kit import Actor
from tools.values.text import fold

MOST = 4


@dataclass(frozen=True)
class Onward:
    """What is offered next, and what the embedded model keeps of it; None when it keeps what it had."""

    options: tuple[Option, ...] = ()
    memo: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Talk:
    """The conversation around a proposal: the plan it is part of, and what was said and kept since."""

    plan: Mapping[str, Any] = field(default_factory=dict[str, Any])
    since: Sequence[str] = ()
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])


def onward(
    session: TenantSession,
    registry: Registry,
    proposal: Proposal,
    what: str,
    actor: Actor,
    *,
    now: dt.datetime,
) -> Onward:
    """What the conversation offers after `what` became of the proposal."""
    talk = _around(session, proposal)
    rest = tuple(each for each in _still_waiting(talk) if may_call(registry, actor, each))
    usual = follow_up(registry, actor, proposal) if what == "done" else ()
    form: Mapping[str, Any] = talk.memo.get("form") or {}
    if form.get("missing") or (talk.memo.get("choices") and not talk.memo.get("several")):
        # The person is answering something else, which is not taken from them: their own words may be said again,
        # but a button with somebody's name on it would be read as if they had typed that name.
        return Onward(rest[:MOST])
    options = (*rest, *usual)[:MOST]
    if not options:
        return Onward()
    kept = {name: talk.memo[name] for name in ("focus",) if name in talk.memo}
    dumped = [each.model_dump(mode="json") for each in options]
    memo = {**kept, "at": now.isoformat(), "choices": dumped, "offered": True}
    return Onward(options, memo | ({"several": True} if len(rest) > 1 else {}))


def question(language: str, options: Sequence[Option]) -> str:
    """What is asked when they are offered."""
    if len(options) == 1:
        label = options[0].label
        english, danish = f"Shall I go on with “{label}”?", f"Skal jeg gå videre med “{label}”?"
    else:
        english, danish = "What shall I go on with?", "Hvad skal jeg gå videre med?"
    return danish if language == "da" else english


def meant(text: str, memo: Mapping[str, Any]) -> str:
    """What a typed yes stands for when one thing was offered: the words on its button."""
    kept: Sequence[Mapping[str, Any]] = memo.get("choices") or ()
    if not memo.get("offered") or len(kept) != 1:
        return text
    decision = read_decision(text)
    return (
        str(kept[0]["label"])
        if decision and decision.kind == "approve" and not decision.asks
        else text
    )


def declines(text: str, memo: Mapping[str, Any]) -> bool:
    """Whether it is a plain no to what was offered."""
    decision = read_decision(text) if memo.get("offered") else None
    return decision is not None and decision.kind == "deny"


def _around(session: TenantSession, proposal: Proposal) -> _Talk:
    turn = session.fetch(Turn, proposal.turn_id) if proposal.turn_id else None
    here = Turn.conversation_id == (proposal.conversation_id or "")
    kept = session.scalar(
        sa.select(Turn.memo)
        .where(here, Turn.memo.is_not(None))
        .order_by(Turn.number.desc())
        .limit(1)
    )
    if turn is None:
        return _Talk(memo=kept or {})
    since = session.scalars(
        sa.select(Turn.text)
        .where(here, Turn.number > turn.number, Turn.cause == "message")
        .order_by(Turn.number.desc())
        .limit(20)
    )
    said = [text for text in since if text]
    return _Talk(plan=turn.memo or {}, since=said, memo=kept or {})


def _still_waiting(talk: _Talk) -> tuple[Option, ...]:
    """The requests of the same message that nobody has come back to."""
    if not talk.plan.get("several"):
        return ()
    said = {fold(text).strip(" .!?") for text in talk.since}
    left = OPTIONS.validate_python(talk.plan.get("choices") or ())
    return tuple(each for each in left if fold(each.label) not in said)
