"""Which words of a sentence are which argument: the likeliest way to read it as one of a tool's own phrases.

The phrases of a tool are counted as a chain of words and arguments (a hidden semi-Markov model); the best chain that
spells the sentence is found as Viterbi does (IEEE Transactions on Information Theory 13, 1967).
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.models.offline.counting import BEGIN, END, Counts, Steps, Symbol
from agent.models.offline.generating import MASK_OF
from agent.models.offline.grammar import REFERENCES
from agent.models.offline.hearing import EMAIL, MASKS
from tools.slot import Slot

Reach = tuple[Symbol, int, float]  # what stands there, over how many words, its log chance
_NAME_WORDS, _TEXT_WORDS, _CHOICE_WORDS = 5, 24, 3
_NUMBER, _ALSO_BARE = MASK_OF["number"], frozenset({"phone", "money", "hours"})
LONGEST = 40
"""Words that are read for arguments: requests are shorter, and the time for one grows faster than its length."""
_PHONE = 6
"""A number of fewer digits is no phone number, but a house's or a postcode."""
_BY_MAIL = frozenset({"user", "customer", "lead", "about"})
"""Whoever is named may be named by an address."""
_COMMON = 4
"""A word that the phrases of at least so many tools have is seldom part of a name."""

# Chances of one word by what is known about it, found by leaving each author of phrases out in turn and trying what
# reads the most arguments of that author right. "Seen": some tool's phrases have the word; "common": many have it.
_KNOWN, _KNOWN_AS_OTHER = 0.4, 5e-5
_NEW_IN_NAME, _SEEN_IN_NAME, _COMMON_IN_NAME, _CAPITAL = 2.3e-3, 2.3e-5, 7e-6, 5.0
_NEW_IN_TEXT, _SEEN_IN_TEXT, _COMMON_IN_TEXT, _MASK_IN_TEXT = 1.4e-3, 1.9e-3, 1e-3, 5.4e-5
_NEW_PLAIN, _SEEN_PLAIN, _SHARE, _MASK_PLAIN = 1.5e-3, 5.5e-4, 0.6, 6.3e-3
_BACK_OFF = 60.0
_CHOICE = 0.3


@dataclass(frozen=True)
class Spoken:
    """One word as it is read: folded or a mask, whether it was written with a capital, and how many digits it has."""

    word: str
    capital: bool = False
    digits: int = 0


@dataclass(frozen=True)
class Known:
    """Words `first` up to and including `last` are a name that the records know as one of `kinds`."""

    first: int
    last: int
    kinds: frozenset[str]


@dataclass(frozen=True)
class Piece:
    """Words `first` up to and including `last` are the argument."""

    argument: str
    first: int
    last: int


class Chains:
    """The chains of every tool. A tool's chain is made when it is first read with: few tools are read with often."""

    def __init__(self, counts: Counts, slots: Mapping[str, Mapping[str, Slot]]) -> None:
        self._counts = counts
        self._slots = slots
        self._made: dict[str, _Chain] = {}

    def read(
        self,
        tool: str,
        words: Sequence[Spoken],
        known: Sequence[Known],
        values: Mapping[str, frozenset[str]],
    ) -> tuple[list[Piece], float]:
        """The arguments in the likeliest reading, and its log chance for each word.

        `values` are the words (folded) that each choice argument may be said with.
        """
        if tool not in self._counts.packed or not words:
            return [], -math.inf
        if len(words) > LONGEST:
            pieces, chance = self.read(tool, words[:LONGEST], known, values)
            return self._with_the_rest(tool, pieces, len(words)), chance
        names = {(each.first, each.last): each.kinds for each in known}
        best: list[dict[Symbol, _Path]] = [{} for _ in range(len(words) + 1)]
        best[0][BEGIN] = _Path(0.0, None, None)
        for at in range(len(words)):
            if best[at]:
                self._extend(tool, best, at, self._reaches(tool, words, at, names, values))
        ends = [(p.chance + self._step(tool, s, END), p) for s, p in best[-1].items()]
        if not ends:
            return [], -math.inf
        chance, path = max(ends, key=lambda end: end[0])
        return path.pieces(), chance / len(words)

    def _with_the_rest(self, tool: str, pieces: list[Piece], length: int) -> list[Piece]:
        """Free words that reach the last word which was read go on to the end."""
        last = pieces[-1] if pieces else None
        if last and last.last == LONGEST - 1 and self._slots[tool][last.argument].kind == "text":
            return [*pieces[:-1], Piece(last.argument, last.first, length - 1)]
        return pieces

    def has_word(self, tool: str, word: str) -> bool:
        """Whether one of the tool's phrases has the word."""
        return tool in self._counts.packed and ("word", word) in self._chain(tool).singles

    def _extend(
        self, tool: str, best: list[dict[Symbol, "_Path"]], at: int, reaches: Iterable[Reach]
    ) -> None:
        """Take the likeliest way to stand behind each reach, all of which begin at word `at`."""
        ways: dict[Symbol, tuple[float, _Path] | None] = {}
        for there, length, chance in reaches:
            # How one gets to an argument does not depend on how many words it takes.
            if there not in ways:
                ways[there] = self._way(tool, best[at], there)
            way = ways[there]
            if way is None:
                continue
            total = way[0] + chance
            kept = best[at + length].get(there)
            if kept is None or total > kept.chance:
                piece = Piece(there[1], at, at + length - 1) if there[0] == "slot" else None
                best[at + length][there] = _Path(total, way[1], piece)

    def _way(
        self, tool: str, standing: Mapping[Symbol, "_Path"], there: Symbol
    ) -> tuple[float, "_Path"] | None:
        """The likeliest path to go on to `there` from, with its log chance; no argument comes twice."""
        is_argument = there[0] == "slot"
        ways = [
            (path.chance + self._step(tool, symbol, there), path)
            for symbol, path in standing.items()
            if not (is_argument and path.has(there[1]))
        ]
        return max(ways, key=lambda way: way[0]) if ways else None

    def _step(self, tool: str, here: Symbol, there: Symbol) -> float:
        """The log chance that `there` follows `here`, backed off to how usual `there` is in this tool's phrases."""
        chain = self._chain(tool)
        after = chain.steps.get(here)
        single = chain.singles.get(there)
        if single is None:
            single = self._elsewhere(there[1])
        if after is None:
            return math.log(single)
        return math.log((after[there] + _BACK_OFF * single) / (chain.totals[here] + _BACK_OFF))

    def _chain(self, tool: str) -> "_Chain":
        made = self._made.get(tool)
        if made is None:
            steps = self._counts.steps(tool)
            totals = {here: after.total() for here, after in steps.items()}
            made = self._made[tool] = _Chain(steps, _singles(steps), totals)
        return made

    def _elsewhere(self, word: str) -> float:
        """The chance of a word that this tool's phrases do not have."""
        share = self._counts.share.get(word)
        return _NEW_PLAIN if share is None else max(_SEEN_PLAIN, _SHARE * share)

    def _reaches(
        self,
        tool: str,
        words: Sequence[Spoken],
        at: int,
        names: Mapping[tuple[int, int], frozenset[str]],
        values: Mapping[str, frozenset[str]],
    ) -> Iterator[Reach]:
        """What may stand at word `at`: itself, or an argument over so many words, with its log chance."""
        said = words[at].word
        yield ("word", said), 1, math.log(_MASK_PLAIN) if said in MASKS else 0.0
        for argument, slot in self._slots[tool].items():
            symbol = ("slot", argument)
            if mask := MASK_OF.get(slot.kind):
                bare = said == _NUMBER and slot.kind in _ALSO_BARE
                if said == mask or (bare and (slot.kind != "phone" or words[at].digits >= _PHONE)):
                    yield symbol, 1, 0.0
                elif slot.kind == "booking":
                    yield from self._name(symbol, slot.kind, words, at, names)
            elif slot.kind == "choice":
                yield from _choice(symbol, words, at, values.get(argument, frozenset()))
            elif slot.kind in _BY_MAIL and said == EMAIL:
                yield symbol, 1, 0.0
            elif slot.kind in REFERENCES or slot.kind == "city":
                yield from self._name(symbol, slot.kind, words, at, names)
            else:
                yield from self._text(symbol, words, at, place=slot.kind == "address")

    def _name(
        self,
        symbol: Symbol,
        kind: str,
        words: Sequence[Spoken],
        at: int,
        names: Mapping[tuple[int, int], frozenset[str]],
    ) -> Iterator[Reach]:
        chance = 0.0
        for length in range(1, min(_NAME_WORDS, len(words) - at) + 1):
            said = words[at + length - 1]
            if said.word in MASKS:
                return
            chance += math.log(self._in_name(said))
            kinds = names.get((at, at + length - 1))
            if kinds is not None:
                yield symbol, length, math.log(_KNOWN if _fits(kind, kinds) else _KNOWN_AS_OTHER)
            else:
                yield symbol, length, chance

    def _in_name(self, said: Spoken) -> float:
        spread = self._counts.spread.get(said.word, 0)
        chance = _by_spread(spread, _NEW_IN_NAME, _SEEN_IN_NAME, _COMMON_IN_NAME)
        return min(0.5, chance * _CAPITAL) if said.capital else chance

    def _text(
        self,
        symbol: Symbol,
        words: Sequence[Spoken],
        at: int,
        *,
        place: bool,
    ) -> Iterator[Reach]:
        """Free words; in a place (`place`) numbers are as usual as words."""
        chance = 0.0
        for length in range(1, min(_TEXT_WORDS, len(words) - at) + 1):
            said = words[at + length - 1]
            word = said.word
            spread = self._counts.spread.get(word, 0)
            inside = _by_spread(spread, _NEW_IN_TEXT, _SEEN_IN_TEXT, _COMMON_IN_TEXT)
            if word in MASKS:
                inside = _NEW_IN_TEXT if place and word == _NUMBER else _MASK_IN_TEXT
            elif place and said.capital:
                inside *= _CAPITAL
            chance += math.log(inside)
            yield symbol, length, chance


@dataclass(frozen=True, slots=True)
class _Chain:
    steps: Steps
    singles: Mapping[Symbol, float]
    totals: Mapping[Symbol, int]
    """What followed each symbol, in all."""


@dataclass(frozen=True, slots=True)
class _Path:
    chance: float
    before: "_Path | None"
    piece: Piece | None

    def has(self, argument: str) -> bool:
        path: _Path | None = self
        while path is not None:
            if path.piece is not None and path.piece.argument == argument:
                return True
            path = path.before
        return False

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        path: _Path | None = self
        while path is not None:
            if path.piece is not None:
                found.append(path.piece)
            path = path.before
        return found[::-1]


def _singles(steps: Steps) -> dict[Symbol, float]:
    often = Counter[Symbol]()
    for after in steps.values():
        often.update(after)
    total = often.total()
    return {symbol: count / total for symbol, count in often.items()}


def _fits(kind: str, kinds: frozenset[str]) -> bool:
    wanted = {
        "about": {"customer", "lead"},
        "user": {"staff"},
        "name": {"customer", "lead"},
        "booking": {"customer"},
    }
    return bool(kinds & wanted.get(kind, {kind}))


def _by_spread(tools: int, new: float, seen: float, common: float) -> float:
    return common if tools >= _COMMON else seen if tools else new


def _choice(
    symbol: Symbol, words: Sequence[Spoken], at: int, values: frozenset[str]
) -> Iterator[Reach]:
    for length in range(1, min(_CHOICE_WORDS, len(words) - at) + 1):
        if " ".join(said.word for said in words[at : at + length]) in values:
            yield symbol, length, math.log(_CHOICE)
