"""Finds what can be pressed or filled in, and what Slack's clients make of it."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.tree import objects

Json = dict[str, Any]

OPTION = dict.fromkeys(
    ("static_select", "external_select", "radio_buttons", "overflow"), "selected_option"
)
OPTIONS = dict.fromkeys(
    ("checkboxes", "multi_static_select", "multi_external_select"), "selected_options"
)
TYPED = dict.fromkeys(
    ("plain_text_input", "email_text_input", "url_text_input", "number_input"), "value"
)
SEVERAL = {"multi_users_select": "selected_users", "file_input": "files"}
SINGLE = {
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "datetimepicker": "selected_date_time",
    "timepicker": "selected_time",
    "users_select": "selected_user",
}
"""Where each kind of element keeps what was filled in."""


@dataclass(frozen=True)
class Element:
    """Something with an action_id, as somebody saw it: a later change of the message does not reach it."""

    block_id: str
    action_id: str
    kind: str
    given: Json

    def action(self, value: Any, at: str) -> Json:
        """The entry in `actions` for what was pressed or chosen."""
        told = {"block_id": self.block_id, "action_id": self.action_id, "action_ts": at}
        if self.kind == "feedback_buttons":
            return {**told, "type": self.kind, "value": value, "text": self._said(value)}
        if self.kind in ("button", "icon_button", "workflow_button"):
            pressed = {
                n: v for n, v in self.given.items() if n in ("value", "text", "url", "style")
            }
            return {**told, "type": self.kind, **pressed}
        return {**told, **self.state(value)}

    def state(self, value: Any) -> Json:
        """The entry in `state.values` for what was filled in, in the form of the element."""
        if self.kind in OPTION:
            told: Any = self._option(value)
        elif self.kind in OPTIONS:
            chosen: list[Any] = value or []
            told = [self._option(one) for one in chosen]
        elif self.kind in TYPED:
            told = None if value is None else str(value)
        else:
            told = list(value or []) if self.kind in SEVERAL else value
        names = {**OPTION, **OPTIONS, **TYPED, **SEVERAL, **SINGLE}
        assert self.kind in names, f"nobody can fill in a {self.kind}"
        return {"type": self.kind, names[self.kind]: told}

    @property
    def initial(self) -> Any:
        """What stands in it before anybody touches it."""
        if "initial_options" in self.given:
            return [option["value"] for option in self.given["initial_options"]]
        if "initial_option" in self.given:
            return self.given["initial_option"]["value"]
        names = ("value", "date", "time", "date_time", "user", "users", "conversation", "channel")
        return next(
            (self.given[f"initial_{n}"] for n in names if f"initial_{n}" in self.given), None
        )

    @property
    def options(self) -> list[Json]:
        """Those that can be chosen, of all groups."""
        grouped = [o for group in self.given.get("option_groups", []) for o in group["options"]]
        return [*self.given.get("options", []), *grouped]

    def _option(self, value: Any) -> Json | None:
        if value is None or self.kind.endswith("external_select"):
            return value
        options = {option["value"]: option for option in self.options}
        assert value in options, f"{self.action_id} offers {[*options]}, not {value!r}"
        return options[value]

    def _said(self, value: Any) -> Json:
        sides = [self.given["positive_button"], self.given["negative_button"]]
        values = {side["value"]: side["text"] for side in sides}
        assert value in values, f"{self.action_id} offers {[*values]}, not {value!r}"
        return values[value]


def elements(blocks: list[Json]) -> list[Element]:
    """Everything with an action_id, in the order of the blocks."""
    return [
        Element(block["block_id"], part["action_id"], part["type"], part)
        for block in blocks
        for _, part in objects(block)
        if "action_id" in part
    ]


def find(blocks: list[Json], wanted: str) -> Element:
    """The element with that action_id, else the one whose text it is."""
    present = elements(blocks)
    named = [e for e in present if e.action_id == wanted] or [
        e for e in present if _says(e, wanted)
    ]
    assert named, f"nothing here is {wanted!r}, only {[e.action_id for e in present]}"
    assert len(named) == 1, f"{wanted!r} is here {len(named)} times"
    return named[0]


def inputs(blocks: list[Json]) -> list[tuple[Json, Element]]:
    """The input blocks of a modal with their elements."""
    return [(block, elements([block])[0]) for block in blocks if block["type"] == "input"]


def _says(element: Element, wanted: str) -> bool:
    return element.given.get("text", {}).get("text") == wanted
