"""Cards as Block Kit: every value is typed text, so that nothing in it is read as a link, a mention or markup."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import json
from collections.abc import Iterable, Sequence
from typing import assert_never

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    HeaderBlock,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
    TableBlock,
)

from agent.channels.slack.texts import BUTTON, HEADER, cut, plain
from agent.channels.slack.words import Language, status, word
from tools.cards import (
    Card,
    ChartCard,
    ChoicesCard,
    FactsCard,
    FileCard,
    FormCard,
    Line,
    Option,
    ProposalCard,
    TableCard,
    TimelineCard,
)

MOST = 48
"""Blocks of a message that we use; Slack takes 50."""
_ROWS, _COLUMNS, _CELL, _TYPED = 90, 20, 300, 2_800
_CHOICES = 20
_AROUND_A_CELL = len('{"type": "raw_text", "text": ""}, ')
_MESSAGE = 12_000
"""Characters of all blocks: above about 13,200 Slack refuses a message (msg_blocks_too_long)."""


def blocks_of(card: Card, language: Language, *, address: str = "") -> list[Block]:
    """Any card but a proposal's buttons; `address` stands before links of the server."""
    match card:
        case TableCard():
            return _table(card, language)
        case ProposalCard():
            return proposal(card, language)
        case FileCard():
            return [SectionBlock(text=plain(f"{card.title}: {address}{card.href}"))]
        case ChoicesCard():
            return [*_titled(card.title), *choices(card.options)]
        case _:
            return [*_titled(card.title), *_typed(_told(card, language))]


def _told(card: FactsCard | TimelineCard | ChartCard | FormCard, language: Language) -> list[str]:
    """The lines of a card that is lines under a title."""
    match card:
        case FactsCard():
            return _lines(card.lines, language)
        case TimelineCard():
            return [f"{m.at}  {m.title}  {m.text}".rstrip() for m in card.moments]
        case ChartCard():
            return _bars(card)
        case FormCard():
            return [f"• {each.label}" for each in card.fields]
        case _:
            assert_never(card)


def proposal(card: ProposalCard, language: Language) -> list[Block]:
    """What would happen, what is doubtful about it, how it stands, and the buttons that its reader has."""
    told = _lines(card.preview.lines, language)
    if card.preview.recipients:
        told.append(f"{word('to', language)}: " + ", ".join(card.preview.recipients))
    doubts = [f"⚠ {warning}" for warning in card.preview.warnings]
    doubts += [
        f"⚠ {each.label} = “{each.value}”. {word('red', language)}. {each.excerpt}"
        for each in card.red
    ]
    doubts += [f"{each.label}: {each.before} → {each.value}" for each in card.moved]
    doubts += [card.problem] if card.problem else []
    shown: list[Block] = [
        *_titled(card.preview.title),
        *_typed(told),
        *(SectionBlock(text=plain(doubt)) for doubt in doubts),
        ContextBlock(elements=[plain(_foot(card, language))]),
    ]
    if is_cut(shown):
        # Nobody says yes here to what they cannot see.
        shown.insert(1, SectionBlock(text=plain(word("too_long", language))))
        card = card.model_copy(update={"decidable": False})
    return fitting([*shown, *_buttons(card, language)])


def summary(card: ProposalCard, language: Language) -> list[Block]:
    """A proposal in an open channel: that it is there, how it stands, and a button to see the rest alone."""
    waits = card.status == "pending"
    told = word("hidden", language) if waits else status(card.status, language)
    return [
        SectionBlock(text=plain(told)),
        ActionsBlock(elements=[button("show", word("show", language), card.id, card.version)]),
    ]


def choices(options: Sequence[Option]) -> list[Block]:
    """Buttons that say their label in the conversation."""
    elements = [
        ButtonElement(
            text=plain(option.label, BUTTON),
            action_id=f"friday_say_{place}",
            value=cut(option.label, 1_900),
        )
        for place, option in enumerate(options[:_CHOICES])
    ]
    return [ActionsBlock(elements=elements)] if elements else []


def good_or_bad(turn_id: str, language: Language) -> Block:
    """Whether an answer was any good."""
    good, bad = (
        FeedbackButtonObject(text=plain(word(name, language), BUTTON), value=f"{name}:{turn_id}")
        for name in ("good", "bad")
    )
    element = FeedbackButtonsElement(
        action_id="friday_feedback", positive_button=good, negative_button=bad
    )
    return ContextActionsBlock(elements=[element])


def button(
    action: str,
    label: str,
    id: str,
    version: int,
    *,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button about a proposal. Its value is the id and the version, never what would be done."""
    return ButtonElement(
        text=plain(label, BUTTON),
        action_id=f"friday_{action}",
        value=json.dumps({"id": id, "v": version}),
        style=style,
        confirm=confirm,
    )


def _buttons(card: ProposalCard, language: Language) -> list[Block]:
    elements: list[ButtonElement] = []
    for action in _actions(card):
        style = {"approve": "primary", "deny": "danger"}.get(action)
        # With something doubtful a dialog asks for more than a click.
        sure = action == "approve" and not (card.red or card.typed)
        confirm = _confirm(card, language) if sure else None
        label = word(action, language)
        elements.append(button(action, label, card.id, card.version, style=style, confirm=confirm))
    return [ActionsBlock(elements=elements)] if elements else []


def _actions(card: ProposalCard) -> list[str]:
    if card.status != "pending":
        back = any(option.tool == "undo" for option in card.options)
        again = card.own and card.status in ("stale", "expired", "failed", "cancelled")
        return ["again"] if again else ["undo"] if back else []
    decides, own = card.decidable, card.own
    offered = {"approve": decides, "edit": decides or own, "deny": decides, "withdraw": own}
    return [action for action, may in offered.items() if may]


def _confirm(card: ProposalCard, language: Language) -> ConfirmObject:
    return ConfirmObject(
        title=plain(word("sure", language), 100),
        text=plain(card.preview.title, 300),
        confirm=plain(word("approve", language), 30),
        deny=plain(word("no", language), 30),
    )


def _foot(card: ProposalCard, language: Language) -> str:
    parts = [status(card.status, language)]
    if card.status == "pending" and card.expires_shown:
        parts.append(word("expires", language, when=card.expires_shown))
    parts += [card.decides] if card.decides else []
    return " · ".join(parts)


def _titled(title: str) -> list[Block]:
    if len(title) <= HEADER:
        return [HeaderBlock(text=plain(title, HEADER))]
    return [SectionBlock(text=plain(title))]


def _typed(lines: Iterable[str]) -> list[Block]:
    """Lines in preformatted text, which Slack shows as it is; what is long goes on in another block."""
    found: list[Block] = []
    kept = ""
    for line in [*(part for whole in lines for part in _parts(whole)), ""]:
        if kept and (len(kept) + len(line) > _TYPED or not line):
            part = RichTextElementParts.Text(text=kept)
            found.append(RichTextBlock(elements=[RichTextPreformattedElement(elements=[part])]))
            kept = ""
        kept = f"{kept}\n{line}" if kept else line
    return found


def _parts(line: str) -> list[str]:
    return [line[at : at + _TYPED] for at in range(0, len(line), _TYPED)]


def fitting(blocks: Sequence[Block]) -> list[Block]:
    """As many as a message takes, and always the buttons at its end."""
    if len(blocks) <= MOST and sum(map(_size, blocks)) <= _MESSAGE:
        return list(blocks)
    last = [blocks[-1]] if isinstance(blocks[-1], ActionsBlock) else []
    kept, size = list[Block](), sum(map(_size, last))
    for block in blocks[: len(blocks) - len(last)]:
        size += _size(block)
        if len(kept) + len(last) + 1 >= MOST or size > _MESSAGE:
            kept.append(ContextBlock(elements=[plain("…")]))
            break
        kept.append(block)
    return [*kept, *last]


def is_cut(blocks: Sequence[Block]) -> bool:
    """Whether `fitting` leaves something out: then nobody may say yes to what they cannot see."""
    return len(blocks) > MOST or sum(map(_size, blocks)) > _MESSAGE


def _size(block: Block) -> int:
    """Characters, roughly: of a table without what surrounds its cells."""
    told = json.dumps(block.to_dict(), ensure_ascii=False)
    return len(told) - _AROUND_A_CELL * told.count('"raw_text"')


def _lines(lines: Sequence[Line], language: Language) -> list[str]:
    return [_line(line, language) for line in lines]


def _line(line: Line, language: Language) -> str:
    value = line.value if line.before is None else f"{line.before} → {line.value}"
    whose = (
        f" ({word(line.source, language)})" if line.source in ("customer", "third_party") else ""
    )
    return f"{line.label}: {value}{whose}" if line.label else f"{value}{whose}"


def _table(card: TableCard, language: Language) -> list[Block]:
    shown = card.rows[: _rows_that_fit(card)]
    total = card.total if card.total is not None else len(card.rows)
    title = card.title
    if total > len(shown):
        title += f" ({word('of', language, shown=len(shown), total=total)})"
    texts = [list(card.columns), *([cell.text for cell in row] for row in shown)]
    rows = [[_cell(text) for text in row[:_COLUMNS]] for row in texts]
    return [*_titled(title), TableBlock(rows=rows)] if shown else _titled(title)


def as_lines(card: Card, language: Language) -> list[Block]:
    """The same without a table, which only messages may have: each row is a line."""
    if not isinstance(card, TableCard):
        return blocks_of(card, language)
    rows = [" · ".join(cell.text for cell in row if cell.text) for row in card.rows[:_ROWS]]
    return _typed(rows)


def _rows_that_fit(card: TableCard) -> int:
    size = 0
    for place, row in enumerate(card.rows[:_ROWS]):
        size += sum(min(len(cell.text), _CELL) for cell in row)
        if size > _MESSAGE // 2:
            return place
    return _ROWS


def _cell(text: str) -> dict[str, str]:
    return {"type": "raw_text", "text": cut(text.strip() or "–", _CELL)}


def _bars(card: ChartCard) -> list[str]:
    most = max([1, *(point.value for point in card.points)])
    wide = max([0, *(len(point.label) for point in card.points)])
    return [
        f"{point.label:<{wide}}  {'█' * round(20 * point.value / most)} {point.shown}"
        for point in card.points
    ]
