"""Turns: stored with their message, held under a lease by one answerer, and finished exactly once."""

import datetime as dt
import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa

from agent.conversations import statements
from agent.conversations.events import Draft, EventOut, append
from memory.store import TenantSession
from memory.tables.base import new_id
from memory.tables.conversations import Event, Turn
from tools.cards import Option
from tools.errors import NotFound
from tools.kit import Actor
from tools.values.text import Language, language_of

LEASE = dt.timedelta(seconds=15)
ATTEMPTS = 3
OPEN = ("waiting", "running")
State = Literal["answered", "stopped", "failed"]


@dataclass(frozen=True)
class Said:
    """A stored message and the turn that answers it. `repeated`: the same client message had been stored before."""

    conversation_id: str
    turn_id: str
    message_id: str
    repeated: bool


@dataclass
class Held:
    """A turn that this process answers, with what the answer needs; `events` are those stored so far."""

    id: str
    conversation_id: str
    number: int
    attempt: int
    cause: str
    text: str
    actor: Actor
    memo: Mapping[str, Any]
    events: list[EventOut] = field(default_factory=list[EventOut])
    uploads: tuple[str, ...] = ()
    offers: tuple[Option, ...] = ()  # what could come next, in a turn that tells an outcome
    more: bool = False  # whether another turn of the conversation waits
    followed: bool = False  # whether who asked reads the events as they come
    stop: threading.Event = field(
        default_factory=threading.Event
    )  # set when somebody wants it to end

    @property
    def tenant_id(self) -> str:
        """The tenant."""
        return self.actor.tenant_id


@dataclass(frozen=True)
class Message:
    """What came in, redacted."""

    text: str
    client_id: str | None
    conversation_id: str | None
    uploads: tuple[str, ...] = ()


def conversation_for(actor: Actor, client_id: str) -> str:
    """The conversation that a first message opens: the same one when that message is sent again."""
    told = f"{actor.tenant_id}\n{actor.id}\n{client_id}".encode()
    return "cnv_" + hashlib.sha256(told).hexdigest()[:24]


def was_said(
    session: TenantSession, actor: Actor, client_id: str, conversation_id: str | None
) -> bool:
    """Whether the actor's message is stored; one without a conversation has opened its own."""
    found = sa.select(Turn.id).where(
        Turn.conversation_id == (conversation_id or conversation_for(actor, client_id)),
        Turn.client_message_id == client_id,
        Turn.actor_id == actor.id,
    )
    return session.scalar(found.limit(1)) is not None


def store_message(
    session: TenantSession, actor: Actor, message: Message, *, executor: str, now: dt.datetime
) -> tuple[Said, Held | None]:
    """Store the message and its turn, and take the turn unless an earlier one is still open.

    One transaction. NotFound when the conversation is not the actor's.
    """
    client_id = message.client_id or new_id("msg")
    conversation_id, number, before = _place(session, actor, message, client_id, now=now)
    if message.client_id and (known := _known(session, conversation_id, client_id)):
        statements.run(session, statements.UNSPEAK, id=conversation_id)
        earlier, place = known
        return Said(conversation_id, earlier, f"{conversation_id}:{place}", repeated=True), None
    recent = _recent(session, conversation_id)
    free = all(turn.state not in OPEN for turn in recent)
    language = language_of(message.text) or _language(before) or actor.language
    speaking = replace(actor, language=language)
    turn_id = new_id("trn")
    turn: dict[str, Any] = {
        "id": turn_id,
        "conversation_id": conversation_id,
        "number": number,
        "client_message_id": client_id,
        "cause": "message",
        "actor_id": actor.id,
        "actor": asdict(speaking),
        "text": message.text,
        "state": "running" if free else "waiting",
        "lease_owner": executor if free else None,
        "lease_until": now + LEASE if free else None,
        "attempts": 1 if free else 0,
        "stop_asked": False,
        "language": language,
        "created_at": now,
    }
    statements.add(session, statements.ADD_TURN, [turn])
    body = {
        "role": "user",
        "text": message.text,
        "uploads": list(message.uploads),
        "clientMessageId": client_id,
    }
    draft = Draft("message", body)
    append(session, conversation_id, turn_id, [draft], now=now, first=number)
    said = Said(conversation_id, turn_id, f"{conversation_id}:{number}", repeated=False)
    if not free:
        return said, None
    memo = next((past.memo for past in recent if past.memo is not None), None)
    return said, Held(
        id=turn_id,
        conversation_id=conversation_id,
        number=number,
        attempt=1,
        cause="message",
        text=message.text,
        actor=speaking,
        memo=memo or {},
        uploads=message.uploads,
    )


def _place(
    session: TenantSession, actor: Actor, message: Message, client_id: str, *, now: dt.datetime
) -> tuple[str, int, str | None]:
    """The conversation, the message's place in it, and the language spoken there."""
    id = message.conversation_id or conversation_for(actor, client_id)
    spoken = language_of(message.text)
    if message.conversation_id or message.client_id:
        given = {"id": id, "owner": actor.id, "updated_at": now, "language": spoken}
        found = statements.run(session, statements.SPEAK, **given).one_or_none()
        if found is not None:
            return id, found.last_seq, found.language
    if message.conversation_id:
        raise NotFound("There is no such conversation.")
    made = {
        "id": id,
        "owner_id": actor.id,
        "channel": actor.channel,
        "language": spoken,
        "title": message.text[:80] or None,
        "last_seq": 1,
        "created_at": now,
        "updated_at": now,
    }
    statements.add(session, statements.ADD_CONVERSATION, [made])
    return id, 1, spoken


def _known(session: TenantSession, conversation_id: str, client_id: str) -> tuple[str, int] | None:
    given = {"conversation": conversation_id, "client": client_id}
    row = statements.run(session, statements.KNOWN, **given).one_or_none()
    return (row.id, row.number) if row is not None else None


def _recent(session: TenantSession, conversation_id: str) -> Sequence[sa.Row[Any]]:
    return statements.run(session, statements.RECENT, conversation=conversation_id).all()


def as_held(session: TenantSession, turn: Turn, actor: Actor) -> Held:
    """The turn with what its answer needs."""
    return Held(
        id=turn.id,
        conversation_id=turn.conversation_id,
        number=turn.number,
        attempt=turn.attempts,
        cause=turn.cause,
        text=turn.text or "",
        actor=actor,
        memo=turn.memo or _memo_before(session, turn),
        uploads=_uploads_of(session, turn),
        offers=_offers(turn),
    )


def _offers(turn: Turn) -> tuple[Option, ...]:
    kept = (turn.memo or {}).get("choices") or () if turn.cause == "decision" else ()
    return tuple(Option.model_validate(each) for each in kept)


def _uploads_of(session: TenantSession, turn: Turn) -> tuple[str, ...]:
    """The files that came with the turn's message."""
    body = session.scalar(
        sa.select(Event.body).where(
            Event.conversation_id == turn.conversation_id, Event.seq == turn.number
        )
    )
    return tuple((body or {}).get("uploads") or ())


def _memo_before(session: TenantSession, turn: Turn) -> Mapping[str, Any]:
    """What the embedded model kept from this conversation's last answered message."""
    kept = session.scalar(
        sa.select(Turn.memo)
        .where(
            Turn.conversation_id == turn.conversation_id,
            Turn.number < turn.number,
            Turn.memo.is_not(None),
        )
        .order_by(Turn.number.desc())
        .limit(1)
    )
    return kept or {}


def claim_next(
    session: TenantSession, conversation_id: str, *, executor: str, now: dt.datetime
) -> Turn | None:
    """Take the conversation's next turn: the oldest open one, when it waits or its lease has run out."""
    turn = session.scalar(
        sa.select(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.state.in_(OPEN))
        .order_by(Turn.number)
        .limit(1)
    )
    if turn is None or (turn.state == "running" and turn.lease_until and turn.lease_until > now):
        return None
    taken = session.execute(
        sa.update(Turn)
        .where(Turn.id == turn.id, Turn.state == turn.state, Turn.attempts == turn.attempts)
        .values(
            state="running",
            lease_owner=executor,
            lease_until=now + LEASE,
            attempts=turn.attempts + 1,
        )
        .returning(Turn.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        return None
    session.refresh(turn)
    return turn


def renew(
    session: TenantSession, ids: Sequence[str], *, executor: str, now: dt.datetime
) -> set[str]:
    """Extend the leases that this process still has; the ids of turns that somebody asked to stop."""
    session.execute(
        sa.update(Turn)
        .where(Turn.id.in_(ids), Turn.lease_owner == executor, Turn.state == "running")
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    asked = sa.select(Turn.id).where(Turn.id.in_(ids), Turn.stop_asked.is_(True))
    return set(session.scalars(asked))


class LeaseLost(Exception):
    """Somebody else answers this turn now."""


@dataclass(frozen=True)
class Finished:
    """How a turn ended, and what is kept of it."""

    state: State
    model: str = ""
    history: Sequence[Any] = ()
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: str | None = None


def finish(
    session: TenantSession,
    held: Held,
    drafts: Sequence[Draft],
    end: Finished,
    *,
    executor: str,
    now: dt.datetime,
) -> list[EventOut]:
    """Store the last events and the outcome. LeaseLost, and nothing stored, when the turn was taken over or stopped."""
    done = Draft("done", {"turnId": held.id, "state": end.state, "model": end.model})
    stored = append(session, held.conversation_id, held.id, [*drafts, done], now=now)
    ended = statements.run(
        session,
        statements.FINISH,
        id=held.id,
        executor=executor,
        attempts=held.attempt,
        state=end.state,
        model=end.model,
        history=list(end.history),
        memo=dict(end.memo),
        error=end.error,
        finished_at=now,
    ).scalar_one_or_none()
    if ended is None:
        raise LeaseLost(held.id)
    behind = {"conversation": held.conversation_id, "number": held.number}
    waiting = statements.run(session, statements.WAITING, **behind)
    held.more = waiting.scalar_one_or_none() is not None
    return stored


def actor_from(stored: Mapping[str, Any]) -> Actor:
    """The actor as a turn keeps it."""
    return Actor(**stored)


def _language(code: str | None) -> Language | None:
    match code:
        case "en" | "da":
            return code
        case _:
            return None
