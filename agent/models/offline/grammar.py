"""The phrases of every tool as one compiled grammar: which tool a sentence names, with which arguments."""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.models.offline.clauses import another_request, settled
from agent.models.offline.hearing import (
    BEFORE_TIMES,
    COLON,
    EMAIL,
    FILLERS,
    HOURS,
    MASKS,
    MONEY,
    NUMBER,
    PHONE,
    QUOTED,
    WHEN,
    Sentence,
    Word,
)
from agent.models.offline.phrases import ToolWords
from tools.slot import Slot
from tools.values.text import fold
from tools.values.tokens import tokenise

REFERENCES = frozenset(
    {
        "customer", "lead", "booking", "service", "staff", "user", "proposal", "upload", "about", "name",
    }
)  # fmt: skip
_TYPED: dict[str, str] = {
    "when": WHEN,
    "day": WHEN,
    "phone": PHONE,
    "email": EMAIL,
    "money": f"[{MONEY}{NUMBER}]",
    "hours": f"[{HOURS}{NUMBER}]",
    "number": NUMBER,
    "choice": r"[^ ]+(?: [^ ]+)??",
    "city": f"[^ {WHEN}{PHONE}{EMAIL}{MONEY}]+(?: [^ {WHEN}{PHONE}{EMAIL}{MONEY}]+){{0,2}}?",
    "address": r"[^ ]+(?: [^ ]+){0,9}?",
}
_NO_NAME = f" :{WHEN}{MONEY}{HOURS}{EMAIL}{PHONE}"
_NAME = f"(?:[{EMAIL}{PHONE}]|[^{_NO_NAME}]+(?: [^{_NO_NAME}]+){{0,5}}?)"
_BOOKING = f"[^ :{MONEY}{HOURS}{EMAIL}]+(?: [^ :{MONEY}{HOURS}{EMAIL}]+){{0,7}}?"
"""A booking may be named by its customer and its time: “Jens Nygaard's on Thursday”."""
_JOINING = frozenset(
    [
        "for",
        "til",
        "to",
        "with",
        "med",
        "in",
        "i",
        "on",
        "from",
        "fra",
        "by",
        "som",
        "as",
        "and",
        "og",
        "hos",
    ]
)
_LABELS = re.compile(
    r"^(?:for|called|named|kaldet|som hedder|der hedder)\s+|"
    r"[\s,;]+(?:and\s+|og\s+|with\s+|med\s+)?(?:phone|tel|tlf|telefon|mobil|mobile|number|nummer|e-?mail|mail|via|from|fra)"
    r"\.?\s*$",
    re.IGNORECASE,
)
"""What stands around a new name: “for Ole Olsen, phone”."""
_MANY_WORDS = 12
"""More words than these make free text no looser: a long note is still a note."""
_SLOT = re.compile(r"\{(\w+)\}")
_OWNING = re.compile(r"\{(\w+)\}['’]?s\b")
_MOVABLE = {
    "when": WHEN,
    "day": WHEN,
    "phone": PHONE,
    "email": EMAIL,
    "money": MONEY,
    "hours": HOURS,
}
_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|hej|ok|okay|so|and|og|ja|yes|well) )?"
    r"(?:(?:can|could|would|will) you |(?:i|we) (?:want|need|would like|d like|ll) (?:to |you to )?|let s |lets "
    r"|(?:kan|vil|ville|kunne|maa) (?:du|i|jeg|vi) |(?:jeg|vi) (?:vil|skal|skulle|oensker)(?: at)? |at )?"
    r"|(?: (?:thanks|thank you|tak|for me|for mig|for us|now|nu|paa forhaand))+$"
)


@dataclass(frozen=True)
class Match:
    """A tool and the arguments as the person said them; `weight` says how much of the sentence it explains."""

    tool: str
    args: Mapping[str, object]
    weight: float


@dataclass(frozen=True)
class Phrase:
    """One phrase of one tool: its literal words, its slots in order, and the words around them."""

    tool: str
    parts: tuple[tuple[str, str], ...]  # ("word", folded) | ("slot", name)
    owning: frozenset[str] = frozenset()  # slots with a genitive s glued to them

    @functools.cached_property
    def literals(self) -> frozenset[str]:
        """The words that must all be there."""
        return frozenset(text for kind, text in self.parts if kind == "word")


class Grammar:
    """Compiled once from the phrases of all tools; a sentence is matched against those that are offered."""

    def __init__(
        self, words: Mapping[str, ToolWords], slots: Mapping[str, Mapping[str, Slot]]
    ) -> None:
        self.slots = slots
        self.words = words
        self.phrases = tuple(_phrases(words, slots))
        self._compiled: dict[tuple[Phrase, bool], re.Pattern[str]] = {}

    def matches(self, sentence: Sentence, offered: frozenset[str]) -> list[Match]:
        """Every reading of the whole sentence by an offered tool, the one that explains most first."""
        short = polite(sentence)
        variants = (
            sentence,
            short,
            sentence.without_colons(),
            short.without_colons(),
            short.parted(),
        )
        found: list[Match] = []
        for variant in dict.fromkeys(variants):
            found += self._read(variant, offered, moved=None)
            found += self._read_with_moved(variant, offered)
        found = [
            Match(m.tool, settled(m.tool, m.args, self.slots[m.tool], sentence.text), m.weight)
            for m in found
            if not another_request(m.args)
        ]
        return sorted(found, key=lambda match: -match.weight)

    def _read_with_moved(self, sentence: Sentence, offered: frozenset[str]) -> list[Match]:
        """The same with times, amounts and addresses said anywhere in the sentence."""
        moved = tuple(w for w in sentence.words if w.folded in _MOVABLE.values())
        if not moved:
            return []
        rest = Sentence(sentence.text, tuple(w for w in sentence.words if w not in moved))
        found = self._read(rest, offered, moved=moved)
        return [Match(m.tool, m.args, m.weight - 0.5) for m in found]

    def _read(
        self,
        sentence: Sentence,
        offered: frozenset[str],
        *,
        moved: Sequence[Word] | None,
    ) -> list[Match]:
        masked, said = sentence.masked, frozenset(word.folded for word in sentence.words)
        found: list[Match] = []
        for phrase in self.phrases:
            if phrase.tool not in offered or not phrase.literals <= said:
                continue
            if match := self._expression(phrase, movable=moved is not None).fullmatch(masked):
                args = self._args(phrase, match, sentence, moved or ())
                if args is not None and self.place(phrase.tool, args, moved or (), sentence.text):
                    weight = len(phrase.literals) * 2 - self._looseness(phrase.tool, args)
                    found.append(Match(phrase.tool, args, weight))
        return found

    def _expression(self, phrase: Phrase, *, movable: bool) -> re.Pattern[str]:
        """Compiled when a sentence first has all of the phrase's words: most never are."""
        key = (phrase, movable)
        if key not in self._compiled:
            slots = self.slots[phrase.tool]
            self._compiled[key] = _expression(phrase, slots, movable=movable)
        return self._compiled[key]

    def fitted(self, tool: str, argument: str, said: str) -> object | None:
        """What was said as a value for the argument, or None when it cannot be one."""
        slot = self.slots[tool][argument]
        if slot.kind == "choice" and tool in self.words:
            known = self.words[tool].value_of(argument, fold(said))
            return known if known is not None else fitted(slot, said)
        return fitted(slot, said)

    def _looseness(self, tool: str, args: Mapping[str, object]) -> float:
        """How much of the sentence was taken as names and free words: little is better."""
        loose = 0.0
        for name, value in args.items():
            words = tokenise(str(value))
            kind = self.slots[tool][name].kind
            loose += 0.1 * min(len(words), _MANY_WORDS)
            if kind == "booking":
                loose += 0.3 * (len(words) > 1)  # a time is more often its own argument
            elif kind in REFERENCES:
                loose += sum(1.0 for word in words.words if word in _JOINING)
        return loose

    def _args(
        self, phrase: Phrase, match: re.Match[str], sentence: Sentence, moved: Sequence[Word]
    ) -> dict[str, object] | None:
        """What each argument was said with; None where words that were moved out stood inside of one."""
        args: dict[str, object] = {}
        for name, span in _groups(match):
            first, last = _indexes(sentence, span)
            said = sentence.said(first, last)
            start, end = sentence.words[first].start, sentence.words[last].end
            if any(start < word.start < end for word in moved):
                return None
            if name in phrase.owning:
                said = said.removesuffix("s").removesuffix("'").removesuffix("’")
            value = self.fitted(phrase.tool, name, said)
            if value is None:
                return None
            args[name] = value
        return args

    def place(self, tool: str, args: dict[str, object], moved: Iterable[Word], text: str) -> bool:
        """Put typed entities into free arguments of their kind; False when one has no place to go."""
        for word in moved:
            kinds = [kind for kind, mask in _MOVABLE.items() if mask == word.folded]
            free = [
                n for n, slot in self.slots[tool].items() if slot.kind in kinds and n not in args
            ]
            if not free:
                return False
            args[free[0]] = text[word.start : word.end].strip()
        return True


def fitted(slot: Slot, said: str) -> object | None:
    """What was said as a value for the argument, or None when it cannot be one."""
    said = said.strip('"“”„«»').strip()
    if slot.kind == "choice":
        folded = fold(said).replace(" ", "_").replace("-", "_")
        return folded if folded in slot.choices else None
    if slot.kind == "number":
        sign = "-" if re.match(r"[-−]|minus", said, re.IGNORECASE) else ""
        digits = re.sub(r"[^\d.,]", "", said).replace(",", ".")
        return sign + digits if digits else None
    if slot.kind == "list":
        return [part.strip() for part in re.split(r",| and | og ", said) if part.strip()]
    if slot.kind == "name":
        said = _LABELS.sub("", said).strip(" ,;:")
    if slot.kind == "flag":
        return tokenise(said).words[0] in ("yes", "ja", "true", "on", "til", "closed", "lukket")
    return said or None


def polite(sentence: Sentence) -> Sentence:
    """The sentence without "can you …" in front and "… thanks" behind."""
    words = list(sentence.words)
    masked = sentence.masked
    ahead = _POLITE.match(masked)
    behind = [m for m in _POLITE.finditer(masked) if m.end() == len(masked) and m.start() > 0]
    first = len(masked[: ahead.end()].split()) if ahead else 0
    last = len(words) - (len(behind[-1].group().split()) if behind else 0)
    return Sentence(sentence.text, tuple(words[first:last])) if first < last else sentence


def phrases_of(tool: str, text: str, slots: Mapping[str, Slot]) -> list[Phrase]:
    """A phrase as it is written in examples.yaml; none when it names an argument that the tool does not have."""
    if any(name not in slots for name in _SLOT.findall(text)):
        return []
    owning = frozenset(_OWNING.findall(text))
    return [Phrase(tool, _parts(_OWNING.sub(r"{\1}", text), slots), owning)]


def _phrases(
    words: Mapping[str, ToolWords], slots: Mapping[str, Mapping[str, Slot]]
) -> Iterable[Phrase]:
    for tool, entry in words.items():
        if tool in slots:
            for text in dict.fromkeys(entry.phrases()):
                yield from phrases_of(tool, text, slots[tool])


def _parts(text: str, slots: Mapping[str, Slot]) -> tuple[tuple[str, str], ...]:
    parts: list[tuple[str, str]] = []
    for i, piece in enumerate(_SLOT.split(text)):
        if i % 2:
            if slots[piece].kind in ("when", "day"):
                while parts and parts[-1][0] == "word" and parts[-1][1] in BEFORE_TIMES:
                    parts.pop()
            parts.append(("slot", piece))
            continue
        tokens = tokenise(piece)
        parts += [
            ("word", word)
            for word in tokens.words[: len(tokens)]
            if (word[:1].isalnum() and word not in FILLERS) or word == COLON
        ]
    return tuple(parts)


def _expression(phrase: Phrase, slots: Mapping[str, Slot], *, movable: bool) -> re.Pattern[str]:
    """The phrase as an expression over masked words; with `movable`, typed slots are left out of it."""
    pieces: list[str] = []
    for kind, text in phrase.parts:
        if kind == "word":
            pieces.append(re.escape(text))
        elif not (movable and slots[text].kind in _MOVABLE):
            pieces.append(f"(?P<{text}>{_group(slots[text])})")
    return re.compile(" ".join(pieces))


def _group(slot: Slot) -> str:
    if slot.kind == "booking":
        return _BOOKING
    if slot.kind in REFERENCES:
        return _NAME
    return _TYPED.get(slot.kind, r"[^ ].*?")


def _groups(match: re.Match[str]) -> list[tuple[str, tuple[int, int]]]:
    return [(name, match.span(name)) for name in match.re.groupindex]


def _indexes(sentence: Sentence, span: tuple[int, int]) -> tuple[int, int]:
    """The words that characters `span` of the masked text cover."""
    masked = sentence.masked
    first = masked[: span[0]].count(" ")
    return first, first + masked[span[0] : span[1]].count(" ")


def unmasked(words: Iterable[Word]) -> list[str]:
    """The plain words."""
    return [word.folded for word in words if word.folded not in MASKS]


Kind = Literal["lookup", "action"]
__all__ = ["QUOTED", "Grammar", "Kind", "Match", "Phrase", "fitted", "polite", "unmasked"]
