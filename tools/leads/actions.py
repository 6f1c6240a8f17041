"""What people change about leads: new ones and their progress."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self

import sqlalchemy as sa
from pydantic import BeforeValidator

from memory.tables.booking import Booking
from memory.tables.identity import User
from memory.tables.leads import Lead
from tools.cards import Line, Option, Preview
from tools.errors import Choice, Conflict, Rejected, Unclear
from tools.kit import OFFICE, Action, Context, Effect, Receipt, Role
from tools.leads.arguments import read_email_arg, read_name_arg, read_phone_arg, unchanged
from tools.leads.rules import Status, may_move, read_status
from tools.leads.service import (
    add_lead,
    move_lead,
    same_person,
    touch,
)
from tools.leads.showing import money_shown, phone_shown, status_shown
from tools.lookup import find_lead, find_user, show_customer_name, show_lead_name
from tools.policy import Policy, auto
from tools.refs import Amount, Email, LeadRef, Name, Phone, Search, Text, UserRef
from tools.values.money import as_minor, from_minor

_REASONS = (
    ("price", "Too expensive", "For dyrt"),
    ("no answer", "No answer", "Intet svar"),
    ("chose another", "Chose somebody else", "Valgte en anden"),
    ("outside our area", "Outside our area", "Uden for vores område"),
)
_CHANGED = ("status", "assignee", "value")


class CreateLead(Action):
    """Write down somebody who asked for something: a name, and how to reach them."""

    roles: ClassVar[frozenset[Role]] = frozenset({"owner", "staff", "visitor"})
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 3

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    source: Search | None = None
    """Where the lead came from, such as a partner's name."""

    message: Text | None = None
    """What the lead wants, in its own words."""

    def resolve(self, ctx: Context) -> Self:
        """Addresses in their one spelling; what a visitor leaves always came from the website."""
        visitor = ctx.actor.role == "visitor"
        if visitor and not self.email and not self.phone:
            message = ctx.say(
                "How can we reach you? Give an e-mail or a phone number.",
                "Hvordan kan vi kontakte dig? Skriv en e-mail eller et telefonnummer.",
            )
            raise Unclear(message, fields={"email": message, "phone": message})
        return self.model_copy(
            update={
                "name": read_name_arg(ctx, self.name),
                "email": read_email_arg(ctx, self.email) if self.email else None,
                "phone": read_phone_arg(ctx, self.phone) if self.phone else None,
                "source": "website" if visitor else self.source or "office",
            }
        )

    def preview(self, ctx: Context) -> Preview:
        """The lead as it will be written down, and who it may be already."""
        visitor = ctx.actor.role == "visitor"
        source = "third_party" if visitor else "staff"
        lines = [
            Line(label=ctx.say("Name", "Navn"), value=self.name, source=source),
            Line(label="E-mail", value=self.email or ""),
            Line(label=ctx.say("Phone", "Telefon"), value=phone_shown(ctx, self.phone)),
            Line(label=ctx.say("Source", "Kilde"), value=self.source or ""),
            Line(
                label=ctx.say("Message", "Besked"), value=self.message or "", source="third_party"
            ),
        ]
        # Who else has this address is nothing that a visitor may learn.
        warnings = () if visitor else self._warnings(ctx)
        return Preview(
            title=ctx.say(f"New lead: {self.name}", f"Nyt lead: {self.name}"),
            lines=tuple(line for line in lines if line.value),
            warnings=warnings,
        )

    def _warnings(self, ctx: Context) -> tuple[str, ...]:
        same = same_person(ctx.session, email=self.email, phone=self.phone)
        said = [
            ctx.say(
                f"{show_lead_name(lead)} is a lead with the same e-mail or phone.",
                f"{show_lead_name(lead)} er et lead med samme e-mail eller telefon.",
            )
            for lead in same.leads
        ]
        said += [
            ctx.say(
                f"{show_customer_name(customer)} is a customer with the same e-mail or phone.",
                f"{show_customer_name(customer)} er en kunde med samme e-mail eller telefon.",
            )
            for customer, _ in same.customers
        ]
        if not self.email and not self.phone:
            said.append(ctx.say("No e-mail and no phone.", "Ingen e-mail og ingen telefon."))
        return tuple(said)

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Write it down."""
        lead = add_lead(
            ctx,
            name=self.name,
            email=self.email,
            phone=self.phone,
            source=self.source or "office",
            message=self.message,
        )
        title = ctx.say(
            f"{lead.name} is lead {lead.number}.", f"{lead.name} er lead {lead.number}."
        )
        if ctx.actor.role == "visitor":
            title = ctx.say("Thank you, we will get back to you.", "Tak, vi vender tilbage.")
        return Receipt(
            title=title,
            record={"lead": lead.id},
            before={"version": lead.version},
            follow_up=_next_steps(ctx, lead.name),
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Close it, while nobody has touched it: a lead stays on record, for others may have seen it already."""
        lead = ctx.session.fetch(Lead, receipt.record.get("lead", ""))
        if lead is None or lead.version != receipt.before.get("version"):
            return None
        if lead.source_detail.get("same_as"):
            return UpdateLead(lead=lead.id, status="duplicate")
        mistake = ctx.say("written down by mistake", "skrevet op ved en fejl")
        return UpdateLead(lead=lead.id, status="lost", lost_reason=mistake)

    def instead(self, ctx: Context, receipt: Receipt) -> str | None:
        return ctx.say(
            f"{self.name} has been worked on since. Set the lead to spam, duplicate or lost instead: "
            f"“mark lead {self.name} as duplicate”.",
            f"Der er arbejdet med {self.name} siden. Sæt i stedet leadet til spam, dublet eller tabt: "
            f"“markér lead {self.name} som dublet”.",
        )


def _next_steps(ctx: Context, name: str) -> tuple[Option, ...]:
    convert = ctx.say(f"Make {name} a customer", f"Gør {name} til kunde")
    note = ctx.say(f"Write a note on {name}", f"Skriv en note på {name}")
    return (
        Option(label=convert, tool="convert_lead", args={"lead": name}),
        Option(label=note, tool="add_note", args={"about": name}),
    )


class UpdateLead(Action):
    """Change a lead's status, the person assigned to it or its value. A lost lead needs a reason."""

    roles: ClassVar[frozenset[Role]] = OFFICE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 1

    lead: LeadRef
    status: Annotated[Status | None, BeforeValidator(read_status)] = None
    assignee: UserRef | None = None
    """The person in the office who takes care of it."""

    value: Amount | None = None
    """What the job is worth, in the firm's currency."""

    lost_reason: Search | None = None

    def resolve(self, ctx: Context) -> Self:
        """The lead and the person by id; refuses a move that cannot be."""
        lead = find_lead(ctx, self.lead)
        if self.status is None and self.assignee is None and self.value is None:
            message = ctx.say("What should be changed?", "Hvad skal ændres?")
            raise Unclear(message, fields={"status": message})
        if self.status:
            self._check(ctx, lead, self.status)
        assignee = find_user(ctx, self.assignee, field="assignee") if self.assignee else None
        known = self.model_copy(
            update={"lead": lead.id, "assignee": assignee.id if assignee else None}
        )
        return known.model_copy(update=known._news(ctx, lead))

    def _news(self, ctx: Context, lead: Lead) -> dict[str, None]:
        """Blanks what stands there already. Raises Conflict when that is all of it."""
        now = _lead_values(ctx, lead)
        worth = from_minor(lead.value_minor, ctx.firm.currency) if lead.value_minor else None
        wanted = {name for name in _CHANGED if getattr(self, name) is not None}
        same = {
            name
            for name in wanted
            if getattr(self, name) == (worth if name == "value" else now[name])
        }
        if wanted - same:
            return dict.fromkeys(same)
        shown = {
            "status": status_shown(ctx, lead.status),
            "assignee": ctx.say("assigned to ", "tildelt ") + _user_name(ctx, lead.assignee_id),
            "value": ctx.say("worth ", "sat til ") + money_shown(ctx, lead.value_minor or 0),
        }
        told = ctx.say(" and ", " og ").join(shown[name] for name in _CHANGED if name in same)
        raise Conflict(
            ctx.say(f"{lead.name} is already {told}.", f"{lead.name} er allerede {told}.")
        )

    def _check(self, ctx: Context, lead: Lead, after: Status) -> None:
        if not may_move(lead.status, after):
            message = ctx.say(
                f"{lead.name} is {lead.status} and cannot become {after}.",
                f"{lead.name} er {status_shown(ctx, lead.status)} "
                f"og kan ikke blive {status_shown(ctx, after)}.",
            )
            raise Rejected(message, fields={"status": message})
        if after == "lost" and not self.lost_reason:
            message = ctx.say(f"Why was {lead.name} lost?", f"Hvorfor blev {lead.name} tabt?")
            choices = [
                Choice(label=ctx.say(english, danish), args={"lost_reason": reason})
                for reason, english, danish in _REASONS
            ]
            raise Unclear(message, choices=choices, fields={"lost_reason": message})
        if after == "won" and lead.status != "won" and not _has_completed(ctx, lead):
            message = ctx.say(
                f"{lead.name} is won by itself with the first completed booking.",
                f"{lead.name} bliver vundet af sig selv med den første udførte booking.",
            )
            raise Rejected(message, fields={"status": message})

    def preview(self, ctx: Context) -> Preview:
        """Before and after."""
        lead = find_lead(ctx, self.lead)
        lines: list[Line] = []
        if self.status:
            before, after = status_shown(ctx, lead.status), status_shown(ctx, self.status)
            lines.append(Line(label="Status", value=after, before=before))
        if self.lost_reason and self.status == "lost":
            lines.append(Line(label=ctx.say("Why", "Hvorfor"), value=self.lost_reason))
        if self.assignee:
            label = ctx.say("Assigned to", "Ansvarlig")
            after = _user_name(ctx, self.assignee)
            lines.append(Line(label=label, value=after, before=_user_name(ctx, lead.assignee_id)))
        if self.value is not None:
            after = money_shown(ctx, as_minor(self.value, ctx.firm.currency))
            before = money_shown(ctx, lead.value_minor) if lead.value_minor is not None else ""
            label = ctx.say("Value", "Værdi")
            lines.append(Line(label=label, value=after, before=before))
        return Preview(
            title=ctx.say(f"Change lead {lead.name}", f"Ændr lead {lead.name}"),
            lines=tuple(lines),
            preconditions=(unchanged("leads", lead, lead.name),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Change it, and log where it went."""
        lead = find_lead(ctx, self.lead)
        lines = self.preview(ctx).lines
        before = _lead_values(ctx, lead)
        if self.status and self.status != lead.status:
            move_lead(ctx, lead, self.status, cause=self.lost_reason)
        if self.assignee:
            lead.assignee_id = self.assignee
        if self.value is not None:
            lead.value_minor = as_minor(self.value, ctx.firm.currency)
        touch(ctx, lead)
        return Receipt(
            title=ctx.say(f"{lead.name} is changed.", f"{lead.name} er ændret."),
            lines=lines,
            record={"lead": lead.id},
            before={**before, "version": lead.version},
        )

    def undo(self, ctx: Context, receipt: Receipt) -> Action | None:
        """Put the old values back, as long as nobody has touched the lead since and each had a value."""
        lead = ctx.session.fetch(Lead, self.lead)
        if lead is None or lead.version != receipt.before.get("version"):
            return None
        changed = [name for name in _CHANGED if getattr(self, name) is not None]
        old = {name: receipt.before.get(name) for name in changed}
        if any(value is None for value in old.values()) or lead.status == "won":
            return None
        if old.get("status") == "lost":
            old["lost_reason"] = receipt.before.get("lost_reason")
        return UpdateLead.model_validate({"lead": lead.id, **old})

    def instead(self, ctx: Context, receipt: Receipt) -> str | None:
        return ctx.say(
            "Nothing stood there before, or it has been changed since: say what it should be instead.",
            "Der stod ikke noget før, eller det er ændret siden: sig i stedet, hvad der skal stå.",
        )


def _lead_values(ctx: Context, lead: Lead) -> dict[str, str | None]:
    value: Decimal | None = None
    if lead.value_minor is not None:
        value = from_minor(lead.value_minor, ctx.firm.currency)
    return {
        "status": lead.status,
        "lost_reason": lead.lost_reason,
        "assignee": lead.assignee_id,
        "value": str(value) if value is not None else None,
    }


def _user_name(ctx: Context, user_id: str | None) -> str:
    user = ctx.session.fetch(User, user_id) if user_id else None
    return user.name if user else ""


def _has_completed(ctx: Context, lead: Lead) -> bool:
    done = sa.select(Booking.id).where(
        Booking.customer_id == (lead.customer_id or ""), Booking.status == "completed"
    )
    return ctx.session.scalar(done.limit(1)) is not None
