"""What one firm taught, on top of what was learnt for all: sentences like a taught one lean to its tool."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from agent.models.offline.features import features
from agent.models.offline.lessons import Lesson
from agent.models.offline.ranking import Ranked
from agent.models.offline.templates import TEXT

NEAR_AT = 0.5
"""The likeness (a cosine, between 0 and 1) from which a taught sentence has a say."""
CONTAINED_AT = 0.6
"""The share of a taught sentence from which it may be the same one with other words in its free places."""
STRENGTH = 6.0
"""How much likeness changes the odds at most, as a logarithm."""
NEAR_MOST = 0.9
"""Likeness alone is enough for a look-up, never for an action: that is offered first and has to be chosen again."""
SURE = 0.999
"""The chance of the tool when the very sentence was taught: a phrase that fits by accident gives way to it."""
_FEW = 4
_LEAST = 1e-6


class Overlay:
    """Taught sentences, found by the features that they share with a sentence. Never changed once it is made."""

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        """`lessons`, the newest first: of equal words the newest counts."""
        newest: dict[tuple[str, ...], Lesson] = {}
        for lesson in lessons:
            newest.setdefault(lesson.words, lesson)
        self._lessons = list(newest.values())
        self._sizes: list[int] = []
        self._having: dict[int, list[int]] = defaultdict(list)
        for place, words in enumerate(newest):
            found = _features(words)
            self._sizes.append(len(found))
            for feature in found:
                self._having[feature].append(place)

    def __len__(self) -> int:
        return len(self._lessons)

    def near(self, words: Sequence[str], offered: frozenset[str]) -> list[tuple[Lesson, float]]:
        """Taught sentences that are most like this one, or most of which it has, with how alike they are.

        At most a few, the likest first, and only of tools that are offered.
        """
        if not self._lessons:
            return []
        wanted = _features(words)
        shared = Counter[int]()
        for feature in wanted:
            shared.update(self._having.get(feature, ()))
        found = [
            (self._lessons[place], likeness)
            for place, count in shared.items()
            if self._lessons[place].tool in offered
            and (
                (likeness := count / math.sqrt(self._sizes[place] * len(wanted))) >= NEAR_AT
                or count >= CONTAINED_AT * self._sizes[place]
            )
        ]
        return sorted(found, key=lambda pair: -pair[1])[:_FEW]


def leaning(ranked: Sequence[Ranked], near: Iterable[tuple[Lesson, float]]) -> list[Ranked]:
    """The chances, with more for tools that were taught for sentences like this one."""
    pull: dict[str, float] = {}
    for lesson, likeness in near:
        share = (likeness - NEAR_AT) / (1 - NEAR_AT)
        if share > pull.get(lesson.tool, 0.0):
            pull[lesson.tool] = share
    if not pull:
        return list(ranked)
    before = {each.tool: each.chance for each in ranked}
    weighed = before | {
        tool: max(before.get(tool, 0.0), _LEAST) * math.exp(STRENGTH * share)
        for tool, share in pull.items()
    }
    total = sum(weighed.values())
    most = {tool: max(NEAR_MOST, before.get(tool, 0.0)) for tool in pull}
    return _sorted({t: min(chance / total, most.get(t, 1.0)) for t, chance in weighed.items()})


def certain(ranked: Sequence[Ranked], tool: str) -> list[Ranked]:
    """The chances when the very sentence was taught for `tool`."""
    rest = sum(each.chance for each in ranked if each.tool != tool) or 1.0
    chances = {each.tool: each.chance * (1 - SURE) / rest for each in ranked}
    return _sorted(chances | {tool: SURE})


def _sorted(chances: Mapping[str, float]) -> list[Ranked]:
    found = [Ranked(tool, chance) for tool, chance in chances.items()]
    return sorted(found, key=lambda ranked: -ranked.chance)


def _features(words: Sequence[str]) -> set[int]:
    """Of masked words. Free text says nothing about what is asked."""
    return features([word for word in words if word != TEXT])
