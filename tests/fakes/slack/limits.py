"""Says where blocks and views go over the lengths and counts of Slack's documentation."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.fakes.slack.tree import is_array, is_object, objects, strings

Json = dict[str, Any]

TEXTS: dict[str, dict[str, int]] = {
    "actions": {"block_id": 255},
    "alert": {"text": 200, "block_id": 255},
    "button": {"text": 75, "value": 2_000, "url": 3_000, "accessibility_label": 75},
    "card": {"title": 150, "subtitle": 150, "body": 200, "block_id": 255},
    "context": {"block_id": 255},
    "header": {"text": 150, "block_id": 255},
    "home": {"private_metadata": 3_000, "callback_id": 255, "external_id": 255},
    "icon_button": {"text": 75, "value": 2_000, "accessibility_label": 75},
    "image": {"alt_text": 2_000, "title": 2_000, "image_url": 3_000, "block_id": 255},
    "input": {"label": 2_000, "hint": 2_000, "block_id": 255},
    "markdown": {"text": 12_000, "block_id": 255},
    "modal": {
        "title": 24,
        "submit": 24,
        "close": 24,
        "private_metadata": 3_000,
        "callback_id": 255,
        "external_id": 255,
    },
    "section": {"text": 3_000, "block_id": 255},
    "video": {"title": 200, "description": 200, "author_name": 50, "block_id": 255},
}
EVERYWHERE = {"action_id": 255, "block_id": 255, "placeholder": 150}
INSIDE: dict[str, dict[str, int]] = {
    "confirm": {"title": 100, "text": 300, "confirm": 30, "deny": 30},
    "fields": {"text": 2_000},
    "negative_button": {"text": 75, "value": 2_000},
    "option_groups": {"label": 75},
    "options": {"text": 75, "value": 150, "description": 75, "url": 3_000},
    "positive_button": {"text": 75, "value": 2_000},
}
"""Of objects that have no type of their own, by the name they stand under."""
COUNTS: dict[str, dict[str, tuple[int, int]]] = {
    "actions": {"elements": (1, 25)},
    "carousel": {"elements": (1, 10)},
    "checkboxes": {"options": (1, 10)},
    "context": {"elements": (1, 10)},
    "context_actions": {"elements": (1, 5)},
    "multi_static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "overflow": {"options": (1, 5)},
    "plan": {"tasks": (1, 50)},
    "radio_buttons": {"options": (1, 10)},
    "section": {"fields": (1, 10)},
    "static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "table": {"rows": (1, 100), "column_settings": (0, 20)},
}
ONE_OF: dict[str, tuple[str, ...]] = {
    "card": ("hero_image", "title", "actions", "body"),
    "multi_static_select": ("options", "option_groups"),
    "section": ("text", "fields"),
    "static_select": ("options", "option_groups"),
}
MARKDOWN = 12_000
"""For all markdown of one message together."""
ALL_TEXT = 13_200
"""Undocumented: github.com/slackapi/bolt-js/issues/2509 met `msg_blocks_too_long` about here."""


def block_faults(blocks: list[Json], at: str, *, most: int) -> list[str]:
    """What is over a limit in the blocks of one message (50 of them) or view (100)."""
    faults = (
        [f"no more than {most} items allowed [json-pointer:{at}]"] if len(blocks) > most else []
    )
    for index, block in enumerate(blocks):
        for pointer, part in objects(block, f"{at}/{index}"):
            faults += _faults_of(part, pointer)
        faults += _twice(strings(block, "action_id"), "action_id", f"{at}/{index}")
    faults += _twice((b["block_id"] for b in blocks if "block_id" in b), "block_id", at)
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > MARKDOWN:
        faults.append(
            f"markdown blocks must have no more than {MARKDOWN} together [json-pointer:{at}]"
        )
    return [f"[ERROR] {fault}" for fault in faults]


def view_faults(view: Json) -> list[str]:
    """The same of a whole view, and what only views must keep to."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    faults = [f"[ERROR] {fault}" for fault in _texts(view, TEXTS[view["type"]], "/view")]
    if view["type"] == "modal" and inputs and "submit" not in view:
        faults.append("[ERROR] `submit` is required with input blocks [json-pointer:/view/submit]")
    if any(block["type"] in ("markdown", "table", "plan", "task_card") for block in view["blocks"]):
        faults.append("[ERROR] a block that only messages may have [json-pointer:/view/blocks]")
    return faults + block_faults(view["blocks"], "/view/blocks", most=100)


def size_of(blocks: list[Json]) -> int:
    """The characters of all texts together."""
    return sum(len(text) for text in strings(blocks, "text"))


def _faults_of(part: Json, at: str) -> Iterator[str]:
    kind = part.get("type", "")
    yield from _texts(part, {**EVERYWHERE, **TEXTS.get(kind, {})}, at)
    yield from _counts(part, COUNTS.get(kind, {}), at)
    if kind in ONE_OF and not any(name in part for name in ONE_OF[kind]):
        yield f"missing one of {', '.join(ONE_OF[kind])} [json-pointer:{at}]"
    if kind in ("plain_text", "mrkdwn") and not part.get("text"):
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    for name, limits in INSIDE.items():
        for pointer, inner in _inside(part, name, at):
            yield from _texts(inner, limits, pointer)


def _inside(part: Json, name: str, at: str) -> Iterator[tuple[str, Json]]:
    """The objects right under a name: the one, or those of a list."""
    value = part.get(name)
    if is_array(value):
        yield from ((f"{at}/{name}/{index}", each) for index, each in enumerate(value))
    elif is_object(value) and value.get("type") != "plain_text":
        yield f"{at}/{name}", value


def _counts(part: Json, counts: dict[str, tuple[int, int]], at: str) -> Iterator[str]:
    for name, (least, most) in counts.items():
        if name in part and not least <= len(part[name]) <= most:
            yield f"must have {least} to {most} items [json-pointer:{at}/{name}]"


def _texts(part: Json, limits: dict[str, int], at: str) -> Iterator[str]:
    for name, most in limits.items():
        value = part.get(name)
        text = value.get("text") if is_object(value) else value
        if isinstance(text, str) and len(text) > most:
            yield f"must be less than {most + 1} characters [json-pointer:{at}/{name}]"


def _twice(ids: Iterable[str], name: str, at: str) -> list[str]:
    seen: set[str] = set()
    again = [id for id in ids if id in seen or seen.add(id)]
    return [f"`{name}` {json.dumps(id)} already exists [json-pointer:{at}]" for id in again]
