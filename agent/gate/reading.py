"""Whether a text says a value: the typed readers of `tools.values` behind one question."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from agent.gate.references import NUMBERED, number_only, says_number
from memory.store import TenantSession
from memory.tables.booking import Booking, Service, Staff
from memory.tables.identity import User
from memory.tables.leads import Customer, Lead
from tools.contacts import email_of, phone_of
from tools.lookup import means_oneself
from tools.values.durations import find_durations
from tools.values.moments import Moment, find_moments, read_moment
from tools.values.money import find_money
from tools.values.phones import find_phones
from tools.values.text import fold
from tools.values.tokens import tokenise

_NUMBER = re.compile(r"\d[\d.,]*(?:½)?")
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_AREA = re.compile(r"\d[\d.,]*\s*(?:m2|m²|kvm|kvadratmeter|sqm|square)", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s<>,;:()\"']+@[^\s<>,;:()\"']+")

Names = Callable[[str, str], Sequence[str]]
"""(kind, id) → what people call the record: names, and its number with a # in front."""


@dataclass(frozen=True)
class Reader:
    """Reads texts as they were meant on a day, in a zone and country, over one tenant's records."""

    now: dt.datetime
    zone: ZoneInfo
    country: str
    names: Names
    ordinary: Callable[[str], bool] = lambda name: False
    """Whether a name is made of words that are said anyway, so that saying them names nobody."""
    by_customer: bool = False
    """Whether a customer is speaking, who without a word means nobody but themselves."""

    def says(self, kind: str, value: str, text: str) -> bool:
        """Whether `text` gives a value equal to `value`, which is of the kind of a tool's slot."""
        match kind:
            case "customer" if self.by_customer and means_oneself(value):
                return True
            case "when" | "day":
                return self._says_moment(value, text) or contains(text, value)
            case "money" | "number" | "hours":
                return _number(value) in self._quantities(kind, text)
            case "phone":
                return self._phone(value) in {self._phone(m.group()) for m in _PHONE.finditer(text)}
            case "email":
                return _email(value) in {_email(m.group()) for m in _EMAIL.finditer(text)}
            case _ if kind in NUMBERED:
                return self._says_record(kind, value, text)
            case _:
                called = (value, value.replace("_", " "), *self.names(kind, value))
                return any(contains(text, name) for name in called)

    def _says_record(self, kind: str, value: str, text: str) -> bool:
        """By its number where that is meant as one, or by a name that cannot have been said for another reason."""
        named_by_outsiders = kind in ("customer", "lead", "about")
        for place, name in enumerate((value, *self.names(kind, value))):
            number = number_only(name)
            if number is not None:
                if says_number(kind, number, text, self._taken):
                    return True
            elif contains(text, name):
                # A stranger who calls himself "Aarhus" is not meant by "find leads in Aarhus".
                theirs = named_by_outsiders or (kind == "booking" and place > 0)
                if not (theirs and self.ordinary(name)):
                    return True
        return False

    def _taken(self, text: str) -> list[tuple[int, int]]:
        found = (
            *find_moments(text, now=self.now, zone=self.zone),
            *find_money(text),
            *find_durations(text),
            *find_phones(text, region=self.country),
        )
        spans = [(each.start, each.end) for each in found]
        return spans + [match.span() for match in _AREA.finditer(text)]

    def _quantities(self, kind: str, text: str) -> frozenset[Decimal]:
        if kind == "money":
            return self._amounts(text)
        return _numbers(text) | (_hours(text) if kind == "hours" else frozenset[Decimal]())

    def _amounts(self, text: str) -> frozenset[Decimal]:
        """The numbers that may be money: not those of a time, a phone or a record (#12) that happen to be equal."""
        money = [(each.start, each.end) for each in find_money(text)]
        others = (
            *find_moments(text, now=self.now, zone=self.zone),
            *find_phones(text, region=self.country),
        )
        taken = [(each.start, each.end) for each in others]
        found: set[Decimal] = set()
        for match in _NUMBER.finditer(text):
            at = match.start()
            meant = any(start <= at < end for start, end in money)
            other = text[:at].endswith("#") or any(start <= at < end for start, end in taken)
            if meant or not other:
                found |= readings(match.group())
        return frozenset(found)

    def same(self, kind: str, value: str, other: str) -> bool:
        """Whether two whole texts are the same value of a kind."""
        if fold(value) == fold(other):
            return True
        match kind:
            case "when" | "day":
                mine, theirs = self._moment(value), self._moment(other)
                return mine is not None and theirs is not None and _point(mine) == _point(theirs)
            case "money" | "hours" | "number":
                return _number(value) in readings(other)
            case "phone":
                return self._phone(value) == self._phone(other)
            case "email":
                return _email(value) == _email(other)
            case _:
                return False

    def _says_moment(self, value: str, text: str) -> bool:
        wanted = self._moment(value)
        if wanted is None or wanted.date is None:
            return False
        said = [each.value for each in find_moments(text, now=self.now, zone=self.zone)]
        days = {day for each in said for day in (each.date, each.also) if day}
        times = {each.time for each in said if each.time}
        return wanted.date in days and (wanted.time is None or wanted.time in times)

    def _moment(self, text: str) -> Moment | None:
        return read_moment(text, now=self.now, zone=self.zone)

    def _phone(self, text: str) -> str:
        return phone_of(text, self.country) or re.sub(r"\D", "", text)


def contains(text: str, words: str) -> bool:
    """Whether the words stand in the text one after the other, folded; a genitive s may follow the last."""
    wanted = _words(words)
    line = f" {_words(text)} "
    return bool(wanted) and (f" {wanted} " in line or f" {wanted}s " in line)


def _words(text: str) -> str:
    tokens = tokenise(text)
    return " ".join(word for word in tokens.words[: len(tokens)] if word[:1].isalnum())


def readings(text: str) -> frozenset[Decimal]:
    """Every number that one written number may be: “9.900” is 9900 in Danish and 9.9 in English."""
    digits = text.replace(" ", "").replace("½", ",5" if text[:1].isdigit() else "0,5").rstrip(".,")
    spellings = (digits.replace(",", ""), digits.replace(".", "").replace(",", "."))
    return frozenset(number for each in spellings if (number := _number(each)) is not None)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _numbers(text: str) -> frozenset[Decimal]:
    return frozenset(each for match in _NUMBER.finditer(text) for each in readings(match.group()))


def _hours(text: str) -> frozenset[Decimal]:
    lengths = (each.value for each in find_durations(text))
    return frozenset(Decimal(each.days * 86400 + each.seconds) / 3600 for each in lengths)


def _email(text: str) -> str:
    bare = text.strip(".")
    return email_of(bare) or bare.casefold()


def _point(moment: Moment) -> tuple[dt.date | None, dt.time | None]:
    return moment.date, moment.time


def names_in(session: TenantSession) -> Names:
    """What the tenant's own records are called."""

    def names(kind: str, record_id: str) -> Sequence[str]:
        match kind:
            case "customer" | "lead" | "about":
                row = session.fetch(Customer, record_id) or session.fetch(Lead, record_id)
                return (row.name, f"#{row.number}") if row else ()
            case "service":
                service = session.fetch(Service, record_id)
                return (service.name_en, service.name_da) if service else ()
            case "staff":
                staff = session.fetch(Staff, record_id)
                return (staff.name,) if staff else ()
            case "user":
                user = session.fetch(User, record_id)
                return (user.name, user.email) if user else ()
            case "booking":
                return _booking_names(session, record_id)
            case _:
                return ()

    return names


def _booking_names(session: TenantSession, booking_id: str) -> Sequence[str]:
    found = session.execute(
        sa.select(Booking.number, Customer.name)
        .join(Customer, Customer.id == Booking.customer_id)
        .where(Booking.id == booking_id)
    ).first()
    return (f"#{found[0]}", found[1]) if found else ()
