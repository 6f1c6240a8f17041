"""Which tools are taken for which: what a person who adds phrases looks at first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agent.models.offline.generating import NONE
from evals.nlu.judging import Verdict


@dataclass(frozen=True)
class Confusion:
    """`rows` of the `of` rows that mean `tool` were read as `taken_for`; "none" is what asks for nothing."""

    tool: str
    taken_for: str
    rows: int
    of: int

    @property
    def share(self) -> float:
        """Of the rows that mean the tool."""
        return self.rows / self.of

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**vars(self), "share": round(self.share, 3)}


def confusions(verdicts: Iterable[Verdict]) -> tuple[Confusion, ...]:
    """Every pair whose likeliest meaning was the wrong one, the largest share first."""
    told = list(verdicts)
    rows = Counter(_meant(verdict) for verdict in told)
    taken = Counter(
        (_meant(verdict), verdict.ranked[0] if verdict.ranked else NONE)
        for verdict in told
        if not verdict.first
    )
    found = [
        Confusion(tool, other, count, rows[tool])
        for (tool, other), count in taken.items()
        if tool != other
    ]
    return tuple(sorted(found, key=lambda one: (-one.share, one.tool, one.taken_for)))


def _meant(verdict: Verdict) -> str:
    return verdict.row.tool or NONE
