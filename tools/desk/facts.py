"""Facts over a session: whom they are about, which of them hold, and how they are written and blanked."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from memory.recall import NearestTexts, search
from memory.tables.booking import Booking
from memory.tables.facts import Fact
from memory.tables.leads import Customer, Lead
from tools.desk.facts_rules import KEY_NAMES, key_of
from tools.errors import Choice, NotFound, Unclear
from tools.kit import Context
from tools.lookup import find_about, find_customer, find_lead, show_customer_name, show_lead_name
from tools.matching import SHOWN, named
from tools.scope import sees_customer, sees_lead
from tools.values.moments import say_date
from tools.values.text import fold

_NAME = re.compile(r"[A-ZÆØÅ][\wæøåé'’.-]*(?:\s+(?:af|von|van|de|&|[A-ZÆØÅ][\wæøåé'’.-]*))*")
_LONGEST_NAME = 4
_READ = 60


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

    Raises Unclear where a name fits several, and NotFound where `about` fits nobody.
    """
    if about:
        return _named_subject(ctx, about)
    return _said_in(ctx, words) or Subject("firm", ctx.firm.id, ctx.firm.name)


def subject_of_fact(ctx: Context, fact: Fact) -> Subject:
    """Whom a stored fact is about, by the name that they have now."""
    row: Customer | Lead | None = None
    if fact.subject_kind == "customer":
        row = ctx.session.fetch(Customer, fact.subject_id)
    elif fact.subject_kind == "lead":
        row = ctx.session.fetch(Lead, fact.subject_id)
    return Subject(fact.subject_kind, fact.subject_id, row.name if row else ctx.firm.name)


def _named_subject(ctx: Context, about: str) -> Subject:
    if about.strip() == ctx.firm.id:
        return Subject("firm", ctx.firm.id, ctx.firm.name)
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
    for name in [*_names(words), *_whole_names(ctx, words)]:
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
        found += [Subject("lead", row.id, show_lead_name(row)) for row in leads]
        if len(found) == 1:
            return _named_subject(ctx, found[0].id)
        if found:
            raise _which(ctx, name, found)
    return None


def _names(words: str) -> list[str]:
    """What may be names in a sentence: capitalised words in a row, all of them first, without a genitive s."""
    found: list[str] = []
    for match in _NAME.finditer(words):
        parts = match.group().split()[:_LONGEST_NAME]
        spans = [parts[a:b] for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)]
        for span in sorted(spans, key=len, reverse=True):
            name = re.sub(r"['’]s?$", "", " ".join(span)).strip(".,'’ ")
            found += [name, name.removesuffix("s")] if name.endswith("s") else [name]
    return [name for name in dict.fromkeys(found) if len(name) > 1]


def _whole_names(ctx: Context, words: str) -> list[str]:
    """Whole names of customers and leads that stand in a sentence in small letters."""
    said = re.findall(r"[\w'’-]+", fold(words))[:_READ]
    runs = {
        " ".join(said[a:b])
        for a in range(len(said))
        for b in range(a + 2, min(a + _LONGEST_NAME, len(said)) + 1)
    }
    runs |= {run[:-1] for run in runs if run.endswith("s")}
    found: list[str] = []
    for model in (Customer, Lead):
        asked = sa.select(model.folded_name).where(model.folded_name.in_(sorted(runs))).distinct()
        found += ctx.session.scalars(asked)
    return sorted(dict.fromkeys(found), key=len, reverse=True)


def _which(ctx: Context, name: str, found: Sequence[Subject]) -> Unclear:
    message = ctx.say(
        f"“{name}” fits {len(found)} people. Which one?",
        f"“{name}” passer på {len(found)}. Hvem er det?",
    )
    choices = [Choice(label=one.name, args={"about": one.id}) for one in found[:SHOWN]]
    return Unclear(message, choices=choices, fields={"about": message})


def facts_of(ctx: Context, subject: Subject) -> list[Fact]:
    """What holds of a subject today, newest first; of a customer also what was said of its leads and doubles."""
    same = [sa.and_(Fact.subject_kind == subject.kind, Fact.subject_id == subject.id)]
    if subject.kind == "customer":
        leads = sa.select(Lead.id).where(Lead.customer_id == subject.id)
        merged = sa.select(Customer.id).where(Customer.merged_into == subject.id)
        same.append(sa.and_(Fact.subject_kind == "lead", Fact.subject_id.in_(leads)))
        same.append(sa.and_(Fact.subject_kind == "customer", Fact.subject_id.in_(merged)))
    rows = sa.select(Fact).where(sa.or_(*same), *_holds(ctx.now))
    return list(ctx.session.scalars(rows.order_by(Fact.created_at.desc(), Fact.id)))


def _holds(now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    return [
        Fact.forgotten_at.is_(None),
        Fact.superseded_by.is_(None),
        sa.or_(Fact.valid_until.is_(None), Fact.valid_until > now),
    ]


def get_fact(ctx: Context, fact_id: str) -> Fact:
    """A fact that nobody has forgotten. Raises NotFound."""
    row = ctx.session.fetch(Fact, fact_id)
    if row is None or row.forgotten_at is not None:
        message = ctx.say("There is no such fact.", "Det husker jeg ikke.")
        raise NotFound(message, fields={"fact": message})
    return row


def facts_like(ctx: Context, words: str, subject: Subject | None) -> list[Fact]:
    """The facts that hold and that these words are about, the likeliest first; of one subject, or of all."""
    key = key_of(words)
    if subject is not None:
        mine = facts_of(ctx, subject)
    else:
        mine = list(ctx.session.scalars(sa.select(Fact).where(*_holds(ctx.now))))
    hits = search(
        ctx.session,
        words,
        about=subject.about if subject else None,
        roles=("office", ctx.actor.id),
        kinds=("fact",),
        now=ctx.now,
        limit=50,
        vectors=nearest(ctx),
    )
    places = {hit.record_id: place for place, hit in enumerate(hits)}
    alike = [row for row in mine if row.id in places or (row.key == key and key != "note")]
    return sorted(alike, key=lambda row: (row.key != key, places.get(row.id, len(places))))


def nearest(ctx: Context) -> NearestTexts | None:
    """The vectors to search with, where this installation has any."""
    return cast("NearestTexts | None", ctx.ports.get(NearestTexts))


def key_name(ctx: Context, key: str) -> str:
    """The kind of a fact in the reader's language."""
    return ctx.say(*KEY_NAMES[_known(key)])


def _known(key: str) -> str:
    return key if key in KEY_NAMES else "note"


def value_shown(ctx: Context, fact: Fact) -> str:
    """A fact with the day that it holds until."""
    if fact.valid_until is None:
        return fact.value or ""
    last = (fact.valid_until - dt.timedelta(seconds=1)).astimezone(ctx.firm.zone).date()
    until = say_date(last, ctx.language)
    return ctx.say(f"{fact.value} (until {until})", f"{fact.value} (til {until})")


def history_of(ctx: Context, fact: Fact) -> list[Fact]:
    """A fact and all that it took the place of."""
    chain = [fact]
    for row in chain:
        before = sa.select(Fact).where(Fact.superseded_by == row.id, Fact.forgotten_at.is_(None))
        chain += [each for each in ctx.session.scalars(before) if each not in chain]
    return chain
