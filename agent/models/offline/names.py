"""Names of the tenant's own records among the words of a sentence."""

from collections.abc import Mapping

from agent.models.offline.features import known as known_word
from agent.models.offline.filling import LONGEST, Known, Spoken
from agent.models.offline.focus import PRONOUNS
from agent.models.offline.hearing import Heard, Sentence

_LONGEST, _SHORT = 4, 3


def names_in(sentence: Sentence, heard: Heard) -> list[Known]:
    """Where names stand, the longest first, none inside another, in the order of the sentence."""
    runs = _runs(sentence)
    kinds: dict[str, set[str]] = {}
    for name in heard.named(tuple(runs)):
        kinds.setdefault(name.folded, set()).add(name.kind)
    focus: Mapping[str, object] = heard.memo.get("focus") or {}
    if "person" in focus:
        for said in PRONOUNS & runs.keys():
            kinds.setdefault(said, set()).update(("customer", "lead"))
    found: list[Known] = []
    for said in sorted(kinds, key=lambda said: (-said.count(" "), said)):
        for first, last in runs.get(said, ()):
            if not any(first <= other.last and other.first <= last for other in found):
                found.append(Known(first, last, frozenset(kinds[said])))
    return sorted(found, key=lambda each: each.first)


def _runs(sentence: Sentence) -> dict[str, list[tuple[int, int]]]:
    """Up to four words next to one another, with where they stand; also without the s of a genitive ("Nygaards")."""
    words = sentence.words[:LONGEST]
    runs: dict[str, list[tuple[int, int]]] = {}
    for length in range(_LONGEST, 0, -1):
        for first in range(len(words) - length + 1):
            run = words[first : first + length]
            if any(word.masked for word in run):
                continue
            said = " ".join(word.folded for word in run)
            bare = [said[:-1]] if said.endswith("s") and len(said) > _SHORT else []
            for each in (said, *bare):
                runs.setdefault(each, []).append((first, first + length - 1))
    return runs


def collapsed(sentence: Sentence, names: list[Known]) -> list[str]:
    """The words with each known name as one word that says its kind."""
    words: list[str] = []
    at = 0
    by_first = {name.first: name for name in names}
    while at < len(sentence.words):
        if name := by_first.get(at):
            words.append(known_word(_main_kind(name.kinds)))
            at = name.last + 1
        else:
            words.append(sentence.words[at].folded)
            at += 1
    return words


def spoken(sentence: Sentence) -> list[Spoken]:
    """The words as the chains read them."""
    return [
        Spoken(
            word.folded,
            capital=at > 0 and sentence.text[word.start : word.start + 1].isupper(),
            digits=sum(c.isdigit() for c in sentence.text[word.start : word.end]),
        )
        for at, word in enumerate(sentence.words)
    ]


def _main_kind(kinds: frozenset[str]) -> str:
    for kind in ("staff", "service", "customer", "lead"):
        if kind in kinds:
            return kind
    return min(kinds)
