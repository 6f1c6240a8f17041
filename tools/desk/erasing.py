"""Erases a person on the owner's typed word: from records, conversations, proposals, the trail and every file."""

from typing import ClassVar, Self

import sqlalchemy as sa

from memory.tables.leads import Customer, Lead
from tools.cards import Line, Preview
from tools.desk.persons import Person, blank_records, gather, words_of
from tools.desk.ports import Forgetting, Traces
from tools.errors import Conflict, NotFound
from tools.kit import Action, Context, Effect, Receipt, Role
from tools.lookup import find_about, find_booking, find_customer
from tools.policy import Policy, confirm
from tools.refs import CustomerRef
from tools.values.emails import find_emails

_AHEAD = ("held", "confirmed", "in_progress")


class EraseCustomer(Action):
    """Erase a customer or lead for good: the person goes from everything; bookings stay, without name or address."""

    customer: CustomerRef
    """The customer or lead: name, number, e-mail, phone or id."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner"})
    effect: ClassVar[Effect] = Effect.IRREVERSIBLE
    policy: ClassVar[Policy] = confirm().typed("name")
    minutes_saved: ClassVar[int] = 30

    def resolve(self, ctx: Context) -> Self:
        """The one customer or lead by id. Raises Conflict while a booking of theirs is still ahead."""
        row = _found(ctx, self.customer)
        _check(ctx, gather_of(ctx, row))
        return self.model_copy(update={"customer": row.id})

    def preview(self, ctx: Context) -> Preview:
        """What goes and what stays, counted."""
        person = gather_of(ctx, _found(ctx, self.customer))
        return Preview(
            title=ctx.say(f"Erase {person.name} for good", f"Slet {person.name} for altid"),
            lines=tuple(_lines(ctx, person)),
            warnings=(
                ctx.say(
                    "This cannot be undone. Whatever was said and done about this person goes from conversations too.",
                    "Det kan ikke fortrydes. Det, der er sagt og gjort om personen, går også ud af samtalerne.",
                ),
            ),
            facts={"name": person.name},
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Blank it all, and have the bytes removed from the files."""
        row = _found(ctx, self.customer)
        person = gather_of(ctx, row)
        _check(ctx, person)
        traces = Traces(words=words_of(ctx, person), ids=person.ids, whole=True)
        proposals = {fact.proposal_id for fact in person.facts if fact.proposal_id}
        blank_records(ctx, person)
        by = key.removeprefix("effect:")
        ctx[Forgetting].forget(ctx, traces, proposal_ids=proposals, by=by)
        kind = "customer" if isinstance(row, Customer) else "lead"
        return Receipt(title=_erased(ctx, row), record={kind: row.id})


def _found(ctx: Context, words: str) -> Customer | Lead:
    """The customer, else the lead. Several leads with one e-mail are one person: the newest stands for them."""
    said = find_emails(words)
    if len(said) == 1:
        mine = sa.select(Lead).where(sa.func.lower(Lead.email) == said[0].value)
        lead = ctx.session.scalars(mine.order_by(Lead.received_at.desc()).limit(1)).first()
        if lead is not None and lead.customer_id is None and not _is_customer(ctx, words):
            return lead
        return find_customer(ctx, words)
    about = find_about(ctx, words, field="customer")
    if about.kind == "lead":
        lead = ctx.session.fetch(Lead, about.id)
        if lead is not None and lead.customer_id is None:
            return lead
        return find_customer(ctx, lead.customer_id or "" if lead else "")
    if about.kind == "booking":
        return find_customer(ctx, find_booking(ctx, about.id, live=False).customer_id)
    return find_customer(ctx, about.id)


def _is_customer(ctx: Context, words: str) -> bool:
    try:
        return bool(find_customer(ctx, words))
    except NotFound:
        return False


def gather_of(ctx: Context, row: Customer | Lead) -> Person:
    """All of the person behind a customer or lead."""
    if isinstance(row, Customer):
        return gather(ctx, row, None)
    return gather(ctx, None, row)


def _check(ctx: Context, person: Person) -> None:
    ahead = [b for b in person.bookings if b.status in _AHEAD and b.ends_at > ctx.now]
    if not ahead:
        return
    numbers = ", ".join(f"#{row.number}" for row in sorted(ahead, key=lambda row: row.number))
    raise Conflict(
        ctx.say(
            f"{person.name} has a booking ahead ({numbers}). Cancel it first, or somebody drives to no address.",
            f"{person.name} har en kommende booking ({numbers}). Aflys den først, ellers kører nogen forgæves.",
        )
    )


def _lines(ctx: Context, person: Person) -> list[Line]:
    gone, kept = ctx.say("erased", "slettes"), ctx.say("stays", "bliver")
    counted = (
        (("Customer", "Kunde"), person.customers, gone),
        (("Leads", "Leads"), person.leads, gone),
        (("E-mails and phones", "E-mails og telefoner"), [*person.emails, *person.phones], gone),
        (("Sign-in", "Login"), person.users, gone),
        (("Notes", "Noter"), person.notes, gone),
        (("Mails", "Mails"), person.mails, gone),
        (("Remembered", "Husket"), person.facts, gone),
        (("Imported rows", "Importerede rækker"), person.imported, gone),
        (("Files with a row of theirs", "Filer med en række om personen"), person.uploads, gone),
    )
    lines = [
        Line(label=ctx.say(*label), value=f"{len(rows)}, {what}")
        for label, rows, what in counted
        if rows
    ]
    if person.bookings:
        bare = ctx.say(
            f"{len(person.bookings)}: time, service, staff and price {kept}; name, address and notes {gone}",
            f"{len(person.bookings)}: tid, ydelse, medarbejder og pris {kept}; navn, adresse og noter {gone}",
        )
        lines.append(Line(label=ctx.say("Bookings", "Bookinger"), value=bare))
    return lines


def _erased(ctx: Context, row: Customer | Lead) -> str:
    number = row.number
    if isinstance(row, Customer):
        return ctx.say(f"Customer #{number} is erased.", f"Kunde #{number} er slettet.")
    return ctx.say(f"Lead #{number} is erased.", f"Lead #{number} er slettet.")
