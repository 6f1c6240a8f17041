"""Trades that are not there yet, by the words that people use for them: named as such, never misunderstood."""

import itertools
from collections.abc import Mapping

from agent.models.offline.grammar import REFERENCES, Match
from agent.models.offline.hearing import Sentence
from tools.slot import Slot
from tools.values.text import fold
from tools.values.tokens import tokenise

_NONE: Mapping[str, object] = {}
_SURE = (4, 3)


class Later:
    """Looks for the words of trades that are not there yet."""

    def __init__(self, said: Mapping[str, tuple[str, ...]]) -> None:
        """`said` has the words of each trade, by its name."""
        self._names = {fold(word): name for name, words in said.items() for word in words}

    def named_in(self, sentence: Sentence, args: Mapping[str, object] = _NONE) -> str | None:
        """The trade that one or two words of the sentence stand for, outside of its arguments."""
        besides = {word for value in args.values() for word in tokenise(str(value)).words}
        said = [word.folded for word in sentence.words if word.folded not in besides]
        pairs = [f"{a} {b}" for a, b in itertools.pairwise(said)]
        return next((self._names[w] for w in (*pairs, *said) if w in self._names), None)

    def surely_named_in(self, sentence: Sentence) -> str | None:
        """The trade that three or four words of the sentence stand for: those leave no doubt, whatever else is said."""
        said = [word.folded for word in sentence.words if not word.masked]
        runs = (" ".join(said[at : at + size]) for size in _SURE for at in range(len(said)))
        return next(
            (self._names[run] for run in runs if run.count(" ") > 1 and run in self._names), None
        )

    def taken_for_a_name(self, match: Match, slots: Mapping[str, Mapping[str, Slot]]) -> str | None:
        """“show invoice 1003” shows nobody called “invoice 1003”: the trade is named instead."""
        kinds = slots[match.tool]
        named = [str(v) for name, v in match.args.items() if kinds[name].kind in REFERENCES]
        said = [word for value in named for word in tokenise(value).words]
        return next((self._names[word] for word in said if word in self._names), None)
