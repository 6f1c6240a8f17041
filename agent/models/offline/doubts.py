"""When a sentence is too doubtful to be acted on without asking, and what a button may not teach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agent.models.offline.asking import denies, doubtful
from agent.models.offline.grammar import Match
from agent.models.offline.phrases import ToolWords
from agent.models.offline.reading import Reading
from tools.slot import Slot

Kinds = Mapping[str, Literal["lookup", "action"]]
_NARROWING = frozenset({"choice", "city"})
"""Kinds of arguments that leave out all records but some."""


def denying(words: Mapping[str, ToolWords]) -> frozenset[str]:
    """The tools that somebody may ask for with a “not”."""
    return frozenset(
        tool for tool, each in words.items() if any(denies(phrase) for phrase in each.phrases())
    )


@dataclass(frozen=True)
class Doubts:
    """What there is to doubt about which tools.

    `at_once` are those whose effect may come without a card, and how: by themselves, or even while the firm is
    frozen. `denying` are those with phrases that say “not” themselves, such as taking something back.
    """

    at_once: Mapping[str, Literal["auto", "instant"]] = field(
        default_factory=dict[str, Literal["auto", "instant"]]
    )
    denying: frozenset[str] = frozenset()

    def takes_back(self, match: Match) -> bool:
        """Whether a phrase fits that says “not” because that is what the tool does: “husk ikke længere at …”."""
        return match.tool in self.denying and match.tool in self.at_once and match.weight >= 1

    def asks_first(
        self, text: str, best: Match | Reading, slots: Mapping[str, Slot], kinds: Kinds
    ) -> bool:
        """Whether a button is better than doing it: an effect that may not be meant, or the opposite of an answer."""
        return self._holds_back(text, best, slots) or self._turns_round(text, best, slots, kinds)

    def _holds_back(self, text: str, best: Match | Reading, slots: Mapping[str, Slot]) -> bool:
        """Whether to ask first: “booking 34 is not done”, “can I freeze everything?”."""
        if best.tool not in self.at_once:
            return False
        if isinstance(best, Match) and self.takes_back(best):
            return False
        dictated = " ".join(str(v) for name, v in best.args.items() if slots[name].kind == "text")
        return doubtful(text, dictated)

    def _turns_round(
        self, text: str, best: Match | Reading, slots: Mapping[str, Slot], kinds: Kinds
    ) -> bool:
        """Whether a look-up would answer the opposite: “which leads are not lost” is not those that are lost."""
        if kinds.get(best.tool) != "lookup" or best.tool in self.denying:
            return False
        narrowed = [name for name in best.args if slots[name].kind in _NARROWING]
        return bool(narrowed) and denies(text)

    def may_be_taught(self, tool: str, text: str) -> bool:
        """Whether a pressed button may teach a phrase: not one that would freeze the firm, and no doubtful one."""
        return self.at_once.get(tool) != "instant" and not (
            tool in self.at_once and doubtful(text, "")
        )
