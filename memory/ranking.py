"""Orders texts by how much of a question they answer, the same way on every database."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memory.glossary import same_meaning
from memory.words import fold, stem, telling, trigrams, words

EXACT, STEM, PREFIX, PART, COMPOUND = 1.0, 0.9, 0.75, 0.7, 0.5
SYNONYM = 0.8
TYPO_FLOOR = 0.4
"""Words that share fewer of their three-letter pieces than this are two words, not one and a slip."""
LEAST_PART = 4
MOST_LONGER = 6
UNKNOWN = 1.0
"""The weight of a word that no text has."""
LEAST_SCORE = 0.2
"""Below this share of the question's weight a text has hardly anything to do with it."""


@dataclass(frozen=True)
class Term:
    """A word of the question, with the other words that mean the same."""

    word: str
    mates: frozenset[str]


def terms_of(query: str) -> list[Term]:
    """What a question asks for, folded; empty where there is no word in it."""
    return [Term(word, same_meaning(word)) for word in telling(fold(query))]


class Likeness:
    """Scores folded texts against one question. `among` tells how rare each word is."""

    def __init__(self, terms: Sequence[Term], among: Iterable[str]) -> None:
        self._terms = terms
        self._slips: dict[tuple[str, str], float] = {}
        self._matches = {folded: self._match(folded) for folded in dict.fromkeys(among)}
        self._weights = self._rarities()

    def score(self, folded: str) -> float:
        """From 0 (nothing of the question) to 1 (all of it, in its own words)."""
        found = self._matches[folded]
        whole = sum(self._weights) or 1.0
        got = sum(weight * match for weight, match in zip(self._weights, found, strict=True))
        # A long text holds many words by chance.
        return got / whole / (1 + 0.0004 * len(folded))

    def _rarities(self) -> list[float]:
        count = len(self._matches)
        weights: list[float] = []
        for at in range(len(self._terms)):
            having = sum(match[at] for match in self._matches.values())
            if not having:
                # The rarest word of all, but it says nothing about which of these texts is right.
                weights.append(UNKNOWN)
                continue
            weights.append(math.log(1 + (count - having + 0.5) / (having + 0.5)) + 0.2)
        return weights

    def _match(self, folded: str) -> list[float]:
        there = frozenset(words(folded))
        return [self._best(term, folded, there) for term in self._terms]

    def _best(self, term: Term, folded: str, there: frozenset[str]) -> float:
        found = contained(term.word, folded, there)
        if found < STEM:
            for mate in term.mates:
                found = max(found, SYNONYM * contained(mate, folded, there))
        if found or len(term.word) < LEAST_PART or term.word.isdigit():
            return found
        return max((self._near(term.word, each) for each in there), default=0.0)

    def _near(self, word: str, other: str) -> float:
        if len(other) < LEAST_PART or abs(len(word) - len(other)) > MOST_LONGER:
            return 0.0
        if len(other) > LEAST_PART and other in word:
            return COMPOUND
        if word[0] != other[0] and word[-2:] != other[-2:]:
            return 0.0
        key = (word, other)
        if key not in self._slips:
            self._slips[key] = _likeness(word, other)
        return self._slips[key]


def contained(word: str, folded: str, there: frozenset[str]) -> float:
    """How well one word is in a text of these words, slips of the pen apart; 0 when it is not."""
    root = stem(word)
    if root not in folded:
        return 0.0
    if word in there:
        return EXACT
    if len(word) < LEAST_PART:
        return STEM if any(stem(each) == root for each in there) else 0.0
    for each in there:
        if each.startswith(root):
            if stem(each) == root:
                return STEM
            if len(root) >= LEAST_PART:
                return PREFIX
    return PART if len(root) >= LEAST_PART or word in folded else 0.0


def _likeness(word: str, other: str) -> float:
    mine, theirs = _pieces(word), _pieces(other)
    shared = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    return shared if shared >= TYPO_FLOOR else 0.0


def _pieces(word: str) -> frozenset[str]:
    return trigrams(f" {word} ")


def excerpt(text: str, terms: Sequence[Term], *, most: int = 240) -> str:
    """At most `most` characters of `text` around the first word that the question asks for."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    at = _first(flat, terms)
    start = max(0, min(at - most // 3, len(flat) - most + 2))
    if start:
        start = flat.find(" ", start, at) + 1 or start
    cut = flat[start : start + most - (2 if start else 1)]
    ended = start + len(cut) >= len(flat)
    return ("…" if start else "") + (cut if ended else cut.rsplit(" ", 1)[0] + "…")


def _first(flat: str, terms: Sequence[Term]) -> int:
    """Where the first matching word begins; 0 where none is found."""
    at = 0
    for piece in flat.split(" "):
        folded = fold(piece)
        there = frozenset(words(folded))
        for term in terms:
            if any(contained(word, folded, there) for word in (term.word, *term.mates)):
                return at
        at += len(piece) + 1
    return 0
