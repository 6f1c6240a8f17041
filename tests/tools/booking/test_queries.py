"""Looking up services, free times and bookings, and the calendar feeds."""

import datetime as dt

import pytest
from icalendar import Calendar

from memory.tables.booking import Booking, Service
from memory.tables.identity import User
from tools.booking import ics
from tools.booking.actions import Book
from tools.booking.changes import CancelBooking, RescheduleBooking
from tools.booking.free_times import FindSlots
from tools.booking.queries import FindBookings, FindServices
from tools.errors import NotFound, Rejected
from tools.kit import Actor

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
DANE = Actor("fjord", "usr_anna", "staff", "Anna Holm", "da")
VISITOR = Actor("fjord", "sgn_1", "visitor", "", "en")
JENS = Actor("fjord", "usr_jens", "customer", "Jens Nygaard", "da", customer_id="cus_jens")
JONAS = Actor("fjord", "usr_jonas", "crew", "Jonas Krogh", "da", staff_id="stf_jonas")


@pytest.fixture
def diary(world):
    """Jens on Tuesday by Anna, the café on Wednesday by Jonas."""
    world.do(Book(customer="1", service="standard clean", start="24 November at 10", staff="Anna"))
    world.do(Book(customer="2", service="windows", start="25 November at 9", staff="Jonas"))
    return world


def test_everybody_sees_the_services_with_prices(world):
    found = world.look(FindServices(), actor=VISITOR)

    assert [row.name for row in found.services] == [
        "Deep clean",
        "Standard clean",
        "Window cleaning",
    ]
    assert found.services[0].price == "DKK\u00a0349.00 incl. VAT"
    assert found.summary == "3 services: Deep clean, Standard clean, Window cleaning."
    assert found.as_card().rows[0][0].text == "Deep clean"


def test_a_service_is_found_by_its_danish_name(world):
    found = world.look(FindServices(query="vinduespudsning"), actor=DANE)

    assert [row.name for row in found.services] == ["Vinduespudsning"]


def test_one_service_that_is_named_is_told_with_its_price_first(world):
    found = world.look(FindServices(query="standard clean"))
    danish = world.look(FindServices(query="standardrengøring"), actor=DANE)

    assert found.summary == (
        "Standard clean costs DKK\u00a0349.00 incl. VAT an hour per person, and usually takes 3 h."
    )
    assert danish.summary.startswith("Standardrengøring koster 349,00\u00a0kr. inkl. moms i timen")


@pytest.mark.parametrize("said", ["clean windows", "windows", "vinduer"])
def test_a_service_is_found_by_words_near_its_name(world, said: str):
    found = world.look(FindServices(query=said))

    assert [row.name for row in found.services] == ["Window cleaning"]


def test_who_asks_for_a_service_that_nobody_sells_sees_those_that_are_sold(world):
    found = world.look(FindServices(query="zzzz"))

    assert found.summary == (
        "No service is called “zzzz”. 3 services: Deep clean, Standard clean, Window cleaning."
    )
    assert len(found.services) == 3


def test_free_times_are_few_concrete_and_bookable(world):
    found = world.look(FindSlots(service="standard clean"))

    assert 2 <= len(found.slots) <= 5
    assert found.slots[0].start == "2026-11-20T10:30:00+01:00"
    options = found.as_card().options
    booking = Book.model_validate({"customer": "1", **options[1].args})
    assert world.resolve(booking).start == found.slots[1].start


def test_a_visitor_sees_times_without_a_booking_button(world):
    found = world.look(FindSlots(), actor=VISITOR)

    assert {option.tool for option in found.as_card().options} == {None}


def test_times_are_looked_for_in_the_period_that_was_said(world):
    found = world.look(FindSlots.model_validate({"service": "deep", "from": "next week"}))

    assert found.slots
    assert all("2026-11-24" <= slot.start[:10] <= "2026-11-29" for slot in found.slots)
    assert {slot.staff for slot in found.slots} == {"Anna Holm, Jonas Krogh"}


def test_only_the_named_persons_times_are_found(world):
    found = world.look(FindSlots(service="standard clean", staff="Jonas"))

    assert {slot.start[:10] for slot in found.slots} <= {
        "2026-11-24",
        "2026-11-25",
        "2026-12-01",
        "2026-12-02",
    }


def test_a_full_day_is_said_with_the_first_time_after_it(world):
    asked = FindSlots.model_validate({"service": "standard clean", "from": "Sunday"})

    found = world.look(asked)

    assert found.summary.startswith("Nothing is free for Standard clean in the period from Sunday")
    assert found.slots[0].start == "2026-11-23T08:00:00+01:00"


def test_a_job_longer_than_any_day_is_never_free(world):
    found = world.look(FindSlots(service="standard clean", hours="20"), actor=DANE)

    assert found.slots == ()
    assert found.as_card() is None
    assert "ikke noget ledigt" in found.summary


def test_a_period_that_ends_before_it_begins_is_refused(world):
    with pytest.raises(Rejected) as caught:
        world.look(FindSlots.model_validate({"from": "next week", "to": "tomorrow"}))

    assert set(caught.value.fields) == {"to"}


def test_a_firm_without_services_says_so(world):
    world.change(Service, "svc_deep", active=False)
    world.change(Service, "svc_standard", active=False)
    world.change(Service, "svc_windows", active=False)

    with pytest.raises(Rejected, match="no services"):
        world.look(FindSlots())


def test_the_diary_shows_the_next_two_weeks(diary):
    found = diary.look(FindBookings())

    assert [(row.number, row.customer, row.staff) for row in found.bookings] == [
        (1, "Jens Nygaard", "Anna Holm"),
        (2, "Nordlys Café", "Jonas Krogh"),
    ]
    assert found.summary == (
        "2 bookings from Friday 20 November 2026 to Thursday 3 December 2026."
        " First: #1, Jens Nygaard, Tuesday 24 November 2026 at 10:00."
    )
    assert found.as_card().kind == "table"


def test_one_day_is_a_timeline(diary):
    found = diary.look(FindBookings.model_validate({"from": "Tuesday"}), actor=DANE)

    card = found.as_card()
    assert card.kind == "timeline"
    assert [(moment.at, moment.title) for moment in card.moments] == [
        ("10:00–13:00", "#1 Jens Nygaard")
    ]
    assert found.summary.startswith("1 booking tirsdag d. 24. november 2026.")


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"customer": "Jens Nygaard"}, [1]),
        ({"staff": "Jonas"}, [2]),
        ({"status": "confirmed"}, [1, 2]),
        ({"status": "bekræftede"}, [1, 2]),
        ({"status": "completed"}, []),
        ({"from": "24 November", "to": "25 November"}, [1, 2]),
        ({"from": "next month"}, []),
    ],
)
def test_the_diary_is_narrowed(diary, asked, numbers):
    found = diary.look(FindBookings.model_validate(asked))

    assert [row.number for row in found.bookings] == numbers
    assert found.total == len(numbers)


def test_cancelled_bookings_are_shown_only_when_asked_for(diary):
    diary.do(CancelBooking(booking="1"))

    assert [row.number for row in diary.look(FindBookings()).bookings] == [2]
    assert [row.number for row in diary.look(FindBookings(status="aflyste")).bookings] == [1]


def test_nothing_booked_has_no_card(world):
    found = world.look(FindBookings())

    assert found.summary.startswith("No bookings")
    assert found.as_card() is None


def test_customers_and_crew_see_their_own(diary):
    assert [row.number for row in diary.look(FindBookings(), actor=JENS).bookings] == [1]
    assert [row.number for row in diary.look(FindBookings(), actor=JONAS).bookings] == [2]
    with pytest.raises(NotFound):
        diary.look(FindBookings(customer="Nordlys Café"), actor=JENS)


def feed(world, staff_id=None) -> Calendar:
    return Calendar.from_ical(
        world.within(lambda ctx: ics.feed(ctx.session, ctx.firm, staff_id, NOW))
    )


def test_the_feed_shows_every_booking_in_its_own_zone(diary):
    calendar = feed(diary)

    first, second = calendar.walk("VEVENT")
    assert first["SUMMARY"] == "Standardrengøring #1 – Jens Nygaard"
    assert first["DTSTART"].params["TZID"] == "Europe/Copenhagen"
    assert first.decoded("DTSTART").isoformat() == "2026-11-24T10:00:00+01:00"
    assert second["LOCATION"] == "Havnegade 12, 8000 Aarhus C"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Copenhagen"]
    assert first["ORGANIZER"] == "mailto:post@fjordglimt.example"


def test_a_persons_feed_shows_only_their_jobs(diary):
    [only] = feed(diary, "stf_jonas").walk("VEVENT")

    assert only["SUMMARY"] == "Vinduespudsning #2 – Nordlys Café"


def test_the_feed_counts_changes_and_keeps_what_was_cancelled(diary):
    diary.do(RescheduleBooking(booking="1", start="Thursday at 9", staff="Anna"))
    diary.do(CancelBooking(booking="1"))

    first = next(event for event in feed(diary).walk("VEVENT") if "#1" in event["SUMMARY"])
    assert (first["STATUS"], first["SEQUENCE"]) == ("CANCELLED", 2)
    assert first["UID"] == ics.uid_of(
        next(row.id for row in diary.rows(Booking) if row.number == 1)
    )


def test_a_secret_address_opens_its_feed_and_no_other(world):
    anna = User(id="usr_anna", email="anna@feed.example", name="Anna", role="staff", created_at=NOW)
    world.within(lambda ctx: ctx.session.add(anna))
    row, token = world.within(
        lambda ctx: ics.create_feed(ctx.session, owner_id="usr_anna", staff_id=None, now=NOW)
    )

    with world.store.system() as session:
        assert ics.find_feed(session, token).id == row.id
        assert ics.find_feed(session, token + "x") is None
    assert token not in row.token_hash
