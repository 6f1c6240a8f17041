"""Puts the embedded model together from phrases and tools, with weights as new as there are."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from agent.models.offline.counting import count
from agent.models.offline.doubts import Doubts
from agent.models.offline.filling import Chains
from agent.models.offline.grammar import Grammar, phrases_of
from agent.models.offline.learning import SHIPPED, key_for, learn, learnt, material
from agent.models.offline.phrases import Phrasebook, own_lines
from agent.models.offline.planning import Planner
from agent.models.offline.reading import Reader
from agent.models.offline.weights import Weights
from tools.slot import Slot


class Understanding:
    """A planner, and what it takes to teach it: built once, taught again where its weights are of other phrases."""

    def __init__(
        self,
        book: Phrasebook,
        *,
        slots: Mapping[str, Mapping[str, Slot]],
        kinds: Mapping[str, Literal["lookup", "action"]],
        later: Mapping[str, tuple[str, ...]],
        doubts: Doubts | None = None,
        cache: Path | None = None,
        start: Path | None = SHIPPED,
    ) -> None:
        self._start = start
        self._book = book
        self._slots = slots
        self._cache = cache
        self._key = key_for(book, slots)
        grammar = Grammar(book.words, slots)
        self.planner = Planner(grammar=grammar, kinds=kinds, later=later, doubts=doubts)
        places = [SHIPPED] if cache is None else [cache, SHIPPED]
        self._use(learnt(self._key, *places) or Weights.load(SHIPPED))

    @property
    def stale(self) -> bool:
        """The weights are of other phrases than these: what they know still serves, what is new is not known."""
        return self._weights is None or self._weights.key != self._key

    def refresh(self) -> bool:
        """Learn these phrases, in another process, and use what it learnt; False when it could not. Takes seconds."""
        if self._cache is None:
            return False
        told = material(self._book, self._slots)
        weights = learn(told, self._key, self._cache, start=self._start)
        if weights is not None:
            self._use(weights)
        return weights is not None

    def refresh_behind(self) -> None:
        """Have stale weights learnt anew while what is known already serves."""
        if self.stale:
            threading.Thread(target=self.refresh, name="friday-learning", daemon=True).start()

    def _use(self, weights: Weights | None) -> None:
        self._weights = weights
        if weights is None:
            self.planner.reads_with(None)
            return
        kinds = self.planner.kinds
        lookups = frozenset(tool for tool, kind in kinds.items() if kind == "lookup")
        grammar = self.planner.grammar
        self.planner.reads_with(Reader(weights, self._chains(weights), grammar, lookups))

    def _chains(self, weights: Weights) -> Chains:
        if not self.stale:
            return Chains(weights.counts, self._slots)
        # Another installation's counts know nothing of these tools' arguments: their own few phrases do.
        own = [
            phrase
            for tool, text in own_lines(self._book.words)
            if tool in self._slots
            for phrase in phrases_of(tool, text, self._slots[tool])
        ]
        return Chains(count(own), self._slots)
