"""What was measured, for people: a table, what was skipped, and which tools were mixed up most."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from evals.nlu.confusing import Confusion, confusions
from evals.nlu.measuring import Figures, Measured

MOST = 8
"""Pairs shown: whoever wants all of them asks for JSON."""


def draw(measured: Measured, console: Console) -> None:
    """The rows of the file, then the authors that were left out."""
    console.print(_figures(measured.source, measured.columns()))
    console.print(_ready(measured), markup=False)
    for each in measured.skipped:
        console.print(f"Skipped row {each.row}, “{each.text}”: {each.why}.", markup=False)
    _pairs(measured.confusions(), console)
    if not measured.left_out:
        return
    voices = {one.voice: one.played.figures(measured.kinds) for one in measured.left_out}
    table = _figures("each author left out", voices | measured.together.by_language(measured.kinds))
    table.add_row("learnt in, s", *(f"{one.fit_seconds:.0f}" for one in measured.left_out))
    console.print(table)
    _pairs(confusions(measured.together.verdicts), console)


def _ready(measured: Measured) -> str:
    learnt = "with what is shipped" if measured.fit_seconds is None else "after learning"
    took = "" if measured.fit_seconds is None else f", {measured.fit_seconds:.1f} s"
    return f"Ready in {measured.ready_seconds:.2f} s {learnt}{took}."


def _pairs(found: Iterable[Confusion], console: Console) -> None:
    for each in list(found)[:MOST]:
        console.print(
            f"{each.tool} taken for {each.taken_for}: {each.rows} of {each.of}", markup=False
        )


def _figures(title: str, columns: Mapping[str, Figures]) -> Table:
    """A column for each."""
    table = Table("", *columns, title=title)
    each = list(columns.values())
    table.add_row("rows", *(str(one.rows) for one in each))
    table.add_row("right first, %", *(_percent(one.top1) for one in each))
    table.add_row("among the first three, %", *(_percent(one.top3) for one in each))
    table.add_row("arguments right, %", *(_percent(one.slots) for one in each))
    table.add_row("arguments nobody said", *(str(one.extra) for one in each))
    table.add_row("wrong action begun, %", *(_percent(one.wrong_actions) for one in each))
    table.add_row("nothing asked, yet acted, %", *(_percent(one.acted_on_nothing) for one in each))
    table.add_row("got there, with buttons, %", *(_percent(one.reached) for one in each))
    table.add_row("ms, p50", *(f"{one.p50:.1f}" for one in each))
    table.add_row("ms, p95", *(f"{one.p95:.1f}" for one in each))
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}"
