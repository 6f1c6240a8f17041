"""Stopping what is being answered: asked for in the store, so that it reaches whichever process answers."""

import datetime as dt

import sqlalchemy as sa

from agent.conversations.events import STOP, Draft, append, tell
from agent.conversations.turns import OPEN, Held
from agent.toolset import Stopped
from memory.store import TenantSession
from memory.tables.conversations import Conversation, Turn
from memory.tables.gate import Proposal


def stop_all(session: TenantSession, conversation_id: str, *, now: dt.datetime) -> list[str]:
    """Ask running turns to stop and end waiting ones; the ids of the running ones."""
    _lock(session, conversation_id)
    turns = session.scalars(
        sa.select(Turn).where(Turn.conversation_id == conversation_id, Turn.state.in_(OPEN))
    ).all()
    for turn in turns:
        turn.stop_asked = True
        if turn.state == "waiting":
            turn.state, turn.finished_at = "stopped", now
            done = Draft("done", {"turnId": turn.id, "state": "stopped", "model": ""})
            append(session, conversation_id, turn.id, [done], now=now)
    session.flush()
    tell(session, conversation_id, STOP)
    return [turn.id for turn in turns if turn.state == "running"]


def check_not_stopped(
    session: TenantSession, conversation_id: str, turn_id: str, held: Held | None
) -> None:
    """Raises Stopped, before anything is proposed, for a turn that somebody has stopped.

    It is locked, so that whoever stops it later finds what was proposed. `held` is what this process answers there.
    """
    if held is not None and held.id == turn_id and held.stop.is_set():
        raise Stopped(turn_id)
    _lock(session, conversation_id)
    if session.scalar(sa.select(Turn.stop_asked).where(Turn.id == turn_id).with_for_update()):
        raise Stopped(turn_id)


def _lock(session: TenantSession, conversation_id: str) -> None:
    """The conversation before its turns: everybody who needs both takes them in this order."""
    found = sa.select(Conversation.id).where(Conversation.id == conversation_id)
    session.execute(found.with_for_update())


def told_when_stopped(session: TenantSession, held: Held) -> Draft:
    """The last words of a stopped turn: nothing that it proposed is left waiting silently."""
    waiting = session.scalar(
        sa.select(sa.func.count())
        .select_from(Proposal)
        .where(
            Proposal.conversation_id == held.conversation_id,
            Proposal.status == "pending",
            Proposal.turn_id == held.id,
        )
    )
    english, danish = ("Stopped.", "Stoppet.")
    if waiting:
        english += " What is on the card still waits for a yes or a no."
        danish += " Det, der står på kortet, venter stadig på et ja eller nej."
    language = held.actor.language
    text = danish if language == "da" else english
    return Draft("message", {"role": "assistant", "text": text, "language": language})
