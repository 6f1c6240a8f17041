"""Lengths of time in words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.values.durations import find_durations, read_duration, say_duration


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 hours", 120),
        ("2,5 timer", 150),
        ("2.5 hours", 150),
        ("halvanden time", 90),
        ("an hour and a half", 90),
        ("90 minutes", 90),
        ("90 minutter", 90),
        ("en time", 60),
        ("half an hour", 30),
        ("en halv time", 30),
        ("et kvarter", 15),
        ("to timer og 30 minutter", 150),
        ("two and a half hours", 150),
        ("to en halv time", None),
        ("2h30", 150),
        ("3 t", 180),
        ("tomorrow", None),
    ],
)
def test_it_reads_a_length(text: str, minutes: int | None):
    read = read_duration(text)

    assert read == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "text",
    ["in 2 hours", "om to timer", "2 hours ago", "for 2 timer siden", "et kvarter i tre", "10:30"],
)
def test_a_moment_is_not_a_length(text: str):
    assert find_durations(text) == []


def test_it_finds_a_length_in_a_sentence():
    hit = find_durations("book Jens i morgen kl 10, 3 timer, standardrengøring")[0]

    assert (hit.text, hit.value) == ("3 timer", timedelta(hours=3))


@given(st.integers(1, 99 * 60), st.sampled_from(["en", "da"]))
def test_what_is_said_is_read_back(minutes: int, language: str):
    assert read_duration(say_duration(timedelta(minutes=minutes), language)) == timedelta(
        minutes=minutes
    )
