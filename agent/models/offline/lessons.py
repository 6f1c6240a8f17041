"""What people teach by choosing: the sentence that had been offered choices means the tool of the one they chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tools.values.access import has_place

_LONGEST = 200
_NOT_TYPED = frozenset('"“”„«»>\n')
"""Marks of words that may be somebody else's: quotes, quoted lines, pasted paragraphs."""
_REDACTED = "removed]"


@dataclass(frozen=True)
class Lesson:
    """One way of saying something, masked, and the tool that it means here."""

    words: tuple[str, ...]
    tool: str
    wording: str = ""
    """As it was typed, with a mark in the place of every name, date, figure and free word."""


class Lessons(Protocol):
    """What a firm's people have taught."""

    def near(
        self, words: Sequence[str], offered: frozenset[str]
    ) -> Sequence[tuple[Lesson, float]]: ...


class _Nothing:
    def near(self, words: Sequence[str], offered: frozenset[str]) -> Sequence[tuple[Lesson, float]]:
        return ()


def nothing_taught() -> Lessons:
    """What is known where nobody taught anything."""
    return _Nothing()


def asked(text: str, uploads: Sequence[str]) -> dict[str, str]:
    """What is kept beside choices of what had been asked: nothing where the words may not be the person's own."""
    own = text and not uploads and len(text) <= _LONGEST and not _NOT_TYPED & set(text)
    if not own or _REDACTED in text or has_place(text):
        return {}
    return {"asked": text}


def asked_before(memo: Mapping[str, Any]) -> str:
    """What the choices of the last reply had been offered for; empty where that may not be learnt from."""
    return str(memo.get("asked") or "")
