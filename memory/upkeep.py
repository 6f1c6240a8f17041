"""Keeps texts and vectors up to date behind everybody's back: conversations, new vectors, a nightly comparison."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from memory.indexing import KINDS, SOURCES, text_id, write
from memory.store import Store, TenantSession
from memory.tables.conversations import Turn
from memory.tables.identity import Tenant
from memory.tables.texts import Text
from memory.vectors import BATCH, Vectors, VectorsBusy

_log = logging.getLogger(__name__)

LATE = dt.timedelta(hours=1)
"""A turn may be finished under an earlier time than one that is indexed already; by no more than this."""
WORTH = 5_000
"""With fewer texts, vectors that only know letters find nothing that the trigrams do not: Chroma stays unloaded."""
CHUNK = 200
INDEXES = ("texts_fts", "leads_fts", "customers_fts")
PAGES = 500
"""So many pages of an index are merged while writers wait: some tens of milliseconds."""

Tell = Callable[[str, int, int], None]
"""(what, done, of how many)."""


def index_talk(store: Store) -> int:
    """Make texts of the turns that ended since the last time; how many. Chat itself does not wait for this."""
    return sum(_index_talk_of(store, tenant_id) for tenant_id in _tenants(store))


def _index_talk_of(store: Store, tenant_id: str) -> int:
    with store.reading(tenant_id) as session:
        last = session.scalar(sa.select(sa.func.max(Text.changed_at)).where(Text.kind == "talk"))
        ended = sa.select(Turn.id).where(Turn.finished_at.is_not(None), Turn.state == "answered")
        if last is not None:
            ended = ended.where(Turn.finished_at > last - LATE)
        turns = {
            text_id("talk", id): id for id in session.scalars(ended.where(Turn.cause == "message"))
        }
        here: set[str] = set()
        asked = sorted(turns)
        for start in range(0, len(asked), CHUNK):
            part = asked[start : start + CHUNK]
            here |= set(session.scalars(sa.select(Text.id).where(Text.id.in_(part))))
    fresh = sorted(turns[id] for id in turns.keys() - here)
    for start in range(0, len(fresh), CHUNK):
        with store.session(tenant_id) as session:
            write(session, tenant_id, "talk", fresh[start : start + CHUNK])
    return len(fresh)


def embed_new(store: Store, vectors: Vectors) -> int:
    """Make vectors of the texts that have none yet, or another embedder's; how many.

    Ends early where the vectors cannot be had.
    """
    try:
        return sum(_embed(store, vectors, tenant_id) for tenant_id in _tenants(store))
    except VectorsBusy as error:
        _log.warning("no vectors were made: %s", error)
        return 0


def _embed(store: Store, vectors: Vectors, tenant_id: str, tell: Tell | None = None) -> int:
    count = 0
    total = _waiting(store, vectors, tenant_id)
    while total:
        with store.reading(tenant_id) as session:
            rows = session.execute(
                sa.select(Text.id, Text.digest, Text.folded).where(_without(vectors)).limit(BATCH)
            ).all()
        if not rows:
            break
        vectors.put(tenant_id, [row.id for row in rows], [row.folded for row in rows])
        with store.session(tenant_id) as session:
            # What was changed meanwhile keeps its digest to itself, and waits for the next time.
            session.execute(
                sa.update(Text)
                .where(sa.tuple_(Text.id, Text.digest).in_([(row.id, row.digest) for row in rows]))
                .values(embedded_as=vectors.name),
                execution_options={"synchronize_session": False},
            )
            there = sa.select(Text.id).where(Text.id.in_([row.id for row in rows]))
            gone = {row.id for row in rows} - set(session.scalars(there))
        vectors.remove(tenant_id, sorted(gone))  # erased while its vector was made
        count += len(rows)
        if tell is not None:
            tell("vectors", min(count, total), total)
    return count


def _without(vectors: Vectors) -> sa.ColumnElement[bool]:
    """Texts without a vector of this embedder. In this form the index answers, of which most is never read."""
    name = Text.embedded_as
    return sa.or_(name.is_(None), name < vectors.name, name > vectors.name)


def _waiting(store: Store, vectors: Vectors, tenant_id: str) -> int:
    """How many texts wait for a vector; 0 where vectors are not worth their memory."""
    with store.reading(tenant_id) as session:
        waiting = sa.select(sa.func.count()).select_from(Text).where(_without(vectors))
        total = session.scalar(waiting) or 0
        every = sa.select(sa.func.count()).select_from(Text)
        if not total or vectors.semantic or vectors.there:
            return total
        return total if (session.scalar(every) or 0) >= WORTH else 0


def compare(store: Store, vectors: Vectors) -> tuple[int, int]:
    """Make the vectors those of today's texts: (missing ones that are made, needless ones that were removed).

    Raises VectorsBusy. What differed is logged.
    """
    tenants = _tenants(store)
    if not vectors.there:
        with store.system() as session:
            lost = unmarked(session)
        if lost:
            _log.warning("the vectors of %d texts were gone; they are made anew", lost)
        return lost, 0
    gone = vectors.drop_others(tenants)
    missing = needless = 0
    for tenant_id in tenants:
        kept = vectors.ids(tenant_id)
        with store.reading(tenant_id) as session:
            known = {id: name for id, name in session.execute(sa.select(Text.id, Text.embedded_as))}
        vectors.remove(tenant_id, sorted(kept - known.keys()))
        needless += len(kept - known.keys())
        lost = sorted(
            id for id, name in known.items() if name and (name != vectors.name or id not in kept)
        )
        missing += len(lost)
        for start in range(0, len(lost), CHUNK):
            with store.session(tenant_id) as session:
                _unmark(session, lost[start : start + CHUNK])
        _embed(store, vectors, tenant_id)
    if missing or needless or gone:
        _log.warning(
            "vectors repaired: %d missing, %d needless, %d collections gone",
            missing,
            needless,
            gone,
        )
    return missing, needless


def unmarked(session: TenantSession) -> int:
    """Let no text count on a vector, whoever it belongs to; how many did. Needs a system session."""
    counted = sa.select(sa.func.count()).select_from(Text).where(Text.embedded_as.is_not(None))
    count = session.scalar(counted) or 0
    if count:
        session.execute(
            sa.update(Text).where(Text.embedded_as.is_not(None)).values(embedded_as=None),
            execution_options={"synchronize_session": False},
        )
    return count


def _unmark(session: TenantSession, ids: Sequence[str]) -> None:
    session.execute(
        sa.update(Text).where(Text.id.in_(ids)).values(embedded_as=None),
        execution_options={"synchronize_session": False},
    )


def rebuild(store: Store, vectors: Vectors | None, *, tell: Tell) -> int:
    """Make every text, the index and the vectors anew from the records; how many texts there are now.

    Works in short transactions, one after the other. Raises VectorsBusy, before anything is done.
    """
    total = 0
    if vectors is not None and vectors.there:
        # Another embedder's go now, and a server that is away is told of now.
        vectors.drop_others(_tenants(store))
    for tenant_id in _tenants(store):
        _drop_strays(store, tenant_id)
        for kind in KINDS:
            total += _rewrite(store, tenant_id, kind, tell)
        if vectors is not None and vectors.there:
            vectors.drop(tenant_id)
        with store.session(tenant_id) as session:
            everything = sa.update(Text).values(embedded_as=None)
            session.execute(everything, execution_options={"synchronize_session": False})
        if vectors is not None:
            _embed(store, vectors, tenant_id, tell)
    renew_index(store)
    return total


def renew_index(store: Store) -> None:
    """Build the trigram index anew from the texts."""
    with store.engine.begin() as connection:
        if store.dialect == "sqlite":
            connection.exec_driver_sql("INSERT INTO texts_fts (texts_fts) VALUES ('rebuild')")
        else:
            connection.exec_driver_sql("REINDEX TABLE texts")


def merge_indexes(store: Store) -> None:
    """Put the pieces of each trigram index into one, in steps: many writes leave many pieces, each looked through."""
    if store.dialect != "sqlite":
        return
    for index in INDEXES:
        pages = -PAGES  # below zero for all pieces, and not only for those that are alike
        while _merged(store, index, pages):
            pages = PAGES


def _merged(store: Store, index: str, pages: int) -> bool:
    """Whether there was something to merge. See https://sqlite.org/fts5.html#the_merge_command"""
    with store.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        before = driver.total_changes
        driver.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', {pages})")
        return driver.total_changes - before >= 2


def _rewrite(store: Store, tenant_id: str, kind: str, tell: Tell) -> int:
    model = SOURCES[kind]
    with store.reading(tenant_id) as session:
        ids: list[str] = sorted(session.scalars(sa.select(model.id)))
    for start in range(0, len(ids), CHUNK):
        with store.session(tenant_id) as session:
            write(session, tenant_id, kind, ids[start : start + CHUNK])
        tell(kind, min(start + CHUNK, len(ids)), len(ids))
    with store.reading(tenant_id) as session:
        made = sa.select(sa.func.count()).select_from(Text).where(Text.kind == kind)
        return session.scalar(made) or 0


def _drop_strays(store: Store, tenant_id: str) -> None:
    """Texts of records that are there no more."""
    for kind, model in SOURCES.items():
        with store.session(tenant_id) as session:
            there = sa.select(model.id)
            stray = sa.delete(Text).where(Text.kind == kind, Text.record_id.not_in(there))
            session.execute(stray, execution_options={"synchronize_session": False})


def _tenants(store: Store) -> list[str]:
    with store.system() as session:
        return sorted(session.scalars(sa.select(Tenant.id)))
