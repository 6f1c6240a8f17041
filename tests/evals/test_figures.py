"""Figures are counted and shown as they are, and only replace what stands between the marks."""

from pathlib import Path

from evals.bench.figures import Figure, percentile, put_into, rounded, table, timings
from evals.bench.machine import describe

MACHINE = {
    "cpus": 2,
    "processor": "One",
    "python": "3.13.0",
    "sqlite": "3.50.0",
    "load": "0.1–0.9",
    "million_additions_ms": "40–45",
}


def test_the_percentile_is_a_sample_that_enough_do_not_exceed() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert percentile([7.0], 0.95) == 7


def test_a_goal_is_met_from_its_own_side() -> None:
    assert Figure("turn", 24, "ms", 25).holds is True
    assert Figure("turns", 79, "", 80, "least").holds is False
    assert Figure("told", 1, "ms").holds is None


def test_timings_are_milliseconds_with_the_goal_on_the_p95() -> None:
    middle, worst = timings("turn", [0.001, 0.002, 0.003], goal_p95=25)

    assert (middle.value, middle.goal) == (2, None)
    assert (worst.value, worst.goal, worst.samples) == (3, 25, 3)


def test_three_digits_are_told() -> None:
    assert [rounded(n) for n in (0, 0.012345, 1.23456, 123.456, 98765)] == [
        0,
        0.0123,
        1.23,
        123,
        98765,
    ]


def test_the_table_stands_between_the_marks_of_the_readme(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("above\n<!-- bench -->\nold\n<!-- /bench -->\nbelow\n", encoding="utf-8")

    put_into(readme, table([Figure("chat turn, p95", 12.34, "ms", 25)], MACHINE))

    told = readme.read_text(encoding="utf-8")
    assert "| chat turn, p95 | 12.3 ms | ≤ 25 ms |" in told
    assert "old" not in told
    assert told.startswith("above\n<!-- bench -->\n")
    assert told.endswith("\n<!-- /bench -->\nbelow\n")


def test_a_readme_without_an_end_mark_gets_one(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("above\n<!-- bench -->\n\nbelow\n", encoding="utf-8")

    put_into(readme, "new")

    assert (
        readme.read_text(encoding="utf-8")
        == "above\n<!-- bench -->\nnew\n<!-- /bench -->\n\nbelow\n"
    )


def test_the_machine_is_described_without_its_name() -> None:
    assert describe().keys() == {
        "cpus",
        "processor",
        "memory",
        "system",
        "python",
        "sqlite",
        "load",
        "million_additions_ms",
    }
