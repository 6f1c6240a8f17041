"""Facts over a session: which of them hold, which of them words are about, and how they are shown."""

import datetime as dt
from typing import cast

import sqlalchemy as sa

from memory.fitting import denies, fits, told_of
from memory.recall import NearestTexts, search
from memory.tables.facts import Fact
from memory.tables.leads import Customer, Lead
from tools.desk.facts_rules import KEY_NAMES, access_name, key_of
from tools.desk.subjects import Subject
from tools.errors import NotFound
from tools.kit import Context
from tools.values.moments import say_date


def subject_of_fact(ctx: Context, fact: Fact) -> Subject:
    """Whom a stored fact is about, by the name that they have now."""
    row: Customer | Lead | None = None
    if fact.subject_kind == "customer":
        row = ctx.session.fetch(Customer, fact.subject_id)
    elif fact.subject_kind == "lead":
        row = ctx.session.fetch(Lead, fact.subject_id)
    return Subject(fact.subject_kind, fact.subject_id, row.name if row else ctx.firm.name)


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


def facts_now(ctx: Context) -> list[Fact]:
    """Everything that holds today, of whomever, newest first."""
    rows = sa.select(Fact).where(*_holds(ctx.now))
    return list(ctx.session.scalars(rows.order_by(Fact.created_at.desc(), Fact.id)))


def fitting(ctx: Context, words: str, among: list[Fact], *, apart: str = "") -> list[Fact]:
    """Those facts that every telling word is about; `apart` is the name that stands in the words beside them."""
    telling = told_of(words, apart=apart)
    return [
        row
        for row in among
        if denies(words) == denies(row.value or "")
        and fits(telling, row.value or "", called=_kind_words(row))
    ]


def _kind_words(fact: Fact) -> str:
    names = KEY_NAMES[_known(fact.key)]
    return " ".join(names + access_name(fact.value or "") if fact.key == "access" else names)


def facts_like(ctx: Context, words: str, subject: Subject | None) -> list[Fact]:
    """The facts that hold and that these words are about, the likeliest first; of one subject, or of all."""
    key = key_of(words)
    mine = facts_of(ctx, subject) if subject is not None else facts_now(ctx)
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
