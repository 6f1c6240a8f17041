"""Weeks and the firm's own fields, read from words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.desk import rules

LONG, SHORT = ("08:00", "17:00"), ("08:00", "15:00")


@pytest.mark.parametrize(
    ("words", "week"),
    [
        ("mon-fri 8-17, sat 8-15", {**dict.fromkeys(range(5), LONG), 5: SHORT}),
        ("Monday to Friday 08:00–17:00", dict.fromkeys(range(5), LONG)),
        ("man-fre 8-17 og lør 8-15", {**dict.fromkeys(range(5), LONG), 5: SHORT}),
        ("hverdage kl. 8 til 17", dict.fromkeys(range(5), LONG)),
        ("mandag og onsdag 8.00-15.00", {0: SHORT, 2: SHORT}),
        ("weekend closed", {5: None, 6: None}),
        ("Sundays", {6: None}),
        ("hver dag 8-17", dict.fromkeys(range(7), LONG)),
        ("fri-mon 8-15", dict.fromkeys((4, 5, 6, 0), SHORT)),
        ("mandag lukket, tirsdag 8-17", {0: None, 1: LONG}),
        ("sat 20-24", {5: ("20:00", "24:00")}),
    ],
)
def test_a_week_is_read_from_words(words: str, week: dict):
    assert rules.read_week(words) == week


@pytest.mark.parametrize(
    "words", ["", "8-17", "monday 17-8", "mon 8", "mon 8 tue", "banana", "mon 25-26", "24 december"]
)
def test_what_is_no_week_is_refused(words: str):
    with pytest.raises(rules.NotAWeek):
        rules.read_week(words)


@given(st.text(max_size=40))
def test_any_words_are_a_week_or_refused(words: str):
    try:
        week = rules.read_week(words)
    except rules.NotAWeek:
        return
    assert set(week) <= set(range(7))


@pytest.mark.parametrize(
    ("field", "words", "value"),
    [
        ("name", "  Fjord  ApS ", "Fjord ApS"),
        ("address", "\x00", None),
        ("phone", "20 12 34 56", "+4520123456"),
        ("phone", "12", None),
        ("email", "Post@Fjord.example", "post@fjord.example"),
        ("email", "post", None),
        ("language", "Dansk", "da"),
        ("language", "Klingon", None),
        ("zone", "Europe/Oslo", "Europe/Oslo"),
        ("zone", "Europe", None),
        ("zone", "../etc", None),
        ("cvr", "DK 13585628", "13585628"),
        ("cvr", "13585627", None),
        ("notice_hours", "48 timer", 48),
        ("notice_hours", "9999", None),
        ("notice_hours", "soon", None),
    ],
)
def test_a_field_of_the_firm_is_read_or_refused(field, words, value):
    assert rules.firm_value(field, words, country="DK") == value


def test_a_code_is_plain_and_new():
    assert rules.code_of("Tæpperens & mere", frozenset()) == "taepperens-mere"
    assert rules.code_of("Deep", frozenset({"deep", "deep-2"})) == "deep-3"
    assert rules.code_of("✨", frozenset()) == "service"


def test_names_in_both_languages():
    assert rules.both_names("Carpet clean / Tæpperens") == ("Carpet clean", "Tæpperens")
    assert rules.both_names("Carpet") == ("Carpet", "Carpet")


def test_what_people_call_fields_and_roles():
    assert rules.read_field("Telefon") == "phone"
    assert rules.read_field("cvr") == "cvr"
    assert rules.read_role("Bogholder") == "bookkeeper"
    assert rules.read_role(3) == 3
