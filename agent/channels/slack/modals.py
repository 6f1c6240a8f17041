"""Dialogs: editing a proposal, a reason for a no, and what a doubtful yes needs besides a click."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from agent.channels.slack.deciding import Seen
from agent.channels.slack.texts import OPTION, plain
from agent.channels.slack.words import Language, word
from tools.cards import FormCard, FormField, ProposalCard

VALUE = "value"
REASON, TYPED, CHECKED, COMMENT = "reason", "typed", "checked", "comment"
_NAMED = frozenset(("deny", "approve"))
"""Dialogs whose button says what it does."""
_LABEL, _HINT, _INPUT = 2_000, 2_000, 2_900
_MOST_OPTIONS = 100


def edit(form: FormCard, seen: Seen, language: Language) -> View:
    """The proposal's arguments in words, each in a field of its name."""
    return _modal("edit", seen, language, [_field(each) for each in form.fields if is_shown(each)])


def is_shown(field: FormField) -> bool:
    """Whether a dialog can hold it whole; a longer text, or a choice too many, is changed on the firm's page."""
    values = [each.value for each in field.options]
    if field.options:
        return len(values) <= _MOST_OPTIONS and all(len(each) <= OPTION for each in values)
    return len(field.value) <= _INPUT


def deny(seen: Seen, language: Language) -> View:
    """Why not?"""
    why = InputBlock(
        block_id=REASON,
        label=plain(word("reason", language), _LABEL),
        element=PlainTextInputElement(action_id=VALUE, multiline=True, max_length=2_000),
        optional=True,
    )
    return _modal("deny", seen, language, [why])


def feedback(turn_id: str, language: Language) -> View:
    """What was wrong with an answer."""
    comment = InputBlock(
        block_id=COMMENT,
        label=plain(word("comment", language), _LABEL),
        element=PlainTextInputElement(action_id=VALUE, multiline=True, max_length=2_000),
        optional=True,
    )
    return _modal("feedback", Seen(turn_id, 0), language, [comment])


def approve(card: ProposalCard, seen: Seen, language: Language) -> View:
    """What is red, each to be ticked, and the figure to be typed, under what would happen."""
    blocks: list[Block] = [SectionBlock(text=plain(card.preview.title))]
    for place, red in enumerate(card.red):
        told = f"{red.label} = “{red.value}”. {word('red', language)}. {red.excerpt}"
        tick = Option(text=plain(word("checked", language), OPTION), value=str(place))
        blocks.append(
            InputBlock(
                block_id=f"{CHECKED}_{place}",
                label=plain(told, _LABEL),
                element=CheckboxesElement(action_id=VALUE, options=[tick]),
            )
        )
    if card.typed:
        blocks.append(
            InputBlock(
                block_id=TYPED,
                label=plain(word("type", language, what=card.typed), _LABEL),
                element=PlainTextInputElement(action_id=VALUE, max_length=200),
            )
        )
    return _modal("approve", seen, language, blocks)


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field; a tick is "yes"."""
    found: dict[str, str] = {}
    for name, given in view["state"]["values"].items():
        element: Mapping[str, Any] = given.get(VALUE) or {}
        chosen: Mapping[str, Any] = element.get("selected_option") or {}
        ticked = "yes" if element.get("selected_options") else ""
        found[str(name)] = str(element.get("value") or chosen.get("value") or ticked)
    return found


def seen_of(view: Mapping[str, Any]) -> Seen:
    """Which proposal a dialog is about."""
    kept = json.loads(str(view["private_metadata"]))
    return Seen(str(kept["id"]), int(kept["v"]))


def _modal(kind: str, seen: Seen, language: Language, blocks: list[Block]) -> View:
    return View(
        type="modal",
        callback_id=f"friday_{kind}",
        title=plain(word(f"title_{kind}", language), 24),
        submit=plain(word(f"title_{kind}" if kind in _NAMED else "save", language), 24),
        close=plain(word("no", language), 24),
        private_metadata=json.dumps({"id": seen.id, "v": seen.version}),
        blocks=blocks,
    )


def _field(field: FormField) -> InputBlock:
    return InputBlock(
        block_id=field.name,
        label=plain(field.label, _LABEL),
        hint=plain(field.hint, _HINT) if field.hint else None,
        element=_select(field) if field.options else _input(field),
        optional=True,
    )


def _input(field: FormField) -> PlainTextInputElement:
    several = len(field.value) > 80 or "\n" in field.value
    return PlainTextInputElement(
        action_id=VALUE,
        initial_value=field.value[:_INPUT] or None,
        multiline=several,
    )


def _select(field: FormField) -> StaticSelectElement:
    options = [
        Option(text=plain(each.label, OPTION), value=each.value[:OPTION])
        for each in field.options[:_MOST_OPTIONS]
    ]
    chosen = next((each for each in options if each.value == field.value), None)
    return StaticSelectElement(action_id=VALUE, options=options, initial_option=chosen)
