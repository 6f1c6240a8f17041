"""Dates, times and ranges in people's words, read on Friday 20 November 2026 at 09:00 in
Copenhagen.
"""

import time as stopwatch
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import Rejected, Unclear
from tools.values.moments import (
    Moment,
    as_date,
    as_instant,
    as_span,
    find_moments,
    read_moment,
    say_date,
    say_instant,
    say_span,
)
from tools.values.workdays import next_working_day

ZONE = ZoneInfo("Europe/Copenhagen")
WORDS = """
    i på den d . , - til fra kl at in om the next næste uge week morgen mandag friday man 1 12 24 30
    99 2026 halv kvart over past to december maj time days siden ago : / ( utc + pm t z first sidste
"""
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)


def read(text: str, now: datetime = NOW) -> Moment:
    moment = read_moment(text, now=now, zone=ZONE)
    assert moment is not None, text
    return moment


def instant(text: str, language: str = "en") -> str:
    at = as_instant(read(text), now=NOW, zone=ZONE, language=language)
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow at 10", "2026-11-21 10:00"),
        ("i morgen kl. 10", "2026-11-21 10:00"),
        ("imorgen kl 10", "2026-11-21 10:00"),
        ("fredag kl. 13", "2026-11-27 13:00"),
        ("på mandag klokken 8.30", "2026-11-23 08:30"),
        ("i dag halv tre", "2026-11-20 14:30"),
        ("tirsdag i uge 48 kl. 10", "2026-11-24 10:00"),
        ("next Tuesday at 10", "2026-11-24 10:00"),
        ("næste tirsdag kl 10", "2026-11-24 10:00"),
        ("Tuesday next week at 9", "2026-11-24 09:00"),
        ("tirsdag i næste uge kl. 9", "2026-11-24 09:00"),
        ("tirsdag uge 48 kl 14", "2026-11-24 14:00"),
        ("next week on Tuesday at 9", "2026-11-24 09:00"),
        ("tirs kl 10", "2026-11-24 10:00"),
        ("24.12.2026 kl 10", "2026-12-24 10:00"),
        ("24.12. kl 10", "2026-12-24 10:00"),
        ("24. december kl. 10", "2026-12-24 10:00"),
        ("den 24. december klokken ti", "2026-12-24 10:00"),
        ("December 24th at 10", "2026-12-24 10:00"),
        ("Dec. 24, 2026 at ten", "2026-12-24 10:00"),
        ("the 24th of December at 10 o'clock", "2026-12-24 10:00"),
        ("3/12 10:00", "2026-12-03 10:00"),
        ("den 3. kl 10", "2026-12-03 10:00"),
        ("the 3rd at 10", "2026-12-03 10:00"),
        ("2026-11-24T10:00", "2026-11-24 10:00"),
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24T10:00:00Z", "2026-11-24 11:00"),
        ("2026-11-24T10:00+02:00", "2026-11-24 09:00"),
        ("Tuesday 24 November 2026 at 10:00", "2026-11-24 10:00"),
        ("tirsdag d. 24. november 2026 kl. 10:00", "2026-11-24 10:00"),
        ("kl 10 på tirsdag", "2026-11-24 10:00"),
        ("10:00 tomorrow", "2026-11-21 10:00"),
        ("at 10 on Tuesday", "2026-11-24 10:00"),
        ("in 2 hours", "2026-11-20 11:00"),
        ("om en halv time", "2026-11-20 09:30"),
        ("om 14 dage kl 8", "2026-12-04 08:00"),
        ("tomorrow at 8.30 am", "2026-11-21 08:30"),
        ("tomorrow at 3pm", "2026-11-21 15:00"),
        ("tomorrow at 3", "2026-11-21 15:00"),
        ("i morgen kl 3", "2026-11-21 15:00"),
        ("i morgen kl. 03", "2026-11-21 03:00"),
        ("i morgen kl. 2.30", "2026-11-21 02:30"),
        ("tomorrow at 2:30", "2026-11-21 14:30"),
        ("i morgen kl 6 om morgenen", "2026-11-21 06:00"),
        ("tomorrow at 7 in the evening", "2026-11-21 19:00"),
        ("i aften kl 8", "2026-11-20 20:00"),
        ("i morgen formiddag kl 10", "2026-11-21 10:00"),
        ("tomorrow half past two", "2026-11-21 14:30"),
        ("i morgen kvart over ti", "2026-11-21 10:15"),
        ("i morgen kvart i ti", "2026-11-21 09:45"),
        ("tomorrow at quarter past 3", "2026-11-21 15:15"),
        ("tomorrow at noon", "2026-11-21 12:00"),
        ("i morgen kl 24", "2026-11-22 00:00"),
        ("tirsdag 10-12", "2026-11-24 10:00"),
        ("10 o'clock tomorrow", "2026-11-21 10:00"),
        ("tomorrow, 10:00", "2026-11-21 10:00"),
        ("the third of December at 10", "2026-12-03 10:00"),
        ("den første december kl. 10", "2026-12-01 10:00"),
        ("now", "2026-11-20 09:00"),
    ],
)
def test_it_reads_an_instant(text: str, expected: str):
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", date(2026, 11, 20)),
        ("i dag", date(2026, 11, 20)),
        ("tomorrow", date(2026, 11, 21)),
        ("i overmorgen", date(2026, 11, 22)),
        ("the day after tomorrow", date(2026, 11, 22)),
        ("i går", date(2026, 11, 19)),
        ("yesterday", date(2026, 11, 19)),
        ("on Monday", date(2026, 11, 23)),
        ("på mandag", date(2026, 11, 23)),
        ("this Friday", date(2026, 11, 20)),
        ("in two days", date(2026, 11, 22)),
        ("om to dage", date(2026, 11, 22)),
        ("om 14 dage", date(2026, 12, 4)),
        ("in a week", date(2026, 11, 27)),
        ("om en uge", date(2026, 11, 27)),
        ("two weeks ago", date(2026, 11, 6)),
        ("for 3 dage siden", date(2026, 11, 17)),
        ("i tirsdags", date(2026, 11, 17)),
        ("1. november", date(2026, 11, 1)),
        ("3. januar", date(2027, 1, 3)),
        ("2026-12-24", date(2026, 12, 24)),
        ("24-12-2026", date(2026, 12, 24)),
        ("24.12.26", date(2026, 12, 24)),
    ],
)
def test_it_reads_a_day(text: str, expected: date):
    assert as_date(read(text), now=NOW, zone=ZONE, language="en") == expected


@pytest.mark.parametrize(
    ("text", "start", "until"),
    [
        ("10-12", time(10), time(12)),
        ("kl 10-12", time(10), time(12)),
        ("from 9 to 11:30", time(9), time(11, 30)),
        ("fra 9 til 11.30", time(9), time(11, 30)),
        ("between 9 and 11", time(9), time(11)),
        ("mellem 9 og 11", time(9), time(11)),
        ("from 9 to 5", time(9), time(17)),
        ("8-10 pm", time(20), time(22)),
        ("tomorrow morning", time(8), time(12)),
        ("fredag formiddag", time(9), time(12)),
        ("i eftermiddag", time(12), time(17)),
        ("in the afternoon", time(12), time(17)),
    ],
)
def test_it_reads_a_range_of_hours(text: str, start: time, until: time):
    moment = read(text)

    assert (moment.time, moment.until_time) == (start, until)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("fra mandag til onsdag", date(2026, 11, 23), date(2026, 11, 25)),
        ("from Monday to Wednesday", date(2026, 11, 23), date(2026, 11, 25)),
        ("fredag til tirsdag", date(2026, 11, 27), date(2026, 12, 1)),
        ("24.-26. december", date(2026, 12, 24), date(2026, 12, 26)),
        ("fra 1. december til 5. december", date(2026, 12, 1), date(2026, 12, 5)),
        ("uge 48", date(2026, 11, 23), date(2026, 11, 29)),
        ("week 48", date(2026, 11, 23), date(2026, 11, 29)),
        ("next week", date(2026, 11, 23), date(2026, 11, 29)),
        ("næste uge", date(2026, 11, 23), date(2026, 11, 29)),
        ("i weekenden", date(2026, 11, 21), date(2026, 11, 22)),
        ("next month", date(2026, 12, 1), date(2026, 12, 31)),
        ("i december", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_it_reads_a_range_of_days(text: str, first: date, last: date):
    moment = read(text)

    assert (moment.date, moment.until_date) == (first, last)


def test_a_range_may_have_hours_at_both_ends():
    span = as_span(read("mandag kl 9 til onsdag kl 12"), now=NOW, zone=ZONE, language="da")

    assert span == (
        datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 25, 11, 0, tzinfo=UTC),
    )


def test_a_week_knows_its_number():
    assert read("uge 48").week == (2026, 48)


def test_a_past_day_is_a_span_to_look_things_up_in():
    span = as_span(read("i går"), now=NOW, zone=ZONE, language="da")

    assert span == (
        datetime(2026, 11, 18, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("now", "text", "chosen", "also"),
    [
        (
            datetime(2026, 11, 16, 9, tzinfo=ZONE),
            "next Tuesday",
            date(2026, 11, 24),
            date(2026, 11, 17),
        ),
        (
            datetime(2026, 11, 22, 9, tzinfo=ZONE),
            "næste tirsdag",
            date(2026, 11, 24),
            date(2026, 12, 1),
        ),
        (datetime(2026, 11, 17, 9, tzinfo=ZONE), "next Tuesday", date(2026, 11, 24), None),
        (datetime(2026, 11, 20, 9, tzinfo=ZONE), "next Tuesday", date(2026, 11, 24), None),
        (datetime(2026, 11, 20, 9, tzinfo=ZONE), "fredag", date(2026, 11, 27), date(2026, 11, 20)),
        (datetime(2026, 11, 16, 9, tzinfo=ZONE), "fredag", date(2026, 11, 20), None),
    ],
)
def test_where_people_disagree_the_other_day_goes_along(
    now: datetime, text: str, chosen: date, also: date | None
):
    moment = read(text, now)

    assert (moment.date, moment.also) == (chosen, also)


@pytest.mark.parametrize(
    ("text", "kind", "choices"),
    [
        (
            "30. februar kl 10",
            "no_such_date",
            ["Sunday 28 February 2027 at 10:00", "Monday 1 March 2027 at 10:00"],
        ),
        (
            "30 February at 10",
            "no_such_date",
            ["Sunday 28 February 2027 at 10:00", "Monday 1 March 2027 at 10:00"],
        ),
        ("12/24 at 10", "no_such_date", ["Thursday 24 December 2026 at 10:00"]),
        (
            "den 31. kl 10",
            "no_such_date",
            ["Monday 30 November 2026 at 10:00", "Tuesday 1 December 2026 at 10:00"],
        ),
        (
            "mandag den 24. november 2026 kl 10",
            "weekday_mismatch",
            [
                "Tuesday 24 November 2026 at 10:00",
                "Monday 23 November 2026 at 10:00",
                "Monday 30 November 2026 at 10:00",
            ],
        ),
        (
            "mandag den 13. oktober 2026 kl 10",
            "weekday_mismatch",
            ["Wednesday 13 October 2027 at 10:00"],
        ),
        (
            "i dag kl 8",
            "past",
            ["Saturday 21 November 2026 at 08:00", "Friday 27 November 2026 at 08:00"],
        ),
        ("1. november kl 10", "past", ["Monday 1 November 2027 at 10:00"]),
        ("2025-12-24 10:00", "past", ["Thursday 24 December 2026 at 10:00"]),
        (
            "28. marts 2027 kl. 02:30",
            "dst_gap",
            ["Sunday 28 March 2027 at 01:30", "Sunday 28 March 2027 at 03:30"],
        ),
        (
            "31 October 2027 at 02:30",
            "dst_twice",
            ["Sunday 31 October 2027 at 02:30 (UTC+2)", "Sunday 31 October 2027 at 02:30 (UTC+1)"],
        ),
        ("uge 53 2025", "no_such_week", ["week 52 2025", "week 1 2026"]),
    ],
)
def test_what_cannot_be_is_asked_with_the_nearest_alternatives(
    text: str, kind: str, choices: list[str]
):
    moment = read(text)

    with pytest.raises(Unclear) as asked:
        as_instant(moment, now=NOW, zone=ZONE, language="en")

    assert moment.problems[0].kind == kind
    assert [choice.label for choice in asked.value.choices] == choices


def test_a_wrong_weekday_is_named_in_the_reader_s_language():
    with pytest.raises(Unclear) as asked:
        as_instant(read("mandag den 24. november kl 10"), now=NOW, zone=ZONE, language="da")

    assert asked.value.message == (
        "“mandag den 24. november” passer ikke: 24. november 2026 er en tirsdag. Hvad mente du?"
    )


@pytest.mark.parametrize("text", ["kl 25", "i morgen kl. 25", "tomorrow at 25", "10:75", "13 pm"])
def test_an_impossible_hour_is_refused(text: str):
    with pytest.raises(Rejected, match="is not a time of day"):
        as_instant(read(text), now=NOW, zone=ZONE, language="en")


@pytest.mark.parametrize(
    ("text", "question", "first_choice"),
    [
        ("at 10", "Which day at 10:00?", "Friday 20 November 2026 at 10:00"),
        ("kl 8", "Which day at 08:00?", "Saturday 21 November 2026 at 08:00"),
        (
            "uge 48",
            "Which day (Monday 23 November 2026 – Sunday 29 November 2026)?",
            "Monday 23 November 2026",
        ),
        (
            "i morgen formiddag",
            "What time on Saturday 21 November 2026 between 09:00 and 12:00?",
            "Saturday 21 November 2026 at 09:00",
        ),
    ],
)
def test_what_is_missing_is_asked_for(text: str, question: str, first_choice: str):
    with pytest.raises(Unclear) as asked:
        as_instant(read(text), now=NOW, zone=ZONE, language="en")

    assert asked.value.message == question
    assert asked.value.choices[0].label == first_choice


def test_a_day_without_an_hour_asks_for_the_hour():
    with pytest.raises(Unclear, match=r"Hvad tid lørdag d\. 21\. november 2026\?"):
        as_instant(read("i morgen"), now=NOW, zone=ZONE, language="da")


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("book Jens Nygaard for a standard clean next Tuesday at 10", ["next Tuesday at 10"]),
        ("book Jens Nygaard til standardrengøring næste tirsdag kl 10", ["næste tirsdag kl 10"]),
        (
            "flyt booking 12 fra i morgen kl 9 til på mandag kl. 8.30!",
            ["fra i morgen kl 9 til på mandag kl. 8.30"],
        ),
        ("ledige tider 10-12 på tirsdag?", ["10-12 på tirsdag"]),
        ("set PHP to 8.3 on example.dk", []),
        ("sæt PHP 8.3 på example-bakery.dk", []),
        ("send a quote for 2.284,60 kr to Jens", []),
        ("ring 20 12 34 56, faktura 1003, 85 m2, 12.50 kr", []),
        ("første mandag i december, last Friday of the month", ["i december"]),
        ("God morgen, good afternoon", []),
        ("the server is 10.0.0.1 and 2 people came in 3 cars", []),
        ("tirsdag kl. 10, onsdag kl 12", ["tirsdag kl. 10", "onsdag kl 12"]),
    ],
)
def test_it_finds_moments_in_a_sentence(sentence: str, said: list[str]):
    assert [hit.text for hit in find_moments(sentence, now=NOW, zone=ZONE)] == said


def test_a_place_in_the_sentence_is_a_place_in_the_original():
    sentence = "Sæt Åse på ærøskøbing i morgen kl. 10 😀"

    hit = find_moments(sentence, now=NOW, zone=ZONE)[0]

    assert sentence[hit.start : hit.end] == hit.text == "i morgen kl. 10"


instants = st.datetimes(datetime(2026, 11, 21), datetime(2040, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
languages = st.sampled_from(["en", "da"])


@given(instants, languages)
def test_what_is_said_is_read_back_as_the_same_instant(at: datetime, language: str):
    moment = read(say_instant(at, ZONE, language))

    assert as_instant(moment, now=NOW, zone=ZONE, language=language) == at


@pytest.mark.parametrize("hour", [0, 1])
@pytest.mark.parametrize("language", ["en", "da"])
def test_the_hour_that_comes_twice_is_read_back(hour: int, language: str):
    at = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)

    moment = read(say_instant(at, ZONE, language))

    assert as_instant(moment, now=NOW, zone=ZONE, language=language) == at


@given(
    st.lists(
        st.sampled_from(WORDS.split()),
        max_size=9,
    ),
    languages,
)
def test_any_words_give_an_instant_or_a_question(words: list[str], language: str):
    hits = find_moments(" ".join(words), now=NOW, zone=ZONE)

    assert all(_answer(hit.value, language) for hit in hits)


def _answer(moment: Moment, language: str) -> object:
    try:
        return as_instant(moment, now=NOW, zone=ZONE, language=language)
    except Rejected as refused:
        return refused.message


@given(st.dates(date(2026, 11, 20), date(2100, 1, 1)), languages)
def test_a_date_that_is_said_is_read_back(day: date, language: str):
    assert read(say_date(day, language)).date == day


@given(st.text(alphabet="0123456789.:/- tilkldenmaj,+()æ", max_size=40))
def test_no_text_breaks_the_reader(text: str):
    hits = find_moments(text, now=NOW, zone=ZONE)

    assert [text[hit.start : hit.end] for hit in hits] == [hit.text for hit in hits]


def test_a_span_names_the_day_once():
    start, end = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC)

    assert say_span(start, end, ZONE, "da") == "tirsdag d. 24. november 2026 kl. 10:00–12:00"
    assert say_span(start, end, ZONE, "en") == "Tuesday 24 November 2026 at 10:00–12:00"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2027, 3, 24), date(2027, 3, 30)),
    ],
)
def test_the_next_working_day_skips_weekends_and_holidays(after: date, expected: date):
    assert next_working_day(after) == expected


@pytest.mark.parametrize(
    "piece", ["1", "1.1.", "den ", "til fra ", "10-", "i morgen kl 10 ", "æ", "on on the ", "1:"]
)
def test_a_hundred_kilobytes_do_not_hang(piece: str):
    # Nested repetition would take minutes; how fast it is otherwise is the bench's business.
    assert _seconds((piece * 100_000)[:100_000]) < 30


def _seconds(text: str) -> float:
    start = stopwatch.perf_counter()
    find_moments(text, now=NOW, zone=ZONE)
    return stopwatch.perf_counter() - start
