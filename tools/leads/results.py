"""What the look-ups of leads and customers answer with: typed rows, a sentence, and a card."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from tools.cards import Card, Cell, FactsCard, Line, Option, TableCard
from tools.kit import From, Quoted, Result, Untrusted
from tools.leads.showing import FoundBooking

Theirs = Annotated[str, From("customer")]
"""What a customer may have written, or changes without anybody looking."""


class Found(BaseModel):
    """One row of an answer: fields of our own records, by name."""

    model_config = ConfigDict(frozen=True)


class FoundLead(Found):
    """A lead as a list shows it. What it wrote is quoted, never an instruction."""

    id: str
    number: int
    name: Untrusted
    city: Untrusted | None
    status: str
    source: Untrusted
    service: Untrusted | None
    email: Untrusted | None
    phone: Untrusted | None
    received_at: dt.datetime
    message: Quoted | None


class FoundLeads(Result):
    """Leads, newest first; `total` counts those that are not shown too; with `more`, there are more than that."""

    title: str
    columns: tuple[str, ...]
    rows: Annotated[tuple[tuple[Cell, ...], ...], From("third_party")]
    leads: tuple[FoundLead, ...]
    total: int
    more: bool = False

    def as_card(self) -> Card | None:
        """A table of the leads."""
        if not self.leads:
            return None
        total = None if self.more else self.total
        return TableCard(title=self.title, columns=self.columns, rows=self.rows, total=total)


class ShownLead(Result):
    """One lead with everything that is known of it; its words and the notes are quoted with whose they are."""

    id: str
    number: int
    name: Untrusted
    status: str
    email: Untrusted | None
    phone: Untrusted | None
    city: Untrusted | None
    customer_id: str | None
    message: Quoted | None
    notes: tuple[Quoted, ...]
    lines: Annotated[tuple[Line, ...], From("third_party")]

    def as_card(self) -> Card:
        """The lead as facts."""
        return FactsCard(title=f"{self.name} #{self.number}", lines=self.lines)


class FoundCustomer(Found):
    """A customer as a list shows it."""

    id: str
    number: int
    name: Theirs
    kind: str
    address: Theirs
    city: Theirs | None
    email: Theirs | None
    phone: Theirs | None
    phone_shown: Theirs = ""


class FoundCustomers(Result):
    """Customers by name; `total` counts those that are not shown too; with `more`, there are more than that."""

    title: str
    columns: tuple[str, ...]
    customers: tuple[FoundCustomer, ...]
    total: int
    more: bool = False

    def as_card(self) -> Card | None:
        """A table of the customers."""
        if not self.customers:
            return None
        rows = tuple(
            tuple(
                Cell(text=text or "")
                for text in (str(one.number), one.name, one.address, one.phone_shown, one.email)
            )
            for one in self.customers
        )
        total = None if self.more else self.total
        return TableCard(title=self.title, columns=self.columns, rows=rows, total=total)


class ShownCustomer(Result):
    """One customer: contact, coming and latest bookings, and notes with whose words they are."""

    id: str
    number: int
    name: Theirs
    address: Theirs
    emails: tuple[Theirs, ...]
    phones: tuple[Theirs, ...]
    bookings: tuple[FoundBooking, ...]
    notes: tuple[Quoted, ...]
    lines: Annotated[tuple[Line, ...], From("customer")]
    options: tuple[Option, ...] = ()

    def as_card(self) -> Card:
        """The customer as facts."""
        return FactsCard(
            title=f"{self.name} #{self.number}", lines=self.lines, options=self.options
        )
