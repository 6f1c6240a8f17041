"""Finds what may be people's names in a sentence, without knowing who there is."""

import re
from dataclasses import dataclass

from memory.words import SILENT
from tools.values.text import fold, language_of

_NAME = re.compile(r"[A-ZÆØÅ][\wæøåé'’.-]*(?:\s+(?:af|von|van|de|&|[A-ZÆØÅ][\wæøåé'’.-]*))*")
_LONGEST_NAME = 4
_READ = 60
_TITLES_TEXT = """
    fru froeken hr herr herre mr mrs ms miss dr familien family kunde kunden customer lead leadet nabo naboen
    januar februar marts april maj juni juli august september oktober november december january february march
    june july october jul paaske christmas easter ok sms ean cvr
"""
_TITLES = frozenset(_TITLES_TEXT.split())
# Ordinary words that people are called as well.
_NAMES_TOO = frozenset(("mark", "may", "bill", "art", "bo", "per", "dag", "april", "june", "rose"))
_BEFORE_TEXT = "at that om about hos til for to with med kunden kunde customer lead og and"
_BEFORE = frozenset(_BEFORE_TEXT.split())


@dataclass(frozen=True)
class Run:
    """Capitalised words in a row: `names` are what of them may be names, the longest first.

    `whole` is the name of several words that they are, when they are one; a single word of it is then nobody's name.
    """

    names: tuple[str, ...]
    whole: str


def capital_runs(words: str) -> list[Run]:
    """The capitalised words in a row of a sentence, in order, without a genitive s."""
    runs: list[Run] = []
    for match in _NAME.finditer(words):
        parts = match.group().split()[:_LONGEST_NAME]
        proper = [part for part in parts if not ordinary(part)]
        least = 2 if len(proper) > 1 else 1
        spans = [
            parts[a:b]
            for a in range(len(parts))
            for b in range(a + 1, len(parts) + 1)
            if b - a >= least and not all(map(ordinary, parts[a:b]))
        ]
        found: list[str] = []
        for span in sorted(spans, key=len, reverse=True):
            found += spelled(re.sub(r"['’]s?$", "", " ".join(span)).strip(".,'’ "))
        names = tuple(name for name in dict.fromkeys(found) if len(name) > 1)
        whole = " ".join(proper) if least == 2 else ""
        runs.append(Run(names, re.sub(r"['’]s?$", "", whole.strip(".,'’ "))))
    return runs


def spelled(name: str) -> list[str]:
    """A name as it stands, and without its genitive s."""
    return [name, name.removesuffix("s")] if name.endswith("s") and len(name) > 2 else [name]


def small_runs(words: str) -> set[str]:
    """What may be whole names, in small letters."""
    said = re.findall(r"[\w'’-]+", fold(words))[:_READ]
    runs = {
        " ".join(said[a:b])
        for a in range(len(said))
        for b in range(a + 2, min(a + _LONGEST_NAME, len(said)) + 1)
    }
    return runs | {run[:-1] for run in runs if run.endswith("s")}


def first_words(words: str) -> tuple[str, str]:
    """The first two words of a sentence that may be a name in small letters, folded; empty where they may not."""
    said = [re.sub(r"['’]s?$", "", word) for word in re.findall(r"[\w'’-]+", fold(words))[:_READ]]
    while said and said[0] in _BEFORE:
        said = said[1:]
    first, second = [*said, "", ""][:2]
    if (
        not first
        or first.isdigit()
        or (ordinary(first) and first not in _NAMES_TOO)
        or first == "will"
    ):
        return "", ""
    return first, "" if ordinary(second) else second


def ordinary(part: str) -> bool:
    """Whether it is a word of the language rather than of a name."""
    word = fold(part).strip(".,'’")
    if word in _NAMES_TOO:
        return False
    return word in SILENT or word in _TITLES or language_of(word) is not None
