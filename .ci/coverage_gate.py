"""Fails when the branches that decide about money and effects are not covered by the tests."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

FLOOR = 90.0
GATE = "agent/gate/"
RULES = ("rules.py", "service.py")


def branches(summary: dict[str, int]) -> tuple[int, int]:
    """Covered and all branches; a file without any is judged by its statements."""
    if summary["num_branches"]:
        return summary["covered_branches"], summary["num_branches"]
    return summary["covered_lines"], summary["num_statements"]


def figures(files: dict[str, dict[str, dict[str, int]]]) -> Iterator[tuple[str, float]]:
    """The gate as a whole, then each file of rules and each service, in percent."""
    gate = [branches(report["summary"]) for name, report in files.items() if name.startswith(GATE)]
    if gate:
        yield GATE, percent(sum(covered for covered, _ in gate), sum(every for _, every in gate))
    for name, report in sorted(files.items()):
        if Path(name).name in RULES:
            yield name, percent(*branches(report["summary"]))


def percent(covered: int, every: int) -> float:
    return 100.0 * covered / every if every else 100.0


def main() -> int:
    report = json.loads(Path(sys.argv[1]).read_text())
    found = list(figures(report["files"]))
    if not found:
        print("No gate, no rules and no services in the report: it measured something else.")  # noqa: T201
        return 1
    low = [name for name, figure in found if figure < FLOOR]
    print(f"Branch coverage, at least {FLOOR:.0f} % of each:")  # noqa: T201
    for name, figure in found:
        print(f"  {figure:5.1f} %  {name}{'  <- too low' if name in low else ''}")  # noqa: T201
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
