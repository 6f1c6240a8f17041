"""What "her", "it" and "that booking" mean: the last person, booking or thing of that kind that was spoken of."""

import re
from collections.abc import Mapping
from typing import Any

from tools.slot import Slot
from tools.values.text import fold

Focus = Mapping[str, str]
GROUPS: dict[str, str] = {
    "customer": "person", "lead": "person", "about": "person", "note": "person",
    "booking": "booking", "service": "service", "staff": "staff", "user": "staff",
}  # fmt: skip
_MARKS = {
    "cus_": "person",
    "lea": "person",
    "bok_": "booking",
    "booking_": "booking",
    "customer_": "person",
}
"""How the ids of what can be pointed at begin."""
_OTHERS = {"lead": ("cus",), "customer": ("lea",), "booking": ("cus", "lea")}
_COUNTED = re.compile(r"\d")
"""“Number 3” may be a lead or a customer; a name stays as it was said."""
_PERSON = (
    r"(?:to |for |til |hos |with |med )?(?:her|him|them|she|he|they|his|their|hende|ham|dem|hun|han|hendes|hans|deres"
    r"|(?:that|this|the same|den|denne|samme) (?:customer|lead|person|client|kunde)|kunden|leadet|vedkommende)"
)
_THING = r"(?:it|this|that|this one|that one|the same|the last one|den|det|den der|samme|den samme|den sidste)"
_NAMED = {
    "person": rf"(?:{_PERSON}|{_THING})",
    "booking": rf"(?:{_THING}|(?:that|this|the|den|denne) (?:booking|appointment|job|tid|aftale)|bookingen|aftalen)",
    "service": _THING,
    "staff": _PERSON,
}
_POINTING = {group: re.compile(pattern) for group, pattern in _NAMED.items()}
_ANYWHERE = {
    "person": re.compile(rf"\b{_PERSON}\b"),
    "booking": re.compile(
        r"\b(?:it|that booking|this booking|that job|den|det|bookingen|aftalen)\b"
    ),
}


PRONOUNS = frozenset({"her", "him", "them", "hende", "ham", "dem"})
"""Words that stand where a person's name would stand."""
_HERS = re.compile(r"hende|hendes|ham|han|hans|her|him|his|them|their|dem|deres")
_WHOSE = re.compile(r"\b(?:his|her|their|hans|hendes|deres)\b", re.IGNORECASE)
_BEFORE_WHOM = re.compile(
    r"^.*\s(?:on|for|at|to|from|about|på|paa|hos|til|fra|om)\s+", re.IGNORECASE
)
"""A note may be named by its words as well: “about the ladder on Jens” is about Jens."""


def focus_after(
    before: Mapping[str, Any], args: Mapping[str, Any], slots: Mapping[str, Slot]
) -> dict[str, str]:
    """The focus once a tool was called with these arguments."""
    focus = {str(group): str(said) for group, said in before.items()}
    for name, value in args.items():
        group = _group(slots[name].kind, slots) if name in slots else None
        if group and isinstance(value, str):
            focus[group] = _BEFORE_WHOM.sub("", value) if slots[name].kind == "note" else value
    return focus


def focus_shown(before: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """The focus once a tool has answered: the one record that it showed, by its id and never by its words."""
    focus = {str(group): str(said) for group, said in before.items()}
    listed: list[Mapping[str, Any]] = found.get("bookings") or []
    one = listed[0] if found.get("total") == 1 and listed else found
    record = str(one.get("id") or "")
    group = next((group for mark, group in _MARKS.items() if record.startswith(mark)), None)
    if group is None or (group == "person" and not _COUNTED.search(focus.get(group, "1"))):
        return focus
    return {**focus, group: record}


def _group(kind: str, slots: Mapping[str, Slot]) -> str | None:
    """What the argument is talked of as; whoever is given a name and may have a phone is a person."""
    return "person" if kind == "name" and "phone" in slots else GROUPS.get(kind)


def resolved(
    args: Mapping[str, Any], slots: Mapping[str, Slot], focus: Mapping[str, Any], text: str
) -> dict[str, Any]:
    """The arguments with pointing words replaced by what they point at; without those that point at nothing."""
    said = fold(text)
    found: dict[str, Any] = {}
    for name, slot in slots.items():
        group = GROUPS.get(slot.kind)
        value = args.get(name)
        if group is not None:
            shown = _of_kind(slot.kind, focus)
            value = _pointed(group, value, shown, said, needed=slot.required)
        if value is not None:
            found[name] = value
    return found


def _of_kind(kind: str, focus: Mapping[str, Any]) -> Mapping[str, Any]:
    """The focus without a customer's id where a lead is wanted, and so on: it names nothing of that kind."""
    other = _OTHERS.get(kind)
    if other is None or not str(focus.get("person", "")).startswith(other):
        return focus
    return {group: said for group, said in focus.items() if group != "person"}


def _pointed(
    group: str, value: Any, focus: Mapping[str, Any], said: str, *, needed: bool
) -> Any | None:
    """What one argument points at: itself where it is a name, what is in focus, or nothing."""
    if value is None:
        anywhere = _ANYWHERE.get(group)
        return focus.get(group) if needed and anywhere and anywhere.search(said) else None
    if not isinstance(value, str):
        return value
    if group == "booking" and _HERS.fullmatch(fold(value)):
        return focus.get("person")
    if group == "booking" and "person" in focus and _WHOSE.search(value):
        return _WHOSE.sub(f"{focus['person']}'s", value, count=1)
    return focus.get(group) if _POINTING[group].fullmatch(fold(value)) else value
