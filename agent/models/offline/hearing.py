"""A message as the planner sees it: folded words, with dates, addresses and numbers masked by what they are."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agent.models.offline.lessons import Lessons, nothing_taught
from tools.values.durations import find_durations
from tools.values.emails import find_emails
from tools.values.moments import find_moments
from tools.values.money import find_money
from tools.values.phones import find_phones
from tools.values.quoted import find_quoted
from tools.values.spans import Found
from tools.values.tokens import tokenise

Language = Literal["en", "da"]
Placed = re.Match[str] | Found[Any]

# One private character stands for one typed entity, so that a phrase can be matched by a plain expression.
WHEN, PHONE, EMAIL, MONEY, HOURS, NUMBER, QUOTED = (chr(0xE001 + i) for i in range(7))
MASKS = frozenset((WHEN, PHONE, EMAIL, MONEY, HOURS, NUMBER, QUOTED))
COLON = ":"
"""Kept as a word of its own: what follows it is free text."""
FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "en",
        "et",
        "please",
        "venligst",
        "gerne",
        "lige",
        "just",
        "kindly",
        "også",
        "ogsaa",
        "friday",
    ]
)
BEFORE_TIMES = frozenset(["on", "at", "den", "d", "paa", "kl", "klokken", "by", "for", "i", "in"])

_PAIRS = re.compile(r"(?<!\w)\d{2}(?: \d{2}){3}(?!\w)")  # as Danes write a phone number
_BETWEEN = re.compile(r"\s+(to|til)\s+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)#?\d+(?:[.,]\d+)?(?![\w])")
# Kept with its sign, so that whoever takes the amount can refuse it.
_BELOW_ZERO = re.compile(
    r"(?<!\S)(?:[-−]\s?|minus\s+)\d[\d.,]*(?:\s?(?:kr\b\.?|kroner\b|dkk\b|eur\b|euros?\b|[€$£]))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """A name that the tenant's own records know: of what kind, and how it was written in the message (folded)."""

    kind: str
    folded: str


def nobody(candidates: Sequence[str]) -> Sequence[Named]:
    """No names are known."""
    return ()


def once(
    named: Callable[[Sequence[str]], Sequence[Named]],
) -> "Callable[[Sequence[str]], Sequence[Named]]":
    """The same, asking the records for each name once."""
    found: dict[str, list[Named]] = {}

    def ask(candidates: Sequence[str]) -> Sequence[Named]:
        new = [said for said in dict.fromkeys(candidates) if said not in found]
        found.update((said, []) for said in new)
        for name in named(new) if new else ():
            found.setdefault(name.folded, []).append(name)
        return [name for said in dict.fromkeys(candidates) for name in found[said]]

    return ask


@dataclass(frozen=True)
class Heard:
    """All that the planner may read: the person's own words of this turn, and what it kept from the last one."""

    text: str
    language: Language
    now: dt.datetime
    zone: ZoneInfo
    role: str = "staff"
    firm: str = ""
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    uploads: tuple[str, ...] = ()
    named: Callable[[Sequence[str]], Sequence[Named]] = nobody
    taught: Callable[[], Lessons] = nothing_taught

    def say(self, en: str, da: str) -> str:
        """The sentence in the language of the reply."""
        return da if self.language == "da" else en


@dataclass(frozen=True)
class Word:
    """A folded word, or one masking character, and where it stood in the message."""

    folded: str
    start: int
    end: int

    @property
    def masked(self) -> bool:
        """Whether this is a typed entity."""
        return self.folded in MASKS


@dataclass(frozen=True)
class Sentence:
    """The words of a message in order, without fillers, marks and the small words before a time."""

    text: str
    words: tuple[Word, ...]

    @property
    def masked(self) -> str:
        """The words with one blank between them."""
        return " ".join(word.folded for word in self.words)

    def said(self, first: int, last: int) -> str:
        """The person's own spelling of words `first` up to and including `last`."""
        return self.text[self.words[first].start : self.words[last].end].strip()

    def without_colons(self) -> "Sentence":
        """The same without its colons."""
        return Sentence(self.text, tuple(w for w in self.words if w.folded != COLON))

    def parted(self) -> "Sentence":
        """The same with “Thursday to Friday” as two times: the booking on Thursday may be moved to Friday."""
        words: list[Word] = []
        for word in self.words:
            between = (
                _BETWEEN.search(self.text, word.start, word.end) if word.folded == WHEN else None
            )
            if between is None:
                words.append(word)
                continue
            words += [
                Word(WHEN, word.start, between.start()),
                Word(between[1].lower(), between.start(1), between.end(1)),
                Word(WHEN, between.end(), word.end),
            ]
        return Sentence(self.text, tuple(words))

    def entities(self, mask: str) -> list[str]:
        """What was said for each entity of one kind."""
        return [self.text[w.start : w.end].strip() for w in self.words if w.folded == mask]


def hear(text: str, *, now: dt.datetime, zone: ZoneInfo) -> Sentence:
    """`text` as words and entities."""
    spans = _entities(text, now=now, zone=zone)
    words: list[Word] = []
    tokens = tokenise(text)
    ahead = list(spans)
    for i in range(len(tokens)):
        start, end = tokens.starts[i], tokens.ends[i]
        while ahead and ahead[0][1] <= start:
            ahead.pop(0)
        if ahead and ahead[0][0] <= start:
            begin, finish, mask = ahead[0]
            if not (words and words[-1].masked and words[-1].start == begin):
                words.append(Word(mask, begin, finish))
            continue
        folded = tokens.words[i]
        if (folded[:1].isalnum() and folded not in FILLERS) or folded == COLON:
            words.append(Word(folded, start, end))
    return Sentence(text, tuple(_without_prepositions(words)))


def _without_prepositions(words: list[Word]) -> list[Word]:
    return [
        word
        for word, after in zip(words, [*words[1:], None], strict=False)
        if not (word.folded in BEFORE_TIMES and after is not None and after.folded == WHEN)
    ]


def _entities(text: str, *, now: dt.datetime, zone: ZoneInfo) -> list[tuple[int, int, str]]:
    """The typed entities, left to right, none inside another; the surer reading comes first."""
    found: list[tuple[int, int, str]] = []
    _take(found, QUOTED, find_quoted(text))
    _take(found, EMAIL, find_emails(text))
    if any(c.isdigit() for c in text):
        _take(found, MONEY, _BELOW_ZERO.finditer(text))
        _take(found, MONEY, find_money(text))
        _take(found, HOURS, [d for d in find_durations(text) if d.text[:1].isdigit()])
        _take(found, PHONE, find_phones(text))
        _take(found, PHONE, _PAIRS.finditer(text))
    _take(found, WHEN, find_moments(text, now=now, zone=zone))
    _take(found, NUMBER, _NUMBER.finditer(text))
    return sorted(found)


def _take(found: list[tuple[int, int, str]], mask: str, more: Iterable[Placed]) -> None:
    found += [
        (start, end, mask)
        for start, end in map(_place, more)
        if not any(start < b and a < end for a, b, _ in found)
    ]


def _place(piece: Placed) -> tuple[int, int]:
    return piece.span() if isinstance(piece, re.Match) else (piece.start, piece.end)
