"""Moving, cancelling and completing a booking."""

import datetime as dt
import json
import threading

import pytest
from icalendar import Calendar

from agent.gate.preconditions import moved_since
from memory.tables.booking import Booking, Occupancy, Service, Staff
from memory.tables.leads import Customer, CustomerEmail, Lead, LeadChange, Note
from tools.booking.actions import Book
from tools.booking.changes import CancelBooking, RescheduleBooking
from tools.booking.completion import CompleteBooking
from tools.errors import Conflict, NotFound, Rejected, Stale, ToolError, Unclear
from tools.kit import Actor

JENS = Actor("fjord", "usr_jens", "customer", "Jens Nygaard", "da", customer_id="cus_jens")
CAFE = Actor("fjord", "usr_cafe", "customer", "Nordlys", "en", customer_id="cus_cafe")
JONAS = Actor("fjord", "usr_jonas", "crew", "Jonas Krogh", "da", staff_id="stf_jonas")
ANNA_CREW = Actor("fjord", "usr_a", "crew", "Anna", "en", staff_id="stf_anna")
TUESDAY_TEN = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def booked(world):
    """Jens Nygaard on Tuesday from 10 to 13, by Anna."""
    world.do(
        Book(customer="Jens Nygaard", service="standard clean", start="24 November 2026 at 10:00")
    )
    return world


def test_a_booking_moves_with_its_people_and_the_old_time_is_free_again(booked):
    receipt = booked.do(RescheduleBooking(booking="1", start="Wednesday at 9"))

    [taken] = booked.rows(Occupancy)
    row = booked.booking(receipt)
    assert row.starts_at == dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
    assert (row.sequence, row.version, row.price_minor) == (1, 2, 104700)
    assert taken.blocks_from == row.starts_at
    assert booked.resolve(
        Book(customer="2", service="standard clean", start="24 November 2026 at 10", staff="Anna")
    )


def test_the_move_is_shown_with_before_and_after(booked):
    preview = booked.preview(RescheduleBooking(booking="1", start="Wednesday at 9"))

    moved = {line.label: (line.before, line.value) for line in preview.lines}
    assert moved["When"] == (
        "Tuesday 24 November 2026 at 10:00–13:00",
        "Wednesday 25 November 2026 at 09:00–12:00",
    )
    assert moved["Who"] == (None, "Anna Holm")
    kept = {(each.table, each.field) for each in preview.preconditions}
    assert kept >= {("bookings", "status"), ("bookings", "version"), ("staff", "active")}


@pytest.mark.parametrize(
    ("table", "row", "change", "label"),
    [
        (CustomerEmail, "eml_1", {"email": "other@x.example"}, "Mail to"),
        (Customer, "cus_jens", {"version": 2}, "Customer record"),
        (Service, "svc_standard", {"prices_include_vat": False}, "Price includes VAT"),
        (Service, "svc_standard", {"buffer_minutes": 30}, "Time behind the job"),
    ],
)
@pytest.mark.parametrize(
    "change_of_booking",
    [RescheduleBooking(booking="1", start="Wednesday at 9"), CancelBooking(booking="1")],
)
def test_what_the_mail_about_a_change_says_and_where_it_goes_must_not_move(
    booked, change_of_booking, table, row, change, label
):
    shown = booked.preview(change_of_booking).preconditions

    booked.change(table, row, **change)

    moved = booked.within(lambda ctx: moved_since(ctx.session, shown))
    assert {each.label for each in moved} == {label}


@pytest.mark.parametrize(
    "late", [RescheduleBooking(booking="1", start="Friday at 9"), CancelBooking(booking="1")]
)
def test_a_visit_that_has_taken_place_is_neither_moved_nor_cancelled(booked, late):
    the_day_after = TUESDAY_TEN + 24 * HOUR

    with pytest.raises(Conflict, match="has taken place"):
        booked.resolve(late, now=the_day_after)


def test_a_move_approved_after_the_visit_took_place_is_refused(booked):
    action = booked.resolve(RescheduleBooking(booking="1", start="Friday at 9"))

    with pytest.raises(Conflict, match="has taken place and cannot be moved"):
        booked.perform(action, now=TUESDAY_TEN + 24 * HOUR)


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("Wednesday", "2026-11-25T10:00:00+01:00"),
        ("at 11", "2026-11-24T11:00:00+01:00"),
        ("25 November at 8:30", "2026-11-25T08:30:00+01:00"),
    ],
)
def test_only_a_day_keeps_the_time_and_only_a_time_keeps_the_day(booked, words, start):
    assert booked.resolve(RescheduleBooking(booking="1", start=words)).start == start


def test_a_booking_may_overlap_itself_when_it_moves(booked):
    receipt = booked.do(RescheduleBooking(booking="1", start="at 10:30"))

    assert booked.booking(receipt).starts_at == TUESDAY_TEN + HOUR / 2


def test_somebody_else_may_take_it_over(booked):
    preview = booked.preview(RescheduleBooking(booking="1", staff="Jonas"))
    receipt = booked.do(RescheduleBooking(booking="1", staff="Jonas"))

    assert ("Anna Holm", "Jonas Krogh") in {(line.before, line.value) for line in preview.lines}
    assert [row.resource_no for row in booked.rows(Occupancy)] == [2]
    assert booked.booking(receipt).starts_at == TUESDAY_TEN


def test_a_move_that_changes_nothing_or_says_nothing_is_refused(booked):
    with pytest.raises(Rejected, match="already"):
        booked.resolve(RescheduleBooking(booking="1", start="24 November 2026 at 10:00"))
    with pytest.raises(Rejected, match="new time"):
        booked.resolve(RescheduleBooking(booking="1"))


def test_the_mail_about_a_move_keeps_the_uid_and_counts_on(booked):
    booked.do(RescheduleBooking(booking="1", start="Wednesday at 9"))

    first, second = (
        Calendar.from_ical(mail.attachments["booking.ics"]["text"]).walk("VEVENT")[0]
        for mail in sorted(booked.mails, key=lambda mail: mail.key)
    )
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)


def test_a_move_is_undone_by_moving_back(booked):
    action = booked.resolve(RescheduleBooking(booking="1", start="Wednesday at 9"))
    receipt = booked.perform(action)

    back = booked.within(lambda ctx: action.undo(ctx, receipt))
    again = booked.do(back)

    assert booked.booking(again).starts_at == TUESDAY_TEN
    assert booked.within(lambda ctx: action.undo(ctx, receipt), now=TUESDAY_TEN) is None


def test_a_move_into_a_time_taken_meanwhile_is_stale_and_changes_nothing(booked):
    action = booked.resolve(RescheduleBooking(booking="1", start="Wednesday at 9"))
    booked.do(Book(customer="2", service="standard clean", start="25 November at 9", staff="Anna"))

    with pytest.raises(Stale) as caught:
        booked.perform(action)

    assert caught.value.choices
    assert min(row.starts_at for row in booked.rows(Booking)) == TUESDAY_TEN
    assert len(booked.rows(Occupancy)) == 2


def test_a_busy_person_is_asked_about_before_the_move(booked):
    booked.do(Book(customer="2", service="standard clean", start="25 November at 9", staff="Anna"))

    with pytest.raises(Unclear, match="Anna Holm is not free") as caught:
        booked.resolve(RescheduleBooking(booking="1", start="Wednesday at 9"))

    assert caught.value.choices[0].args["staff"] == "stf_jonas"


def test_people_who_left_are_replaced_when_it_moves(booked):
    booked.change(Staff, "stf_anna", active=False)

    assert booked.resolve(RescheduleBooking(booking="1", start="at 11")).staff == "stf_jonas"


def test_cancelling_frees_the_time_and_tells_the_customer(booked):
    receipt = booked.do(CancelBooking(booking="1", reason="Syg"))

    row = booked.booking(receipt)
    mail = next(mail for mail in booked.mails if mail.key.endswith("cancelled"))
    assert (row.status, row.cancel_reason, row.version) == ("cancelled", "Syg", 2)
    assert [taken.live for taken in booked.rows(Occupancy)] == [False]
    assert "Årsag: Syg" in mail.body
    assert "STATUS:CANCELLED" in mail.attachments["booking.ics"]["text"]


def test_the_cancelled_time_can_be_booked_again(booked):
    booked.do(CancelBooking(booking="1"))

    assert booked.do(
        Book(customer="2", service="standard clean", start="24 November at 10", staff="Anna")
    )


@pytest.mark.parametrize(
    ("hours_before", "notice"), [(25, "outside"), (24, "outside"), (23, "inside")]
)
def test_the_preview_says_whether_it_is_inside_the_notice(booked, hours_before, notice):
    now = TUESDAY_TEN - HOUR * hours_before

    preview = booked.within(
        lambda ctx: CancelBooking(booking="1").preview(ctx), actor=JENS, now=now
    )

    assert preview.facts == {"notice": notice}
    assert bool(preview.warnings) == (notice == "inside")


def test_what_is_cancelled_stays_cancelled(booked):
    booked.do(CancelBooking(booking="1"))

    with pytest.raises(Conflict, match="already cancelled"):
        booked.resolve(CancelBooking(booking="1"))
    with pytest.raises(Conflict, match="already cancelled"):
        booked.resolve(RescheduleBooking(booking="1", start="Wednesday at 9"))


def test_what_has_taken_place_cannot_be_cancelled(booked):
    with pytest.raises(Conflict, match="has taken place"):
        booked.resolve(CancelBooking(booking="1"), now=TUESDAY_TEN + HOUR * 4)


def test_a_job_is_completed_with_its_real_hours_and_a_note(booked):
    done = CompleteBooking(booking="1", hours="4½", note="Vinduerne manglede")

    preview = booked.preview(done, actor=ANNA_CREW, now=TUESDAY_TEN + HOUR * 5)
    receipt = booked.do(done, actor=ANNA_CREW, now=TUESDAY_TEN + HOUR * 5)

    row, [note] = booked.booking(receipt), booked.rows(Note)
    assert (row.status, row.actual_minutes) == ("completed", 270)
    assert (note.about_kind, note.about_id, note.author) == ("booking", row.id, "Anna")
    assert "call Jens Nygaard" in preview.warnings[0]
    assert receipt.lines[-1].label == "Overrun"


def test_the_first_completed_booking_wins_the_customers_open_lead(booked):
    booked.add(
        Lead(
            id="lea_1",
            number=1,
            name="Jens Nygaard",
            folded_name="jens nygaard",
            status="quoted",
            source="website",
            customer_id="cus_jens",
            received_at=TUESDAY_TEN,
            created_at=TUESDAY_TEN,
            updated_at=TUESDAY_TEN,
        )
    )

    receipt = booked.do(CompleteBooking(booking="1"), now=TUESDAY_TEN + HOUR * 3)

    assert receipt.lines[-1].value == "Jens Nygaard"
    [lead], [change] = booked.rows(Lead), booked.rows(LeadChange)
    assert (lead.status, change.before, change.after) == ("won", "quoted", "won")


def test_without_hours_it_took_as_long_as_planned(booked):
    receipt = booked.do(CompleteBooking(booking="Jens Nygaard"), now=TUESDAY_TEN + HOUR * 3)

    assert booked.booking(receipt).actual_minutes == 180


def test_a_job_cannot_be_completed_before_it_has_begun(booked):
    with pytest.raises(Rejected, match="has not begun"):
        booked.resolve(CompleteBooking(booking="1"))


def test_the_crew_completes_only_its_own_jobs(booked):
    with pytest.raises(NotFound):
        booked.resolve(CompleteBooking(booking="1"), actor=JONAS, now=TUESDAY_TEN + HOUR)


def test_a_customer_sees_only_its_own_booking(booked):
    assert booked.resolve(CancelBooking(booking="my booking"), actor=JENS).booking
    with pytest.raises(NotFound):
        booked.resolve(CancelBooking(booking="1"), actor=CAFE)


@pytest.mark.parametrize(
    "words",
    [
        "booking 1",
        "#1",
        "Jens Nygaard",
        "Jens Nygaard's booking on Tuesday",
        "Jens Nygaards booking på tirsdag",
        "the booking on Tuesday at 10",
        "bookingen tirsdag kl. 10",
        "Jens Nygaard 24 November",
    ],
)
def test_a_booking_is_known_by_number_name_and_time(booked, words):
    [row] = booked.rows(Booking)

    assert booked.resolve(CancelBooking(booking=words)).booking == row.id


def test_words_that_fit_two_bookings_are_asked_about(booked):
    booked.do(Book(customer="1", service="standard clean", start="25 November at 9"))

    with pytest.raises(Unclear) as caught:
        booked.resolve(CancelBooking(booking="Jens Nygaard"))

    assert len(caught.value.choices) == 2


@pytest.mark.parametrize("words", ["the booking on Monday", "booking 99", "the booking at 10"])
def test_words_that_fit_no_booking_are_refused(booked, words):
    with pytest.raises(Rejected):
        booked.resolve(CancelBooking(booking=words))


def test_a_booking_changed_since_the_preview_has_another_version(booked):
    preview = booked.preview(CancelBooking(booking="1"))
    booked.do(RescheduleBooking(booking="1", start="Wednesday at 9"))

    [row] = booked.rows(Booking)
    kept = {each.field: json.loads(each.value) for each in preview.preconditions}
    assert kept["version"] != row.version


def race(world, actions: list) -> list[str]:
    """Everybody at once: what became of each."""
    start, outcomes = threading.Barrier(len(actions)), [""] * len(actions)

    def run(index: int) -> None:
        start.wait()
        try:
            world.within(lambda ctx: actions[index].perform(ctx, f"effect:race{index}"))
            outcomes[index] = "done"
        except ToolError as error:
            outcomes[index] = type(error).__name__

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    return sorted(outcomes)


def test_of_eight_who_want_one_person_at_one_time_one_gets_it(world):
    wanted = [
        world.resolve(
            Book(
                customer="1",
                service="windows",
                start="24 November at 10",
                staff="Anna",
                hours=hours,
            )
        )
        for hours in ("1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5")
    ]

    outcomes = race(world, wanted)

    assert outcomes == ["Stale"] * 7 + ["done"]
    assert [row.number for row in world.rows(Booking)] == [1]
    assert len(world.rows(Occupancy)) == 1


def test_crews_that_share_people_neither_deadlock_nor_half_book(world):
    wanted = [
        world.resolve(
            Book(customer="1", service="deep", start="25 November at 9", staff=staff, hours="2")
        )
        for staff in ("Anna and Jonas", "Jonas and Anna") * 3
    ]

    outcomes = race(world, wanted)

    assert outcomes == ["Stale"] * 5 + ["done"]
    assert sorted(row.resource_no for row in world.rows(Occupancy)) == [1, 2]


def test_two_bookings_that_move_into_one_hour_at_once_do_not_both_get_there(booked):
    booked.do(Book(customer="2", service="standard clean", start="23 November at 10", staff="Anna"))
    moves = [
        booked.resolve(RescheduleBooking(booking=number, start="27 November at 9", staff="Anna"))
        for number in ("1", "2")
    ]

    outcomes = race(booked, moves)

    assert outcomes == ["Stale", "done"]
    assert len({row.blocks_from for row in booked.rows(Occupancy)}) == 2
