"""Booking a job, from the words to the rows."""

import datetime as dt
import json
from decimal import Decimal

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from agent.gate.preconditions import as_moved, moved_since
from memory.tables.booking import Booking, ClosedDay, Occupancy, Service, Staff
from memory.tables.leads import Customer, CustomerEmail
from tools.booking.actions import Book
from tools.booking.changes import CancelBooking
from tools.errors import NotFound, Rejected, Stale, Unclear
from tools.kit import Actor
from tools.leads.customer_actions import UpdateCustomer

NEXT_TUESDAY = "2026-11-24T10:00:00+01:00"
TUESDAY_NINE_UTC = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
JENS = Actor("fjord", "usr_jens", "customer", "Jens Nygaard", "da", customer_id="cus_jens")
DANE = Actor("fjord", "usr_anna", "staff", "Anna Holm", "da")
NEIGHBOUR = Actor("other", "usr_other", "staff", "Other", "en")


def book(start: str = "next Tuesday at 10", **given: object) -> Book:
    return Book.model_validate(
        {"customer": "Jens Nygaard", "service": "standard clean", "start": start, **given}
    )


def test_words_become_ids_an_instant_a_person_a_length_and_a_place(world):
    resolved = world.resolve(book())

    assert resolved.as_args() == {
        "customer": "cus_jens",
        "service": "svc_standard",
        "start": NEXT_TUESDAY,
        "staff": "stf_anna",
        "crew": 1,
        "hours": "3",
        "m2": 140,
        "address": "Møllevej 4, 8000 Aarhus C",
    }


def test_danish_words_mean_the_same(sqlite_world):
    danish = book("næste tirsdag kl. 10", service="standardrengøring")

    assert sqlite_world.resolve(danish, actor=DANE) == sqlite_world.resolve(book())


def test_resolving_twice_changes_nothing(sqlite_world):
    once = sqlite_world.resolve(book())

    assert sqlite_world.resolve(Book.model_validate(once.as_args())) == once


def test_the_preview_says_who_when_where_and_how_much(world):
    preview = world.preview(book())

    assert {line.label: line.value for line in preview.lines} == {
        "Customer": "Jens Nygaard",
        "Service": "Standard clean",
        "When": "Tuesday 24 November 2026 at 10:00–13:00",
        "Who": "Anna Holm",
        "Where": "Møllevej 4, 8000 Aarhus C",
        "Price": "DKK\u00a01,047.00 incl. VAT (1 × 3 h)",
    }
    assert [(figure.name, figure.amount) for figure in preview.figures] == [("total", 104700)]
    assert preview.recipients == ("jens@nygaard.example",)
    assert preview.warnings == ()


@pytest.mark.parametrize("less", [{"hours": "0.5"}, {"m2": 1}])
def test_a_customers_wish_for_less_than_usual_is_told_to_whoever_reviews_it(sqlite_world, less):
    wished = book(customer="me", address="Nygade 1, 1000 København K", **less)

    told = sqlite_world.preview(wished, actor=JENS).warnings
    usual = sqlite_world.preview(book(customer="me"), actor=JENS).warnings

    assert told[0].startswith("Kortere end normalt: 1 × ")
    assert told[1] == "Ikke på kundens egen adresse (Møllevej 4, 8000 Aarhus C)."
    assert usual == ()
    assert sqlite_world.preview(book(**less)).warnings == ()


def test_a_customers_own_yes_books_nothing():
    asked = Book.policy.model_dump()

    assert asked["kind"] == "for_role"
    assert set(asked["roles"]) == {"customer", "visitor"}
    assert asked["then"] == {"kind": "review", "role": "staff"}


def test_the_preview_speaks_danish_to_a_dane(sqlite_world):
    preview = sqlite_world.preview(book(note="Nøglen ligger under måtten"), actor=DANE)

    shown = [line.value for line in preview.lines]
    assert "tirsdag d. 24. november 2026 kl. 10:00–13:00" in shown
    assert "1.047,00\u00a0kr. inkl. moms (1 × 3 t)" in shown
    assert preview.lines[-1].source == "staff"


def test_the_price_and_the_address_must_stay_as_they_were_shown(world):
    kept = {
        (each.table, each.field): json.loads(each.value)
        for each in world.preview(book()).preconditions
    }

    assert kept["services", "price_minor"] == 34900
    assert kept["customers", "street"] == "Møllevej 4"
    assert kept["staff", "active"] is True


@pytest.mark.parametrize(
    ("table", "row", "change", "label"),
    [
        (Service, "svc_standard", {"price_minor": 39900}, "Price per hour"),
        (Service, "svc_standard", {"prices_include_vat": False}, "Price includes VAT"),
        (Service, "svc_standard", {"hours_per_m2": "0.04"}, "Hours per m²"),
        (Service, "svc_standard", {"buffer_minutes": 30}, "Time behind the job"),
        (Service, "svc_standard", {"name_da": "Rengøring"}, "Service"),
        (Staff, "stf_anna", {"name": "Anna Bro"}, "Who"),
        (Customer, "cus_jens", {"name": "Jens Bro"}, "Customer"),
        (Customer, "cus_jens", {"street": "Nygade 1"}, "Address"),
        (Customer, "cus_jens", {"version": 2}, "Customer record"),
        (CustomerEmail, "eml_1", {"email": "other@x.example"}, "Mail to"),
        (CustomerEmail, "eml_1", {"main": False}, "Mail to"),
    ],
)
def test_what_a_card_showed_or_the_booking_uses_must_not_move(
    sqlite_world, table, row, change, label
):
    shown = sqlite_world.preview(book()).preconditions

    sqlite_world.change(table, row, **change)

    moved = sqlite_world.within(lambda ctx: moved_since(ctx.session, shown))
    assert {each.label for each in moved} == {label}


def test_a_mail_address_that_was_removed_counts_as_moved(sqlite_world):
    shown = sqlite_world.preview(book()).preconditions

    sqlite_world.within(lambda ctx: ctx.session.execute(sa.delete(CustomerEmail)))

    moved = sqlite_world.within(lambda ctx: moved_since(ctx.session, shown))
    assert {each.label for each in moved} == {"Mail to"}


def test_a_first_mail_address_given_after_the_card_is_noticed(sqlite_world):
    shown = sqlite_world.preview(book(customer="Nordlys Café")).preconditions

    sqlite_world.do(UpdateCustomer(customer="Nordlys Café", email="cafe@x.example"))

    moved = sqlite_world.within(lambda ctx: moved_since(ctx.session, shown))
    assert {each.label for each in moved} == {"Customer record"}


def test_a_new_mail_address_of_the_customer_says_both_addresses(sqlite_world):
    shown = sqlite_world.preview(book()).preconditions

    sqlite_world.do(UpdateCustomer(customer="Jens Nygaard", email="other@x.example"))

    moved = sqlite_world.within(lambda ctx: moved_since(ctx.session, shown))
    told = as_moved(moved, sqlite_world.preview(book()))
    assert ("Mail to", "jens@nygaard.example", "other@x.example") in {
        (each.label, each.before, each.after) for each in told
    }


def test_performing_makes_the_booking_takes_the_time_and_writes_to_the_customer(world):
    receipt = world.do(book())

    row = world.booking(receipt)
    [taken] = world.rows(Occupancy)
    [mail] = world.mails
    assert (row.status, row.number, row.starts_at) == ("confirmed", 1, TUESDAY_NINE_UTC)
    assert (row.price_minor, row.persons, row.zone) == (104700, 1, "Europe/Copenhagen")
    assert (taken.blocks_from, taken.blocks_to) == (
        TUESDAY_NINE_UTC,
        TUESDAY_NINE_UTC + dt.timedelta(hours=4),
    )
    assert mail.to == "jens@nygaard.example"
    assert "tirsdag d. 24. november 2026 kl. 10:00–13:00" in mail.body
    assert receipt.title == "Booked #1: Jens Nygaard, Tuesday 24 November 2026 at 10:00–13:00"


def test_the_mail_carries_an_appointment_that_asks_nobody_to_answer(world):
    receipt = world.do(book())

    [mail] = world.mails
    calendar = Calendar.from_ical(mail.attachments["booking.ics"]["text"])
    [event] = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == world.booking(receipt).uid
    assert event["SEQUENCE"] == 0
    assert "ATTENDEE" not in event


def test_a_customer_without_mail_is_booked_with_a_warning(world):
    cafe = book(customer="Nordlys Café")

    preview = world.preview(cafe)
    world.do(cafe)

    assert "no e-mail address" in preview.warnings[0]
    assert world.mails == []


def test_a_second_booking_on_the_same_day_is_warned_of(world):
    world.do(book())

    preview = world.preview(book("next Tuesday at 14", staff="Anna"))

    assert preview.warnings == ("Jens Nygaard already has a booking that day: #1.",)


def test_the_next_person_is_chosen_when_the_first_is_taken(world):
    world.do(book())

    assert world.resolve(book("next Tuesday at 10:30", customer="2")).staff == "stf_jonas"


def test_the_person_with_fewest_jobs_that_day_comes_first(world):
    world.do(book("next Wednesday at 8", hours="1"))

    assert world.resolve(book("next Wednesday at 14", customer="2")).staff == "stf_jonas"


def test_a_named_person_who_is_taken_is_asked_about_with_somebody_else_and_other_times(world):
    world.do(book())

    with pytest.raises(Unclear, match="Anna Holm is not free") as caught:
        world.resolve(book("next Tuesday at 10:30", customer="2", staff="Anna"))

    other, *later = caught.value.choices
    assert (other.tool, other.args["staff"]) == ("book", "stf_jonas")
    assert later
    assert world.resolve(Book.model_validate(other.args)).staff == "stf_jonas"


def test_somebody_who_cannot_do_it_is_refused(sqlite_world):
    with pytest.raises(Rejected, match="does not do") as caught:
        sqlite_world.resolve(book(staff="Mikkel"))

    assert set(caught.value.fields) == {"staff"}


def test_a_crew_of_two_shares_the_work_and_takes_both(world):
    receipt = world.do(book("next Wednesday at 9", service="deep clean"))

    assert world.booking(receipt).persons == 2
    assert sorted(row.resource_no for row in world.rows(Occupancy)) == [1, 2]
    assert world.booking(receipt).price_minor == 2 * 4 * 34900


def test_two_people_named_do_it_together(sqlite_world):
    resolved = sqlite_world.resolve(book("next Wednesday at 9", staff="Anna and Jonas"))

    assert (resolved.staff, resolved.crew, resolved.hours) == (
        "stf_anna, stf_jonas",
        2,
        Decimal("1.5"),
    )


def test_too_few_people_is_said_with_a_time_when_there_are_enough(sqlite_world):
    with pytest.raises(Unclear, match="Only 1 of the 2 people"):
        sqlite_world.resolve(book("next Tuesday at 13", service="deep clean"))


def test_hours_that_were_said_win(sqlite_world):
    assert sqlite_world.resolve(book(hours="2½")).hours == Decimal("2.5")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("yesterday at 10", "has already passed"),
        ("30 February at 10", "no such date"),
        ("Monday 24 November 2026 at 10", "is a Tuesday"),
        ("Sunday at 10", "is closed on Sunday 22 November 2026"),
        ("25 December at 10", "Christmas Day"),
        ("next Tuesday at 18", r"outside the opening hours of that day \(08:00–17:00\)"),
        ("next Tuesday at 15", "outside the opening hours"),
        ("28 March 2027 at 02:30", "clocks go forward"),
        ("next Tuesday", "At what time"),
        ("next Tuesday afternoon", "At what time"),
        ("next week", "Which day"),
        ("uge 48", "Which day"),
        ("halv tre", "Which day at 14:30"),
        ("at 11", "day"),
    ],
)
def test_a_start_that_cannot_be_kept_is_asked_about_with_calls_that_work(sqlite_world, words, said):
    with pytest.raises(Unclear, match=said) as caught:
        sqlite_world.resolve(book(words))

    assert caught.value.choices
    assert {choice.tool for choice in caught.value.choices} == {"book"}
    assert all(choice.args["customer"] == "cus_jens" for choice in caught.value.choices)


@pytest.mark.parametrize(
    "words",
    ["Sunday at 10", "25 December at 10", "next Tuesday at 18", "next Tuesday"],
)
def test_every_time_that_is_offered_can_be_booked(sqlite_world, words):
    with pytest.raises(Unclear) as caught:
        sqlite_world.resolve(book(words))

    again = [
        sqlite_world.resolve(Book.model_validate(choice.args)) for choice in caught.value.choices
    ]
    assert [each.start for each in again] == [
        choice.args["start"] for choice in caught.value.choices
    ]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("uge 48", ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-28"]),
        ("Monday to Wednesday", ["2026-11-23", "2026-11-24", "2026-11-25"]),
    ],
)
def test_of_several_days_those_are_offered_that_have_a_free_time(sqlite_world, words, days):
    sqlite_world.add(ClosedDay(id="2026-11-27", reason=None))

    with pytest.raises(Unclear, match="Which day") as caught:
        sqlite_world.resolve(book(words))

    assert [choice.args["start"] for choice in caught.value.choices] == days
    for choice in caught.value.choices:
        with pytest.raises(Unclear, match="At what time"):
            sqlite_world.resolve(Book.model_validate(choice.args))


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("halv ni", ["2026-11-21T08:30", "2026-11-23T08:30"]),
        ("halv tre", ["2026-11-20T13:00", "2026-11-20T13:30", "2026-11-20T14:00"]),
        ("yesterday at 10", ["2026-11-21T10:00", "2026-11-23T10:00", "2026-11-26T10:00"]),
        ("30 February at 10", ["2027-02-27T10:00", "2027-03-01T10:00"]),
        ("28 March 2027 at 02:30", ["2027-03-27T11:00", "2027-03-27T11:30", "2027-03-27T12:00"]),
    ],
)
def test_only_what_the_firm_is_open_for_is_offered(sqlite_world, words, offered):
    with pytest.raises(Unclear) as caught:
        sqlite_world.resolve(book(words))

    assert [choice.args["start"][:16] for choice in caught.value.choices] == offered


def test_an_end_that_was_said_is_the_length(sqlite_world):
    resolved = sqlite_world.resolve(book("3/12 kl. 10-12"))

    assert (resolved.start, resolved.hours) == ("2026-12-03T10:00:00+01:00", Decimal(2))
    assert "10:00–12:00" in sqlite_world.preview(book("3/12 kl. 10-12")).title


def test_an_end_that_fits_no_length_is_not_dropped_in_silence(sqlite_world):
    with pytest.raises(Rejected, match=r"takes 3 h, which is not what “10:00–12:00” is"):
        sqlite_world.resolve(book("3/12 kl. 10-12", hours="3"))


def test_the_nearest_times_are_on_the_same_day_when_it_has_them(sqlite_world):
    with pytest.raises(Unclear) as caught:
        sqlite_world.resolve(book("next Tuesday at 15"))

    assert [choice.args["start"][:16] for choice in caught.value.choices] == [
        "2026-11-24T13:00",
        "2026-11-24T13:30",
        "2026-11-24T14:00",
    ]


@pytest.mark.parametrize(
    ("words", "said"), [("soonish", "cannot read"), ("1 March 2029 at 10", "too far ahead")]
)
def test_what_is_no_time_at_all_is_refused(sqlite_world, words, said):
    with pytest.raises(Rejected, match=said) as caught:
        sqlite_world.resolve(book(words))

    assert set(caught.value.fields) == {"start"}


def test_a_day_that_the_firm_closed_is_named(world):
    world.add(ClosedDay(id="2026-11-24", reason="Team day"))

    with pytest.raises(Unclear, match=r"closed on Tuesday 24 November 2026 \(Team day\)"):
        world.resolve(book())


def test_a_customer_without_address_must_say_where(world):
    world.change(Customer, "cus_cafe", street=None)

    with pytest.raises(Rejected, match="no address") as caught:
        world.resolve(book(customer="Nordlys Café"))

    assert set(caught.value.fields) == {"address"}


def test_a_customer_books_for_itself_only(world):
    assert world.resolve(book(customer="me"), actor=JENS).customer == "cus_jens"
    with pytest.raises(NotFound):
        world.resolve(book(customer="Nordlys Café"), actor=JENS)


def test_a_customers_note_is_labelled_as_the_customers(world):
    preview = world.preview(book(customer="mig", note="Ring først"), actor=JENS)

    assert preview.lines[-1].source == "customer"


def test_another_firms_ids_do_not_exist(world):
    with pytest.raises(NotFound):
        world.resolve(book(customer="cus_otherjens"))
    with pytest.raises(NotFound):
        world.resolve(book(service="svc_otherstandard"))
    with pytest.raises(NotFound):
        world.resolve(book(staff="stf_otheranna"))


def test_the_loser_of_a_slot_is_stale_and_gets_the_nearest_free_times(world):
    mine, theirs = world.resolve(book()), world.resolve(book(customer="Nordlys Café"))
    world.perform(theirs)

    with pytest.raises(Stale, match="no longer free") as caught:
        world.perform(mine)

    assert len(caught.value.choices) == 3
    assert len(world.rows(Booking)) == 1
    assert all(world.resolve(Book.model_validate(c.args)) for c in caught.value.choices)


def test_the_database_refuses_an_overlap_that_the_look_before_missed(world):
    first = world.resolve(book())
    world.perform(first)

    def insert_anyway(ctx):
        unchecked = type("Unchecked", (Book,), {"_still_free": lambda *_: True})
        return unchecked.model_validate(first.as_args()).perform(ctx, "effect:again")

    with pytest.raises(Stale):
        world.within(insert_anyway)
    assert len(world.rows(Booking)) == 1
    assert len(world.rows(Occupancy)) == 1


def test_a_time_that_has_passed_by_the_approval_is_stale(world):
    resolved = world.resolve(book())

    with pytest.raises(Stale):
        world.perform(resolved, now=TUESDAY_NINE_UTC + dt.timedelta(minutes=1))


def test_a_day_closed_after_the_preview_is_stale(world):
    resolved = world.resolve(book())
    world.add(ClosedDay(id="2026-11-24", reason=None))

    with pytest.raises(Stale):
        world.perform(resolved)


def test_a_service_that_has_gone_cannot_be_performed(world):
    resolved = world.resolve(book())
    world.change(Service, "svc_standard", active=False)

    with pytest.raises(NotFound):
        world.perform(resolved)


def test_somebody_who_has_left_cannot_be_booked(world):
    world.change(Staff, "stf_anna", active=False)

    assert world.resolve(book()).staff == "stf_jonas"


def test_an_unresolved_booking_cannot_be_performed(world):
    with pytest.raises(NotFound, match="not settled"):
        world.perform(book())


def test_undo_cancels_while_it_is_ahead(world):
    resolved = world.resolve(book())
    receipt = world.perform(resolved)

    undone = world.within(lambda ctx: resolved.undo(ctx, receipt))
    too_late = world.within(lambda ctx: resolved.undo(ctx, receipt), now=TUESDAY_NINE_UTC)

    assert undone == CancelBooking(booking=receipt.record["booking"])
    assert too_late is None


def test_what_is_cancelled_already_has_nothing_to_undo(world):
    resolved = world.resolve(book())
    receipt = world.perform(resolved)
    world.do(CancelBooking(booking="1"))

    assert world.within(lambda ctx: resolved.undo(ctx, receipt)) is None


def test_two_firms_may_book_the_same_hour(world):
    world.do(book())

    receipt = world.do(book(customer="cus_otherjens"), actor=NEIGHBOUR)

    assert receipt.reference == "#1"


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("tomorrow at 10", "2026-11-21T10:00:00+01:00"),
        ("i morgen kl. 10", "2026-11-21T10:00:00+01:00"),
        ("fredag kl. 13", "2026-11-27T13:00:00+01:00"),
        ("på mandag klokken 8.30", "2026-11-23T08:30:00+01:00"),
        ("kl. 10 på tirsdag", NEXT_TUESDAY),
        ("2027-03-30T10:00:00+02:00", "2027-03-30T10:00:00+02:00"),
    ],
)
def test_a_start_is_read_as_people_say_it(sqlite_world, words, start):
    assert sqlite_world.resolve(book(words)).start == start


def test_a_day_with_nothing_left_is_said_with_times_on_other_days(sqlite_world):
    sqlite_world.add(ClosedDay(id="2026-11-24", reason=None))

    with pytest.raises(Unclear, match="Nothing is free") as caught:
        sqlite_world.resolve(book("next Tuesday"))

    assert {choice.args["start"][:10] for choice in caught.value.choices} == {"2026-11-23"}
