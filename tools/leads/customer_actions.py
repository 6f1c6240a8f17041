"""What people change about customers, and the notes that they write."""

from typing import Any, ClassVar, Self

from memory.tables.leads import Customer, Note
from tools.cards import Line, Preview
from tools.errors import Conflict, Unclear
from tools.kit import Action, Context, Effect, Receipt, Role
from tools.leads.arguments import read_email_arg, read_name_arg, read_phone_arg, unchanged
from tools.leads.noting import find_note, quoted
from tools.leads.rules import read_address
from tools.leads.service import (
    add_note,
    main_email,
    main_phone,
    same_person,
    set_email,
    set_phone,
    touch,
)
from tools.leads.showing import address_of, phone_shown
from tools.lookup import find_about, find_customer, show_customer_name
from tools.policy import Policy, auto, confirm
from tools.refs import AboutRef, Address, CustomerRef, Email, Name, NoteRef, Phone, Text
from tools.values.text import fold

_WRITERS: frozenset[Role] = frozenset({"owner", "staff", "crew"})
_FIELDS = ("name", "email", "phone", "address")


class UpdateCustomer(Action):
    """Change a customer's name, e-mail, phone or address. A customer may change its own."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "customer"})
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto().for_role("customer", confirm())
    minutes_saved: ClassVar[int] = 2

    customer: CustomerRef | None = None
    """The customer: name, number, e-mail, phone or id. A customer may leave it out."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    """Street, postal code and city: "Ryesgade 12, 8000 Aarhus C"."""

    def resolve(self, ctx: Context) -> Self:
        """The customer by id, and the new values in their one spelling."""
        said = self.customer
        if said is None and ctx.actor.role == "customer":
            said = ctx.actor.customer_id
        if said is None:
            message = ctx.say("Which customer?", "Hvilken kunde?")
            raise Unclear(message, fields={"customer": message})
        customer = find_customer(ctx, said)
        if all(getattr(self, name) is None for name in _FIELDS):
            message = ctx.say(
                "What should be changed: name, e-mail, phone or address?",
                "Hvad skal ændres: navn, e-mail, telefon eller adresse?",
            )
            raise Unclear(message, fields={"customer": message})
        wanted = {
            "name": read_name_arg(ctx, self.name) if self.name else None,
            "email": read_email_arg(ctx, self.email) if self.email else None,
            "phone": read_phone_arg(ctx, self.phone) if self.phone else None,
            "address": str(read_address(self.address)) if self.address else None,
        }
        return self.model_copy(update={"customer": customer.id, **_news(ctx, customer, wanted)})

    def preview(self, ctx: Context) -> Preview:
        """Before and after, and who else has the new address or number."""
        customer = find_customer(ctx, self.customer or "")
        now = _customer_values(ctx, customer)
        labels = {
            "name": ctx.say("Name", "Navn"),
            "email": "E-mail",
            "phone": ctx.say("Phone", "Telefon"),
            "address": ctx.say("Address", "Adresse"),
        }
        lines: list[Line] = []
        for name in _FIELDS:
            after: str | None = getattr(self, name)
            if after is not None:
                before = now[name] or ""
                if name == "phone":
                    after, before = phone_shown(ctx, after), phone_shown(ctx, before)
                lines.append(Line(label=labels[name], value=after, before=before))
        return Preview(
            title=ctx.say(f"Change {customer.name}", f"Ændr {customer.name}"),
            lines=tuple(lines),
            warnings=self._shared(ctx, customer),
            preconditions=(unchanged("customers", customer, customer.name),),
        )

    def _shared(self, ctx: Context, customer: Customer) -> tuple[str, ...]:
        if ctx.actor.role == "customer":  # who else has an address is not for customers to learn
            return ()
        same = same_person(ctx.session, email=self.email, phone=self.phone)
        return tuple(
            ctx.say(
                f"{show_customer_name(other)} has this e-mail or phone too.",
                f"{show_customer_name(other)} har også denne e-mail eller telefon.",
            )
            for other, _ in same.customers
            if other.id != customer.id
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Change it."""
        customer = find_customer(ctx, self.customer or "")
        lines = self.preview(ctx).lines
        before = _customer_values(ctx, customer)
        if self.name:
            customer.name, customer.folded_name = self.name, fold(self.name)
        if self.email:
            set_email(ctx.session, customer, self.email)
        if self.phone:
            set_phone(ctx.session, customer, self.phone, valid=True)
        if self.address:
            _move(customer, self.address)
        touch(ctx, customer)
        return Receipt(
            title=ctx.say(f"{customer.name} is changed.", f"{customer.name} er ændret."),
            lines=lines,
            record={"customer": customer.id},
            before={**before, "version": customer.version},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Put the old values back, as long as nobody has touched the customer since and each had a value."""
        customer = ctx.session.fetch(Customer, self.customer or "")
        if customer is None or customer.version != receipt.before.get("version"):
            return None
        changed = [name for name in _FIELDS if getattr(self, name) is not None]
        old: dict[str, Any] = {name: receipt.before.get(name) for name in changed}
        if not all(old.values()):
            return None
        return UpdateCustomer.model_validate({"customer": customer.id, **old})

    def instead(self, ctx: Context, receipt: Receipt) -> str | None:
        return ctx.say(
            "Nothing stood there before, or it has been changed since: say what it should be instead.",
            "Der stod ikke noget før, eller det er ændret siden: sig i stedet, hvad der skal stå.",
        )


def _news(ctx: Context, customer: Customer, wanted: dict[str, str | None]) -> dict[str, str | None]:
    """What would be changed, without what stands there already. Raises Conflict when that is all of it."""
    now = _customer_values(ctx, customer)
    same = {
        name: value
        for name, value in wanted.items()
        if value is not None
        and (value == now[name] or (name == "address" and _is_at(customer, value)))
    }
    if len(same) < sum(value is not None for value in wanted.values()):
        return {**wanted, **dict.fromkeys(same)}
    shown = ", ".join(phone_shown(ctx, v) if k == "phone" else v for k, v in same.items())
    raise Conflict(
        ctx.say(
            f"{shown} is already what stands for {customer.name}: there is nothing to change.",
            f"{shown} står der allerede for {customer.name}: der er ikke noget at ændre.",
        )
    )


def _is_at(customer: Customer, words: str) -> bool:
    """Whether moving there would move nobody."""
    there = read_address(words)
    place = (there.postal_code, there.city)
    same_place = place == (None, None) or place == (customer.postal_code, customer.city)
    return there.street in (None, customer.street) and same_place


def _move(customer: Customer, words: str) -> None:
    """To the new street; a place that was not said again stays as it is."""
    address = read_address(words)
    customer.street = address.street or customer.street
    if address.city or address.postal_code:
        customer.postal_code, customer.city = address.postal_code, address.city


def _customer_values(ctx: Context, customer: Customer) -> dict[str, str | None]:
    email, phone = main_email(ctx.session, customer.id), main_phone(ctx.session, customer.id)
    return {
        "name": customer.name,
        "email": email.email if email else None,
        "phone": phone.phone if phone and phone.valid else None,
        "address": address_of(customer) or None,
    }


class AddNote(Action):
    """Write a note about a customer, a lead or a booking."""

    roles: ClassVar[frozenset[Role]] = _WRITERS
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 1

    about: AboutRef
    """A customer, a lead or a booking: name, number or id."""

    text: Text

    def resolve(self, ctx: Context) -> Self:
        """What it is about, by id."""
        return self.model_copy(update={"about": find_about(ctx, self.about).id})

    def preview(self, ctx: Context) -> Preview:
        """The note, and what it is about."""
        about = find_about(ctx, self.about)
        return Preview(
            title=ctx.say(f"Note about {about.shown}", f"Note om {about.shown}"),
            lines=(Line(label=ctx.say("Note", "Note"), value=self.text, source="staff"),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Write it."""
        about = find_about(ctx, self.about)
        note = add_note(ctx, kind=about.kind, about_id=about.id, text=self.text)
        return Receipt(
            title=ctx.say(f"Noted about {about.shown}.", f"Noteret om {about.shown}."),
            lines=(Line(label=ctx.say("Note", "Note"), value=self.text, source="staff"),),
            record={"note": note.id, about.kind: about.id},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Take the note away, while it is there."""
        note = ctx.session.fetch(Note, receipt.record.get("note", ""))
        return RemoveNote(note=note.id) if note else None


class RemoveNote(Action):
    """Remove a note that the firm's own people wrote: by its id, or by whom it is about and its words."""

    roles: ClassVar[frozenset[Role]] = _WRITERS
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 1

    note: NoteRef
    """A note's id, or what the note is about, with words of it where there are several."""

    def resolve(self, ctx: Context) -> Self:
        """The note by id."""
        return self.model_copy(update={"note": find_note(ctx, self.note).id})

    def preview(self, ctx: Context) -> Preview:
        """The note that goes."""
        note = find_note(ctx, self.note)
        return Preview(
            title=ctx.say("Remove a note", "Fjern en note"),
            lines=(Line(label=note.author, value="", before=note.text, source="staff"),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Remove it, keeping its text for undo."""
        note = find_note(ctx, self.note)
        ctx.session.delete(note)
        return Receipt(
            title=ctx.say(
                f"The note is removed: “{quoted(note.text)}”.",
                f"Noten er fjernet: “{quoted(note.text)}”.",
            ),
            record={note.about_kind: note.about_id},
            before={"about": note.about_id, "text": note.text},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Write it again."""
        return AddNote(about=receipt.before["about"], text=receipt.before["text"])
