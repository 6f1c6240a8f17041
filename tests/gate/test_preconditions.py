"""What a preview was true of is compared by value."""

import datetime as dt
from decimal import Decimal

import pytest

from agent.gate.preconditions import as_moved, as_text, current_value, moved_since, same_value
from tests.gate.world import MONDAY, World
from tools.cards import Precondition


def about(**changes: str) -> Precondition:
    given = {
        "table": "services",
        "row": "svc_1",
        "field": "price_minor",
        "value": "34900",
        "label": "Price",
        "shown": "349 kr.",
    }
    return Precondition(**{**given, **changes})


@pytest.mark.parametrize(
    ("stored", "current", "same"),
    [
        ('"new"', "new", True),
        ('"new"', "won", False),
        ("34900", 34900, True),
        ("null", None, True),
        ('"x"', None, False),
        ("not json", "not json", False),
        ('"2026-11-16T10:02:00+01:00"', MONDAY, True),
        ('"2026-11-16T09:02:00Z"', MONDAY, True),
        ('"2026-11-16T11:02:00+01:00"', MONDAY, False),
        ('"monday"', MONDAY, False),
        ('"1.50"', Decimal("1.5"), True),
        ("2", Decimal("2.00"), True),
        ('{"b": 1, "a": [2]}', {"a": [2], "b": 1}, True),
        ('"2026-11-16"', dt.date(2026, 11, 16), True),
    ],
)
def test_a_stored_value_and_the_one_there_now(stored: str, current: object, same: bool) -> None:
    assert same_value(stored, current) is same


def test_a_value_is_kept_as_json_text() -> None:
    assert as_text({"b": "å", "a": 1}) == '{"a": 1, "b": "å"}'


def test_what_changed_is_named_and_what_did_not_is_not(world: World) -> None:
    cheaper = about(value="29900")
    named = about(field="name_en", value='"Standard clean"')

    with world.store.session("t1") as session:
        assert moved_since(session, [named, cheaper]) == [cheaper]


def test_a_row_that_is_gone_does_not_hold(world: World) -> None:
    gone = about(row="svc_none")

    with world.store.session("t1") as session:
        assert current_value(session, gone) is None
        assert moved_since(session, [gone]) == [gone]


@pytest.mark.parametrize("unreadable", [about(table="nowhere"), about(field="nothing")])
def test_what_cannot_be_read_does_not_hold(world: World, unreadable: Precondition) -> None:
    with world.store.session("t1") as session:
        assert moved_since(session, [unreadable]) == [unreadable]


def test_without_a_preview_of_today_the_new_value_is_left_open() -> None:
    assert [(each.before, each.after) for each in as_moved([about()], None)] == [("349 kr.", "—")]
