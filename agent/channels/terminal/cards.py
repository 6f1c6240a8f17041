"""Cards as text in a terminal."""

from collections.abc import Sequence
from typing import assert_never

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent.channels.terminal.words import EXPIRES, FOREIGN, OF, STATUS, WHOSE, Language
from tools.cards import (
    Card,
    ChartCard,
    ChoicesCard,
    FactsCard,
    FileCard,
    FormCard,
    Line,
    ProposalCard,
    TableCard,
    TimelineCard,
)

COLOURS = {
    "pending": "yellow",
    "approved": "cyan",
    "executing": "cyan",
    "done": "green",
    "denied": "red",
    "stale": "red",
    "failed": "red",
    "unknown": "red",
}
SAMPLES = "/samples/"


def draw(card: Card, *, address: str = "", language: Language = "en") -> RenderableType:
    """Any card; `address` stands before links of the server. Text of others is shown as it is: nothing is markup."""
    match card:
        case FactsCard():
            return _panel(card.title, _lines(card.lines, address, language))
        case TableCard():
            return _table(card, language)
        case TimelineCard():
            return _timeline(card, language)
        case ChartCard():
            return _chart(card)
        case ProposalCard():
            return proposal(card, address=address, language=language)
        case FileCard():
            href = f"{address}{card.href}"
            return Text(f"{card.title}: {href} ({card.filename}, {card.size:,} bytes)")
        case FormCard() | ChoicesCard():
            return _asked(card)
        case _:
            assert_never(card)


def proposal(card: ProposalCard, *, address: str = "", language: Language = "en") -> RenderableType:
    """A proposal: what would happen, what is red about it, and how it stands."""
    # The title stands inside, where a long one is wrapped: in the frame it would be cut.
    title = Text(card.preview.title, "bold")
    parts: list[RenderableType] = [title]
    if card.preview.lines:
        parts.append(_lines(card.preview.lines, address, language))
    if card.preview.recipients:
        parts.append(Text("→ " + ", ".join(card.preview.recipients)))
    parts += [Text(f"! {warning}", "yellow") for warning in card.preview.warnings]
    parts += [
        Text(f"! {red.label} = “{red.value}” {FOREIGN[language]}. {red.excerpt}", "bold red")
        for red in card.red
    ]
    parts += [Text(f"{moved.label}: {moved.before} → {moved.value}", "red") for moved in card.moved]
    if card.problem:
        parts.append(Text(card.problem, "red"))
    colour = COLOURS.get(card.status, "white")
    foot = STATUS.get(card.status, {}).get(language, card.status)
    if card.status == "pending" and card.expires_shown:
        foot += f" · {EXPIRES[language]} {card.expires_shown}"
    return Panel(Group(*parts), subtitle=Text(foot), border_style=colour, expand=False)


def say(console: Console, who: str, text: str, style: str) -> None:
    """One line of talk."""
    console.print(Text(f"{who}  ", f"bold {style}") + Text(text))


def _panel(title: str, inside: RenderableType) -> Panel:
    return Panel(Group(Text(title, "bold"), inside), expand=False)


def _lines(lines: Sequence[Line], address: str, language: Language) -> Table:
    grid = Table.grid(padding=(0, 2))
    for line in lines:
        before = address if line.source == "system" and line.value.startswith(SAMPLES) else ""
        whose = WHOSE.get(line.source)
        value = Text(before + line.value + (f" ({whose[language]})" if whose else ""))
        if line.before is not None:
            value = Text(line.before, "strike dim") + Text(" → ") + Text(line.value, "bold")
        grid.add_row(Text(line.label, "dim"), value)
    return grid


def _table(card: TableCard, language: Language) -> Table:
    total = card.total if card.total is not None else len(card.rows)
    shown = f"{len(card.rows)} {OF[language]} {total}" if total > len(card.rows) else str(total)
    table = Table(
        title=Text(f"{card.title} ({shown})", "bold"), title_justify="left", box=box.SIMPLE
    )
    for name in card.columns:
        table.add_column(Text(name))
    for row in card.rows:
        table.add_row(*(Text(cell.text) for cell in row))
    return table


def _timeline(card: TimelineCard, language: Language) -> Panel:
    moments = [
        Line(label=each.at, value=f"{each.title}  {each.text}", source=each.source)
        for each in card.moments
    ]
    return _panel(card.title, _lines(moments, "", language))


def _asked(card: FormCard | ChoicesCard) -> RenderableType:
    if isinstance(card, FormCard):
        return _panel(card.title, Text("\n".join(f"• {each.label}" for each in card.fields)))
    options = [f"  {number}. {each.label}" for number, each in enumerate(card.options, 1)]
    return Text("\n".join([card.title, *options]))


def _chart(card: ChartCard) -> Panel:
    most = max([1, *(point.value for point in card.points)])
    grid = Table.grid(padding=(0, 2))
    for point in card.points:
        grid.add_row(
            Text(point.label), Text("█" * round(30 * point.value / most), "cyan"), Text(point.shown)
        )
    return _panel(card.title, grid)
