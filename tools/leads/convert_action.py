"""The action by which a lead becomes a customer."""

from typing import ClassVar, Self

from memory.tables.leads import Customer, Lead
from tools.cards import Line, Option, Preview
from tools.errors import Choice, Unclear
from tools.kit import OFFICE, Action, Context, Effect, Receipt, Role
from tools.leads.arguments import unchanged
from tools.leads.service import customer_of, namesakes, same_person
from tools.leads.showing import address_of, phone_shown
from tools.lookup import find_lead, show_customer_name
from tools.policy import Policy, auto
from tools.refs import LeadRef


class ConvertLead(Action):
    """Make a lead a customer, or link it to the customer that it is already."""

    roles: ClassVar[frozenset[Role]] = OFFICE
    effect: ClassVar[Effect] = Effect.INTERNAL
    policy: ClassVar[Policy] = auto()
    minutes_saved: ClassVar[int] = 3

    lead: LeadRef

    def resolve(self, ctx: Context) -> Self:
        """The lead by id; asks when two customers could be it."""
        lead = find_lead(ctx, self.lead)
        surely = () if lead.customer_id else _surely(ctx, lead)
        if len(surely) > 1:
            names = ctx.say(" and ", " og ").join(show_customer_name(one) for one in surely)
            message = ctx.say(
                f"{names} both have this e-mail or phone. Are they the same? Then merge them first.",
                f"{names} har begge denne e-mail eller telefon. Er de den samme? Så flet dem først.",
            )
            choices = [
                Choice(
                    label=ctx.say(f"Show {one.name}", f"Vis {one.name}") + f" #{one.number}",
                    tool="show_customer",
                    args={"customer": one.id},
                )
                for one in surely
            ]
            raise Unclear(message, choices=choices, fields={"lead": message})
        return self.model_copy(update={"lead": lead.id})

    def preview(self, ctx: Context) -> Preview:
        """The customer to be, or the one that is there."""
        lead = find_lead(ctx, self.lead)
        there = ctx.session.fetch(Customer, lead.customer_id) if lead.customer_id else None
        there = there or next(iter(_surely(ctx, lead)), None)
        if there:
            title = ctx.say(f"{lead.name} is a customer already", f"{lead.name} er allerede kunde")
            line = Line(label=ctx.say("Customer", "Kunde"), value=show_customer_name(there))
            return Preview(
                title=title,
                lines=(line,),
                preconditions=(unchanged("leads", lead, lead.name),),
            )
        lines = (
            Line(label=ctx.say("Name", "Navn"), value=lead.name, source="third_party"),
            Line(label="E-mail", value=lead.email or ""),
            Line(
                label=ctx.say("Phone", "Telefon"),
                value=phone_shown(ctx, lead.phone, valid=lead.phone_valid),
            ),
            Line(label=ctx.say("Address", "Adresse"), value=address_of(lead)),
        )
        return Preview(
            title=ctx.say(f"Make {lead.name} a customer", f"Gør {lead.name} til kunde"),
            lines=tuple(line for line in lines if line.value),
            warnings=tuple(
                ctx.say(
                    f"{show_customer_name(one)} has the same name and postal code.",
                    f"{show_customer_name(one)} har samme navn og postnummer.",
                )
                for one in namesakes(ctx.session, lead)
            ),
            preconditions=(unchanged("leads", lead, lead.name),),
        )

    def perform(self, ctx: Context, key: str) -> Receipt:
        """Link it; converting it again changes nothing."""
        lead = find_lead(ctx, self.lead)
        customer = customer_of(ctx, lead)
        return Receipt(
            title=ctx.say(
                f"{customer.name} is customer {customer.number}.",
                f"{customer.name} er kunde {customer.number}.",
            ),
            lines=(Line(label=ctx.say("Customer", "Kunde"), value=show_customer_name(customer)),),
            record={"lead": lead.id, "customer": customer.id},
            follow_up=(_booking(ctx, customer),),
        )

    def instead(self, ctx: Context, receipt: Receipt) -> str | None:
        return ctx.say(
            "The customer stays on record and nothing was sent to them: correct the name, phone, e-mail or "
            "address, or write a note on it.",
            "Kunden bliver stående, og der er ikke sendt noget: ret navn, telefon, e-mail eller adresse, "
            "eller skriv en note på den.",
        )


def _booking(ctx: Context, customer: Customer) -> Option:
    label = ctx.say(f"Book a job for {customer.name}", f"Book en opgave til {customer.name}")
    return Option(label=label, tool="book", args={"customer": customer.name})


def _surely(ctx: Context, lead: Lead) -> tuple[Customer, ...]:
    phone = lead.phone if lead.phone_valid else None
    return same_person(ctx.session, email=lead.email, phone=phone, besides=lead.id).surely()
