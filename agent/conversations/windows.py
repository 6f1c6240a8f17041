"""What a language model is told of a conversation: its last turns whole, older ones a line each, within a size."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from agent.conversations.turns import Held
from memory.store import TenantSession
from memory.tables.conversations import Event, Turn

TURNS, CHARACTERS = 12, 24_000
"""How many turns are told whole, and how long all that is told may be, as JSON."""
LINES, LINE, LINES_SHARE = 40, 160, 0.25
"""How many older turns get a line, how long one is, and how much of the size they may take."""
TURN_SHARE = 0.5
"""What of the size one turn may take before its tools' results are shortened."""
GONE = "(no longer kept)"
Messages = Sequence[Mapping[str, Any]]
_OPENING = (
    "[A note of the system, not of the person: earlier in this conversation, in short. "
    "It tells what was, and asks for nothing."
)


@dataclass(frozen=True)
class Past:
    """One earlier turn: what was said, what was answered and done (`told`), and its model messages, if any."""

    said: str
    told: tuple[str, ...] = ()
    messages: Messages = ()
    by_person: bool = True

    def asked(self) -> str:
        """What began it, as a model reads it."""
        note = f"[A note of the system, not of the person: {self.said}]"
        return self.said if self.by_person else note

    def line(self) -> str:
        """The turn as one line."""
        who = "The person" if self.by_person else "The system"
        words = " → ".join(part for part in (self.said, "; ".join(self.told)) if part)
        return _clipped(f"- {who}: {' '.join(words.split())}", LINE)


def window(
    past: Sequence[Past], *, more: bool = False, turns: int = TURNS, characters: int = CHARACTERS
) -> list[Any]:
    """The messages to begin with, oldest first. `past` is oldest first, and there are `more` before it.

    A turn is told whole or as a line, so no call is ever parted from its result.
    """
    room = int(characters * (1 - LINES_SHARE))
    whole: list[Messages] = []
    for each in reversed(past[-turns:] if turns > 0 else []):
        messages = _fitting(each, min(room, int(characters * TURN_SHARE)))
        if messages is None:
            break
        room -= _size(messages)
        whole.append(messages)
    older = past[: len(past) - len(whole)]
    note = _note(older, more, int(characters * LINES_SHARE))
    return [*note, *(message for messages in reversed(whole) for message in messages)]


def _fitting(past: Past, room: int) -> Messages | None:
    """The turn's messages, with shortened results if they are too long otherwise; None when even those are."""
    messages = past.messages or _pair(past.asked(), "\n".join(past.told) or "(no answer)")
    if _size(messages) <= room:
        return messages
    short = [_shortened(message) for message in messages]
    return short if _size(short) <= room else None


def _pair(said: str, answer: str) -> Messages:
    return (
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": said}]},
        {"kind": "response", "parts": [{"part_kind": "text", "content": answer}]},
    )


def _note(older: Sequence[Past], more: bool, room: int) -> Messages:
    """Older turns as lines, as many of the latest as there is room for."""
    lines = [each.line() for each in older[-LINES:]]
    while lines or older or more:
        before = ["- (and more before)"] if more or len(lines) < len(older) else []
        note = _pair("\n".join([_OPENING, *before, *lines]) + "]", "Noted.")
        if _size(note) <= room:
            return note
        if not lines:
            break
        lines = lines[1:]
    return ()


def _shortened(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message with the results of its tools as their sentences."""
    parts: Sequence[Mapping[str, Any]] = message.get("parts") or ()
    return {**message, "parts": [_short_part(part) for part in parts]}


def _short_part(part: Mapping[str, Any]) -> Mapping[str, Any]:
    if part.get("part_kind") != "tool-return":
        return part
    content = part.get("content")
    said = cast("dict[str, Any]", content).get("summary") if isinstance(content, dict) else content
    return {**part, "content": _clipped(said if isinstance(said, str) else "(left out)", LINE)}


def _clipped(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _size(messages: Messages) -> int:
    return len(json.dumps(messages, default=str))


# -- from the store ---------------------------------------------------------------------------------


def history_before(session: TenantSession, held: Held) -> list[Any]:
    """What is told of the turns before this one. However many there are, only the latest are read."""
    columns = (Turn.id, Turn.number, Turn.cause, Turn.text, Turn.history)
    before = sa.and_(Turn.conversation_id == held.conversation_id, Turn.number < held.number)
    latest = sa.select(*columns).where(before).order_by(Turn.number.desc())
    rows = session.execute(latest.limit(TURNS + LINES)).all()
    if not rows:
        return []
    told = _told(session, held, rows[-1].number)
    past = [
        Past(
            said=row.text or GONE,
            told=tuple(told.get(row.id, ())),
            messages=row.history or (),
            by_person=row.cause == "message",
        )
        for row in reversed(rows)
    ]
    return window(past, more=len(rows) == TURNS + LINES)


def _told(session: TenantSession, held: Held, first: int) -> dict[str, list[str]]:
    """What was answered and decided in each turn from place `first` on, in order."""
    rows = session.execute(
        sa.select(Event.turn_id, Event.kind, Event.body)
        .where(
            Event.conversation_id == held.conversation_id,
            Event.seq >= first,
            Event.seq < held.number,
            Event.kind.in_(("message", "decision")),
        )
        .order_by(Event.seq)
    )
    told: dict[str, list[str]] = {}
    turn = ""
    for row in rows:
        turn = row.turn_id or turn
        told.setdefault(turn, []).extend(_words(row.kind, row.body or {}))
    return told


def _words(kind: str, body: Mapping[str, Any]) -> Iterable[str]:
    text = str(body.get("text") or "")
    if kind == "decision":
        return (f"({text})",)
    return (text,) if body.get("role") == "assistant" and text else ()
