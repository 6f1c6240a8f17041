"""Booking: services, free times, the diary, and everything that happens to a job."""

from pathlib import Path

from tools.booking.actions import Book
from tools.booking.changes import CancelBooking, RescheduleBooking
from tools.booking.completion import CompleteBooking
from tools.booking.free_times import FindSlots
from tools.booking.queries import FindBookings, FindServices
from tools.kit import Domain

DOMAIN = Domain(
    name="booking",
    title_en="Booking",
    title_da="Booking",
    queries=(FindServices, FindSlots, FindBookings),
    actions=(Book, RescheduleBooking, CancelBooking, CompleteBooking),
    examples=Path(__file__).parent / "examples.yaml",
)
