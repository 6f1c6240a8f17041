"""Search over everything that Friday knows about a tenant's customers, leads and conversations."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from memory.following import catch_up
from memory.lexical import Wanted, lexical_for
from memory.ranking import LEAST_SCORE, Likeness, Term, excerpt, terms_of
from memory.tables.leads import Customer, Lead
from memory.tables.texts import Text
from memory.tenancy import CrossTenant, TenantSession

About = tuple[str, str]
EXCERPT = 240
FOCUS = 2000
"""How many texts about one customer are read, newest first; more than any customer has."""
FUSION = 60
"""The constant of reciprocal rank fusion."""
OVERFETCH = 4
AT_ONCE = 40
"""Of more ids than this, PostgreSQL without statistics rather reads every text of the tenant."""


@dataclass(frozen=True)
class Hit:
    """One record that answers. `score` is only for ordering; `excerpt` has at most 240 characters."""

    kind: str
    record_id: str
    title: str
    excerpt: str
    score: float
    about: About | None
    changed_at: dt.datetime


class NearestTexts(Protocol):
    """The vector leg. What it names is looked up and checked again in SQL."""

    @property
    def semantic(self) -> bool:
        """Whether its vectors know meanings, so that its order counts as much as that of the words."""
        ...

    def nearest(self, tenant_id: str, query: str, limit: int) -> list[str]:
        """Ids of texts, nearest first; empty where there are no vectors to be had."""
        ...


def search(
    session: TenantSession,
    query: str,
    *,
    about: About | None = None,
    roles: Collection[str],
    kinds: Collection[str] | None = None,
    now: dt.datetime,
    limit: int = 8,
    vectors: NearestTexts | None = None,
) -> list[Hit]:
    """The records that answer `query` best, best first.

    `about` is ("customer" | "lead", id): then every text about that one is looked at first, and only texts about
    nobody in particular fill up; those about others never show. `roles` are the reader's labels: "office" and their
    own user id. `now` leaves out what has expired. Raises CrossTenant in a session without a tenant.
    """
    if session.tenant_id is None:
        raise CrossTenant("A search needs a tenant to look in.")
    catch_up(session)
    terms = terms_of(query)
    if not terms or not roles or limit < 1:
        return []
    wanted = Wanted(labels=roles, now=now, kinds=kinds, general=about is not None)
    focused: list[Hit] = []
    if about is not None:
        focused = _ranked(_about(session, about, wanted), terms)[:limit]
    if len(focused) >= limit:
        return focused
    return focused + _everywhere(session, query, terms, wanted, limit - len(focused), vectors)


def _everywhere(
    session: TenantSession,
    query: str,
    terms: Sequence[Term],
    wanted: Wanted,
    limit: int,
    vectors: NearestTexts | None,
) -> list[Hit]:
    ids = lexical_for(session).ids(session, terms, wanted)
    near: list[str] = []
    if vectors is not None and (vectors.semantic or len(ids) < limit):
        near = vectors.nearest(session.tenant_id or "", query, limit * OVERFETCH)
    rows = _allowed(session, {*ids, *near}, wanted)
    if vectors is None or not vectors.semantic:
        # Vectors of letters know nothing that the trigrams do not: they bring more texts to rank, no more.
        return _ranked(rows, terms)[:limit]
    return _fused(rows, terms, near)[:limit]


def _about(session: TenantSession, about: About, wanted: Wanted) -> list[Text]:
    """Every text about a customer or lead, also from before two customers became one or the lead a customer."""
    kind, id = about
    pairs = [sa.and_(Text.about_kind == kind, Text.about_id == id)]
    if kind == "customer":
        leads = sa.select(Lead.id).where(Lead.customer_id == id)
        merged = sa.select(Customer.id).where(Customer.merged_into == id)
        pairs.append(sa.and_(Text.about_kind == "lead", Text.about_id.in_(leads)))
        pairs.append(sa.and_(Text.about_kind == "customer", Text.about_id.in_(merged)))
    asked = sa.select(Text).where(sa.or_(*pairs))
    here = Wanted(labels=wanted.labels, now=wanted.now, kinds=wanted.kinds)
    asked = asked.where(*here.conditions(session.tenant_id or ""))
    return list(session.scalars(asked.order_by(Text.changed_at.desc()).limit(FOCUS)))


def _allowed(session: TenantSession, ids: Collection[str], wanted: Wanted) -> list[Text]:
    """Of these texts the ones that are this tenant's, still valid and for these readers."""
    every, found = sorted(ids), list[Text]()
    conditions = wanted.conditions(session.tenant_id or "")
    for start in range(0, len(every), AT_ONCE):
        asked = sa.select(Text).where(Text.id.in_(every[start : start + AT_ONCE]), *conditions)
        found += session.scalars(asked)
    return found


def _scored(rows: Sequence[Text], terms: Sequence[Term]) -> list[tuple[float, Text]]:
    likeness = Likeness(terms, [row.folded for row in rows])
    scored = [(likeness.score(row.folded), row) for row in rows]
    return sorted(scored, key=lambda each: (-each[0], -each[1].changed_at.timestamp(), each[1].id))


def _ranked(rows: Sequence[Text], terms: Sequence[Term]) -> list[Hit]:
    found = [(score, row) for score, row in _scored(rows, terms) if score >= LEAST_SCORE]
    return [_hit(row, score, terms) for score, row in found]


def _fused(rows: Sequence[Text], terms: Sequence[Term], near: Sequence[str]) -> list[Hit]:
    """Both orders in one: a text gains from each list by its place in it."""
    points: dict[str, float] = {}
    by_words = [row.id for score, row in _scored(rows, terms) if score >= LEAST_SCORE]
    for order in (by_words, near):
        for place, id in enumerate(order, start=1):
            points[id] = points.get(id, 0.0) + 1 / (FUSION + place)
    known = {row.id: row for row in rows}
    best = sorted((id for id in points if id in known), key=lambda id: (-points[id], id))
    return [_hit(known[id], points[id], terms) for id in best]


def _hit(row: Text, score: float, terms: Sequence[Term]) -> Hit:
    about = (row.about_kind, row.about_id) if row.about_kind and row.about_id else None
    return Hit(
        kind=row.kind,
        record_id=row.record_id,
        title=row.title,
        excerpt=excerpt(row.body, terms, most=EXCERPT),
        score=round(score, 4),
        about=about,
        changed_at=row.changed_at,
    )
