"""What was measured, as JSON and as a table for people."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

START, END = "<!-- bench -->", "<!-- /bench -->"


@dataclass(frozen=True)
class Figure:
    """One figure. `goal` is the most it may be, or with `sense` "least" the least; without one it is only told."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    sense: Literal["most", "least"] = "most"
    samples: int = 1

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.sense == "most" else self.value >= self.goal

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return {
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "goal": self.goal,
            "sense": self.sense if self.goal is not None else None,
            "holds": self.holds,
            "samples": self.samples,
        }


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` of them do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def timings(name: str, seconds: Sequence[float], *, goal_p95: float | None = None) -> list[Figure]:
    """The median and the 95th percentile, in milliseconds."""
    count = len(seconds)
    return [
        Figure(f"{name}, median", statistics.median(seconds) * 1000, "ms", samples=count),
        Figure(f"{name}, p95", percentile(seconds, 0.95) * 1000, "ms", goal_p95, samples=count),
    ]


def rounded(value: float) -> float:
    """Three digits that matter."""
    return round(value, max(0, 2 - math.floor(math.log10(abs(value))))) if value else 0.0


def table(figures: Sequence[Figure], machine: dict[str, Any]) -> str:
    """A Markdown table, with what it was measured on."""
    lines = ["| | measured | goal |", "|---|---:|---:|"]
    for each in figures:
        sign = "≤" if each.sense == "most" else "≥"
        goal = f"{sign} {each.goal:g} {each.unit}" if each.goal is not None else ""
        lines.append(f"| {each.name} | {_shown(each)} | {goal} |")
    lines += [
        "",
        f"On {machine['cpus']} cores ({machine['processor']}), Python {machine['python']},",
    ]
    lines[-1] += f" SQLite {machine['sqlite']}, load average {machine['load']} while it ran;"
    lines[-1] += f" a plain loop of a million additions took {machine['million_additions_ms']} ms."
    return "\n".join(lines)


def _shown(figure: Figure) -> str:
    value = rounded(figure.value)
    return f"{value:g} {figure.unit}".strip()


def put_into(readme: Path, text: str) -> None:
    """Replace what stands between the marks. A README without them stays as it is."""
    content = readme.read_text(encoding="utf-8")
    before, mark, rest = content.partition(START)
    if not mark:
        return
    _, end, after = rest.partition(END)
    after = after if end else rest
    readme.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
