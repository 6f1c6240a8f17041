"""Readings of a sentence that no phrase matches word for word: the likely tools, each with its arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.models.offline.clauses import settled
from agent.models.offline.filling import Chains, Known, Piece
from agent.models.offline.generating import NONE
from agent.models.offline.grammar import REFERENCES, Grammar, Match
from agent.models.offline.hearing import COLON, Heard, Sentence, hear
from agent.models.offline.leftovers import behind_command, searched_for, unsaid_choices
from agent.models.offline.lessons import Lesson
from agent.models.offline.names import collapsed, names_in, spoken
from agent.models.offline.overlay import certain, leaning
from agent.models.offline.ranking import Ranked, rank
from agent.models.offline.templates import (
    Template,
    bare,
    close_template,
    plain_words,
    repeats,
    says_enough,
    template,
)
from agent.models.offline.weights import Weights
from tools.slot import Slot
from tools.values.text import fold

_LIKELY = 4
_NO_PLACE = 0.6
"""What a reading keeps of its chance for each typed entity that it has no place for."""
SURELY_NOT, SURELY = 0.003, 0.95
"""A phrase that fits word for word is still not what was meant when the rest of the sentence says so."""
WHOLE = 2
"""The weight of a phrase that stands alone as a request: one word of its own."""
_LOOSE = frozenset({"text", "name", "city", "address", *REFERENCES})


@dataclass(frozen=True)
class Reading:
    """A tool that may be meant, with the arguments as they were said. `tool` is "none" for what asks for nothing."""

    tool: str
    args: Mapping[str, object]
    chance: float
    taught: bool = False
    """Whether this firm taught it word for word."""


def contradicted(match: Match, readings: Sequence[Reading], slots: Mapping[str, Slot]) -> bool:
    """Whether the rest of the sentence says that a phrase which fits by loose words is not what was meant."""
    if not readings or (readings[0].taught and match.weight >= WHOLE):
        return False
    if not any(slots[name].kind in _LOOSE for name in match.args):
        return False
    best = readings[0]
    chance = next((r.chance for r in readings if r.tool == match.tool), 0.0)
    return best.tool != NONE and best.chance >= SURELY and chance <= SURELY_NOT


class Reader:
    """Ranks tools by what was learnt and fills their arguments in."""

    def __init__(
        self, weights: Weights, chains: Chains, grammar: Grammar, lookups: frozenset[str]
    ) -> None:
        self._lookups = lookups
        self._weights = weights
        self._chains = chains
        self._grammar = grammar
        self._values = {
            tool: {name: _sayable(grammar, tool, name, slot) for name, slot in each.items()}
            for tool, each in grammar.slots.items()
        }

    def knows(self, tool: str) -> bool:
        """Whether the tool was there when the weights were learnt."""
        return tool in self._weights.classes

    def read(self, sentence: Sentence, heard: Heard, offered: frozenset[str]) -> list[Reading]:
        """The likeliest readings: of all tools, and of those that this person may use."""
        names = names_in(sentence, heard)
        ranked = rank(self._weights, collapsed(sentence, names))
        said = bare(sentence, names, self._spread).words
        near = heard.taught().near(said, offered & self._grammar.slots.keys())
        meant = self._meant(near, said, sentence, heard)
        ranked = certain(ranked, meant.tool) if meant else leaning(ranked, near)
        mine = [each for each in ranked if each.tool in offered or each.tool == NONE]
        found = [
            self._reading(each, sentence, names)
            for each in dict.fromkeys([*ranked[:_LIKELY], *mine[:_LIKELY]])
            if each.tool == NONE or each.tool in self._grammar.slots
        ]
        found = [meant if meant and each.tool == meant.tool else each for each in found]
        return sorted(found, key=lambda reading: -reading.chance)

    def lesson(self, tool: str, text: str, heard: Heard) -> Lesson | None:
        """What may be kept of a sentence that means `tool`; None where only names and figures are in it."""
        sentence = hear(text, now=heard.now, zone=heard.zone)
        made = self._templates(tool, sentence, names_in(sentence, heard))
        best = next((each for each in made if says_enough(each.words, self._spread)), None)
        return Lesson(best.words, tool, best.wording) if best else None

    def _meant(
        self,
        near: Sequence[tuple[Lesson, float]],
        said: tuple[str, ...],
        sentence: Sentence,
        heard: Heard,
    ) -> Reading | None:
        """The tool of which the very sentence was taught, even where it has no place for some figure in it."""
        names = names_in(sentence, heard) if near else []
        spoken_here = {word.folded for word in sentence.words}
        for lesson, _ in near:
            tool = lesson.tool
            if not plain_words(lesson.words) <= spoken_here:
                continue
            made = self._templates(tool, sentence, names)
            if any(repeats(each.words, lesson.words, self._spread) for each in made):
                return Reading(tool, self.arguments(tool, sentence, heard), 1.0, taught=True)
            if said == lesson.words:
                rest = self._without(tool, lesson, sentence)
                return Reading(tool, self.arguments(tool, rest, heard), 1.0, taught=True)
        return None

    def _without(self, tool: str, lesson: Lesson, sentence: Sentence) -> Sentence:
        """The sentence without the words that only the lesson has: they are no part of a name beside them."""
        kept = [
            word
            for word in sentence.words
            if word.folded not in lesson.words or self._chains.has_word(tool, word.folded)
        ]
        return Sentence(sentence.text, tuple(kept))

    def _templates(self, tool: str, sentence: Sentence, names: list[Known]) -> list[Template]:
        """The sentence with more and with less of it masked."""
        pieces, _ = self._chains.read(tool, spoken(sentence), names, self._values[tool])
        given = (sentence, names, pieces, self._grammar.slots[tool], self._spread)
        return [template(*given), close_template(*given)]

    def _spread(self, word: str) -> int:
        return self._weights.counts.spread.get(word, 0)

    def _reading(self, ranked: Ranked, sentence: Sentence, names: list[Known]) -> Reading:
        if ranked.tool == NONE:
            return Reading(NONE, {}, ranked.chance)
        args, homeless = self._arguments(ranked.tool, sentence, names)
        return Reading(ranked.tool, args, ranked.chance * _NO_PLACE**homeless)

    def arguments(self, tool: str, sentence: Sentence, heard: Heard) -> dict[str, object]:
        """What the sentence says for the arguments of one tool."""
        return self._arguments(tool, sentence, names_in(sentence, heard))[0]

    def _arguments(
        self, tool: str, sentence: Sentence, names: list[Known]
    ) -> tuple[dict[str, object], int]:
        """The arguments, and how many typed entities have no place among them."""
        pieces, _ = self._chains.read(tool, spoken(sentence), names, self._values[tool])
        args: dict[str, object] = {}
        taken: set[int] = set()
        for piece in pieces:
            value = self._value(tool, piece, sentence)
            if value is not None:
                args[piece.argument] = value
                taken.update(range(piece.first, piece.last + 1))
        args = settled(tool, args, self._grammar.slots[tool], sentence.text)
        if tool in self._lookups:
            args |= self._left_out(tool, sentence, frozenset(taken), args)
        typed = [word for at, word in enumerate(sentence.words) if word.masked and at not in taken]
        homeless = sum(
            sentence.text[word.start : word.end] not in args.values()
            and not self._grammar.place(tool, args, (word,), sentence.text)
            for word in typed
        )
        return args, homeless

    def _left_out(
        self, tool: str, sentence: Sentence, taken: frozenset[int], args: Mapping[str, object]
    ) -> dict[str, object]:
        """What narrows a look-up and is in no argument yet: a look-up that drops it answers another question."""
        slots = self._grammar.slots[tool]
        free = [word for at, word in enumerate(sentence.words) if at not in taken]
        said = unsaid_choices(free, args, slots, self._values[tool])
        found = {
            name: self._grammar.fitted(tool, name, sentence.text[word.start : word.end])
            for name, word in said.items()
        }
        gone = taken | {at for at, word in enumerate(sentence.words) if word in said.values()}

        def usual(word: str) -> bool:
            return self._chains.has_word(tool, word)

        if query := searched_for(sentence, gone, args, slots, usual):
            found["query"] = query
        elif not args and not said and "query" in slots:
            found["query"] = behind_command(tool, sentence)
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, tool: str, piece: Piece, sentence: Sentence) -> object | None:
        words = sentence.words[piece.first : piece.last + 1]
        while words and words[0].folded == COLON:
            words = words[1:]
        if not words:
            return None
        said = sentence.text[words[0].start : words[-1].end].strip()
        slot = self._grammar.slots[tool][piece.argument]
        if slot.kind == "text" and piece.last == len(sentence.words) - 1:
            said = sentence.text[words[0].start :].strip()
        return self._grammar.fitted(tool, piece.argument, said)


def _sayable(grammar: Grammar, tool: str, name: str, slot: Slot) -> frozenset[str]:
    """The words (folded) that a choice may be said with."""
    said = {fold(value.replace("_", " ")) for value in slot.choices}
    if tool in grammar.words:
        for words in grammar.words[tool].values.get(name, {}).values():
            said |= {fold(word) for each in words.values() for word in each}
    return frozenset(said)
