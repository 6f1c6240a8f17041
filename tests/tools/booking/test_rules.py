"""The pure rules of time, length and price."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.booking import rules
from tools.booking.rules import Calendar, Span

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
WEEKDAY = [(dt.time(8), dt.time(17))]
WEEK = {**dict.fromkeys(range(5), WEEKDAY), 5: [(dt.time(8), dt.time(15))]}
FIRM = Calendar(zone=COPENHAGEN, country="DK", week=WEEK)
TUESDAY = dt.date(2026, 11, 24)
HOUR = dt.timedelta(hours=1)


def utc(hour: int, minute: int = 0, day: int = 24) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def test_a_weekday_is_open_from_eight_to_five_local_time():
    assert rules.openings(TUESDAY, FIRM) == [Span(utc(7), utc(16))]


def test_a_day_without_hours_is_closed():
    sunday = dt.date(2026, 11, 29)

    assert rules.openings(sunday, FIRM) == []
    assert rules.why_closed(sunday, FIRM) == ""


@pytest.mark.parametrize(
    ("language", "name"), [("da", "Anden juledag"), ("en", "Second Day of Christmas")]
)
def test_a_public_holiday_is_closed_and_named(language: str, name: str):
    assert rules.why_closed(dt.date(2026, 12, 26), FIRM, language=language) == name
    assert rules.openings(dt.date(2026, 12, 26), FIRM) == []


def test_christmas_eve_is_open_unless_the_firm_says_so():
    eve = dt.date(2026, 12, 24)
    closed = Calendar(zone=COPENHAGEN, country="DK", week=WEEK, closed={eve: "Juleaften"})

    assert rules.why_closed(eve, FIRM) is None
    assert rules.why_closed(eve, closed) == "Juleaften"


def test_great_prayer_day_is_a_working_day_since_2024():
    assert rules.why_closed(dt.date(2027, 4, 23), FIRM) is None


def test_a_country_without_a_calendar_has_no_holidays():
    assert rules.public_holiday(dt.date(2026, 12, 25), country="XX") is None


def test_another_country_has_its_own_holidays():
    assert rules.public_holiday(dt.date(2026, 7, 4), country="US") is not None


def test_a_persons_own_hours_narrow_the_firms():
    own = {1: [(dt.time(6), dt.time(10)), (dt.time(12), dt.time(14))]}

    assert rules.openings(TUESDAY, FIRM, own) == [Span(utc(7), utc(9)), Span(utc(11), utc(13))]


def test_a_person_without_hours_on_a_day_does_not_work():
    assert rules.openings(TUESDAY, FIRM, {0: WEEKDAY}) == []


def test_a_day_may_end_at_midnight():
    night = Calendar(COPENHAGEN, "DK", {1: [(dt.time(20), rules.clock("24:00"))]})

    assert rules.openings(TUESDAY, night) == [Span(utc(19), utc(23))]


def test_hours_that_end_before_they_begin_open_nothing():
    odd = Calendar(COPENHAGEN, "DK", {1: [(dt.time(12), dt.time(9))]})

    assert rules.openings(TUESDAY, odd) == []


def test_the_spring_night_has_no_half_past_two():
    assert not rules.exists(dt.date(2027, 3, 28), dt.time(2, 30), COPENHAGEN)
    assert rules.exists(dt.date(2027, 3, 28), dt.time(3, 30), COPENHAGEN)


def test_the_autumn_night_has_half_past_two_twice():
    assert rules.twice(dt.date(2026, 10, 25), dt.time(2, 30), COPENHAGEN)
    assert not rules.twice(dt.date(2026, 10, 25), dt.time(3, 30), COPENHAGEN)
    assert not rules.twice(dt.date(2027, 3, 28), dt.time(2, 30), COPENHAGEN)


def test_a_night_shift_over_the_autumn_change_lasts_an_hour_longer():
    nights = Calendar(COPENHAGEN, "DK", {6: [(dt.time(0), dt.time(8))]})

    [span] = rules.openings(dt.date(2026, 10, 25), nights)

    assert span.end - span.start == 9 * HOUR


def test_spans_that_touch_do_not_overlap():
    assert not Span(utc(8), utc(9)).overlaps(Span(utc(9), utc(10)))
    assert Span(utc(8), utc(9)).overlaps(Span(utc(8, 59), utc(10)))


def test_a_job_needs_its_buffer_before_the_next_one():
    opened, busy = [Span(utc(7), utc(16))], [Span(utc(11), utc(13))]
    job = Span(utc(9), utc(11))

    assert rules.is_free(job, buffer=dt.timedelta(), opened=opened, busy=busy)
    assert not rules.is_free(job, buffer=HOUR, opened=opened, busy=busy)


def test_the_way_home_may_be_after_closing_time():
    assert rules.is_free(
        Span(utc(14), utc(16)), buffer=HOUR, opened=[Span(utc(7), utc(16))], busy=[]
    )


def test_jobs_start_at_whole_and_half_hours_and_end_before_closing():
    opened = [Span(utc(7, 10), utc(9))]

    assert list(rules.starts(TUESDAY, COPENHAGEN, opened, lasts=HOUR)) == [utc(7, 30), utc(8)]


def test_a_job_may_start_when_the_hours_start():
    opened = [Span(utc(7), utc(8))]

    assert list(rules.starts(TUESDAY, COPENHAGEN, opened, lasts=HOUR)) == [utc(7)]


MINUTES = {"default_minutes": 180, "usual_crew": 1, "crew": 1}


@pytest.mark.parametrize(
    ("given_", "minutes"),
    [
        ({"hours": Decimal("2.25"), "m2": 900, "hours_per_m2": Decimal("0.02")}, 135),
        ({"hours": None, "m2": 140, "hours_per_m2": Decimal("0.02")}, 180),
        ({"hours": None, "m2": 137, "hours_per_m2": Decimal("0.02")}, 150),
        ({"hours": None, "m2": 138, "hours_per_m2": Decimal("0.02")}, 180),
        ({"hours": None, "m2": 5, "hours_per_m2": Decimal("0.01")}, 30),
        ({"hours": None, "m2": 140, "hours_per_m2": None}, 180),
        ({"hours": None, "m2": None, "hours_per_m2": Decimal("0.02")}, 180),
        ({"hours": None, "m2": None, "hours_per_m2": None, "crew": 2}, 90),
        ({"hours": None, "m2": 100, "hours_per_m2": Decimal("0.02"), "crew": 3}, 60),
        ({"hours": None, "m2": None, "hours_per_m2": None, "usual_crew": 2, "crew": 1}, 360),
    ],
)
def test_a_job_lasts_what_was_said_else_by_area_else_the_default(given_: dict, minutes: int):
    assert rules.minutes_of_job(**{**MINUTES, **given_}) == minutes


def test_the_price_counts_every_persons_hours():
    assert rules.price_of_job(persons=2, minutes=150, hourly_minor=34900) == 174500


def test_half_an_oere_rounds_up():
    assert rules.price_of_job(persons=1, minutes=30, hourly_minor=34901) == 17451


def test_a_completed_booking_is_final():
    assert rules.may_become("confirmed", "completed")
    assert not rules.may_become("completed", "cancelled")
    assert not rules.may_become("nonsense", "cancelled")


def test_notice_counts_to_the_minute():
    now = utc(10, day=23)

    assert not rules.inside_notice(utc(10), now=now, hours=24)
    assert rules.inside_notice(utc(9, 59), now=now, hours=24)


def test_an_hour_more_than_agreed_is_an_overrun():
    assert rules.overran(120, 180)
    assert not rules.overran(120, 179)


def test_the_nearest_free_times_come_in_order_and_a_tie_goes_to_the_later():
    free = [utc(8), utc(9), utc(11), utc(12), utc(15)]

    assert rules.nearest(utc(10), free) == [utc(9), utc(11), utc(12)]


def test_stored_hours_are_read_back():
    assert rules.hours_of({"0": [["08:00", "24:00"]]}) == {0: [(dt.time(8), dt.time(0))]}
    assert rules.hours_of(None) is None


DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
SPANS = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 24)).map(
        lambda pair: (
            dt.timedelta(minutes=15 * pair[0]),
            dt.timedelta(minutes=15 * (pair[0] + pair[1])),
        )
    ),
    max_size=8,
)


@given(day=DAYS, busy=SPANS, lasts=st.integers(1, 16), buffer=st.integers(0, 4))
def test_free_starts_never_overlap_what_is_taken_and_stay_inside_the_hours(
    day: dt.date, busy: list, lasts: int, buffer: int
):
    midnight = rules.instant(day, dt.time(), COPENHAGEN)
    taken = [Span(midnight + start, midnight + end) for start, end in busy]
    length, after = dt.timedelta(minutes=30 * lasts), dt.timedelta(minutes=30 * buffer)
    opened = rules.openings(day, FIRM)

    free = [
        Span(at, at + length)
        for at in rules.starts(day, COPENHAGEN, opened, lasts=length)
        if rules.is_free(Span(at, at + length), buffer=after, opened=opened, busy=taken)
    ]

    assert all(any(span.holds(job) for span in opened) for job in free)
    assert not any(
        Span(job.start, job.end + after).overlaps(other) for job in free for other in taken
    )
    assert all(job.start.astimezone(COPENHAGEN).date() == day for job in free)


@given(day=DAYS, at=TIMES)
def test_a_wall_time_that_exists_survives_the_way_to_utc_and_back(day: dt.date, at: dt.time):
    there = rules.instant(day, at, COPENHAGEN).astimezone(COPENHAGEN)

    assert (there.date(), there.time()) == (day, at) or not rules.exists(day, at, COPENHAGEN)


@given(day=DAYS)
def test_opening_hours_keep_their_wall_time_over_summer_time(day: dt.date):
    local = [
        (span.start.astimezone(COPENHAGEN).time(), span.end.astimezone(COPENHAGEN).time())
        for span in rules.openings(day, FIRM)
    ]

    assert local in ([], WEEKDAY, WEEK[5])


@given(
    hours=st.none() | st.decimals(Decimal("0.5"), Decimal(12), places=2),
    m2=st.none() | st.integers(1, 5000),
    crew=st.integers(1, 10),
)
def test_every_job_takes_some_time_and_costs_something(
    hours: Decimal | None, m2: int | None, crew: int
):
    minutes = rules.minutes_of_job(
        hours=hours,
        m2=m2,
        hours_per_m2=Decimal("0.01"),
        default_minutes=120,
        usual_crew=1,
        crew=crew,
    )

    assert minutes >= 30
    assert rules.price_of_job(persons=crew, minutes=minutes, hourly_minor=34900) > 0
