"""Whom a sentence is about: a customer, a lead, or the firm itself."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from memory.tables.booking import Booking, Staff
from memory.tables.identity import User
from memory.tables.leads import Customer, Lead
from tools.desk.naming import capital_runs, first_words, small_runs, spelled
from tools.errors import Choice, Unclear
from tools.kit import Context
from tools.lookup import find_about, find_customer, find_lead, show_customer_name, show_lead_name
from tools.matching import SHOWN, named
from tools.scope import sees_customer, sees_lead
from tools.values.text import fold


@dataclass(frozen=True)
class Subject:
    """Whom a fact is about: a customer, a lead, or the firm itself (its id is then the firm's)."""

    kind: str
    id: str
    name: str

    @property
    def about(self) -> tuple[str, str] | None:
        """As search takes it: None for the firm."""
        return None if self.kind == "firm" else (self.kind, self.id)


def subject_of(ctx: Context, about: str | None, words: str) -> Subject:
    """The customer or lead that is named, in `about` or in the words themselves; else the firm.

    Raises Unclear where a name fits several, or nobody but shares a word with somebody, and NotFound where `about`
    fits nobody.
    """
    if about:
        return _named_subject(ctx, about)
    return _said_in(ctx, words) or firm_of(ctx)


def firm_of(ctx: Context) -> Subject:
    """The firm as what a fact is about."""
    return Subject("firm", ctx.firm.id, ctx.firm.name)


def _named_subject(ctx: Context, about: str) -> Subject:
    if about.strip() == ctx.firm.id:
        return firm_of(ctx)
    found = find_about(ctx, about)
    if found.kind == "lead":
        lead = find_lead(ctx, found.id)
        if lead.customer_id is None:
            return Subject("lead", lead.id, lead.name)
        customer = find_customer(ctx, lead.customer_id)
    elif found.kind == "booking":
        booking = ctx.session.get_one(Booking, {"tenant_id": ctx.firm.id, "id": found.id})
        customer = find_customer(ctx, booking.customer_id)
    else:
        customer = find_customer(ctx, found.id)
    return Subject("customer", customer.id, customer.name)


def _said_in(ctx: Context, words: str) -> Subject | None:
    """The one customer or lead whose name stands in the words: capitalised, or all of it in any letters."""
    for run in capital_runs(words):
        for name in run.names:
            if found := _called(ctx, name):
                return _only(ctx, name, found)
        # Who shares one word of a name with somebody is another person.
        alone = not run.whole or _colleague(ctx, run.whole)
        if not alone and (near := _sharing(ctx, run.whole)):
            raise nobody_called(ctx, run.whole, near)
    for name in _whole_names(ctx, words):
        if found := _called(ctx, name):
            return _only(ctx, name, found)
    return _begun_with(ctx, words)


def _called(ctx: Context, name: str) -> list[Subject]:
    """The customers and leads in whose names all of these words stand."""
    wanted = set(fold(name).split())
    customers = [
        row
        for row in named(ctx, Customer, name, sees_customer(ctx)).rows
        if wanted <= set(row.folded_name.split())
    ]
    leads = [
        row
        for row in named(ctx, Lead, name, sees_lead(ctx)).rows
        if wanted <= set(row.folded_name.split()) and not row.customer_id
    ]
    found = [Subject("customer", row.id, show_customer_name(row)) for row in customers]
    return found + [Subject("lead", row.id, show_lead_name(row)) for row in leads]


def _only(ctx: Context, name: str, found: list[Subject]) -> Subject:
    if len(found) == 1:
        return _named_subject(ctx, found[0].id)
    message = ctx.say(
        f"“{name}” fits {len(found)} people. Which one?",
        f"“{name}” passer på {len(found)}. Hvem er det?",
    )
    raise Unclear(message, choices=_choices(found), fields={"about": message})


def nobody_called(ctx: Context, name: str, near: list[Subject]) -> Unclear:
    """That a name is nobody's, with those whose names share a word with it and the firm to choose from."""
    message = ctx.say(
        f"There is no customer or lead called “{name}”. Whom is it about?",
        f"Der er ingen kunde og intet lead, der hedder “{name}”. Hvem handler det om?",
    )
    firm = Choice(label=ctx.firm.name, args={"about": ctx.firm.id})
    return Unclear(message, choices=[*_choices(near), firm], fields={"about": message})


def _choices(found: list[Subject]) -> list[Choice]:
    return [Choice(label=one.name, args={"about": one.id}) for one in found[:SHOWN]]


def _sharing(ctx: Context, name: str) -> list[Subject]:
    """Who has a word of a name that is nobody's."""
    parts = [form for part in name.split() for form in spelled(part)]
    found = [one for part in parts for one in _called(ctx, part)]
    return list(dict.fromkeys(found))


def _colleague(ctx: Context, name: str) -> bool:
    """Whether somebody of the firm's own is called so, or the firm itself."""
    forms = [set(form.split()) for form in spelled(fold(name))]
    known = [ctx.firm.name, *ctx.session.scalars(sa.select(Staff.name))]
    known += ctx.session.scalars(sa.select(User.name))
    return any(form <= set(fold(each).split()) for form in forms for each in known)


def unknown_at_start(ctx: Context, words: str) -> str | None:
    """The name that the words begin with, when it is nobody's."""
    run = next(iter(capital_runs(words)), None)
    if run is None or not run.whole or not words.startswith(run.whole):
        return None
    if _colleague(ctx, run.whole):
        return None
    return None if any(_called(ctx, name) for name in run.names) else run.whole


def _whole_names(ctx: Context, words: str) -> list[str]:
    """Whole names of customers and leads that stand in a sentence in small letters."""
    runs = sorted(small_runs(words))
    found: list[str] = []
    for model in (Customer, Lead):
        asked = sa.select(model.folded_name).where(model.folded_name.in_(runs)).distinct()
        found += ctx.session.scalars(asked)
    return sorted(dict.fromkeys(found), key=len, reverse=True)


def _begun_with(ctx: Context, words: str) -> Subject | None:
    """The one whose first name, in small letters, the words begin with."""
    first, second = first_words(words)
    name = (
        next((form for form in spelled(first) if _is_first_name(ctx, form)), None)
        if first
        else None
    )
    if name is None:
        return None
    found = [one for one in _called(ctx, name) if fold(one.name).split()[0] == name]
    if not found:
        return None
    if second and (second.endswith("sen") or _is_surname(ctx, second)):
        raise nobody_called(ctx, f"{name} {second}".title(), found)
    return _only(ctx, name, found)


def _is_first_name(ctx: Context, word: str) -> bool:
    return _some_name(ctx, lambda name: name.startswith(f"{word} ", autoescape=True))


def _is_surname(ctx: Context, word: str) -> bool:
    return _some_name(ctx, lambda name: name.endswith(f" {word}", autoescape=True))


def _some_name(
    ctx: Context, like: Callable[[InstrumentedAttribute[str]], sa.ColumnElement[bool]]
) -> bool:
    asked = [sa.select(model.id).where(like(model.folded_name)) for model in (Customer, Lead)]
    return any(ctx.session.scalar(one.limit(1)) is not None for one in asked)
