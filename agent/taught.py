"""What a firm's people taught by choosing: kept, listed, taken back, and made ready for the embedded model."""

import datetime as dt
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from agent.models.offline import Lesson, Overlay, ToolWords
from memory.store import Store, TenantSession
from memory.tables.base import new_id
from memory.tables.registry import METADATA
from memory.tables.taught import TaughtPhrase
from tools.errors import Forbidden, NotFound
from tools.kit import Actor

TEACHERS = frozenset({"owner", "staff", "crew", "bookkeeper"})
"""Those who work here. What customers, visitors and resellers say and press teaches nothing."""
MOST = 2000
"""Phrases of one firm that are used, the newest first: far more than anybody teaches by hand."""
FIRMS = 200
"""Firms whose phrases this process keeps ready."""
Version = tuple[Any, ...]
_MARK = re.compile(r"<(\w+)>")
_MARKS: Mapping[str, tuple[str, str]] = {
    "name": ("name", "navn"), "staff": ("colleague", "kollega"), "service": ("service", "ydelse"),
    "when": ("time", "tid"), "phone": ("phone", "telefon"), "email": ("e-mail", "e-mail"),
    "money": ("amount", "beløb"), "hours": ("hours", "timer"), "number": ("number", "nummer"),
    "text": ("words", "ord"),
}  # fmt: skip


@dataclass(frozen=True)
class _Ready:
    version: Version
    overlay: Overlay


class Taught:
    """The taught phrases of a store, as one process uses them."""

    def __init__(self, store: Store, words: Mapping[str, ToolWords]) -> None:
        self._store = store
        self._words = words
        self._lock = threading.Lock()
        self._ready: OrderedDict[str, _Ready] = OrderedDict()

    def overlay(self, tenant_id: str) -> Overlay:
        """What holds in this firm now, whichever process it was taught or taken back in."""
        with self._store.reading(tenant_id) as session:
            return self.overlay_in(session)

    def overlay_in(self, session: TenantSession) -> Overlay:
        """The same for the session's firm, as the session sees it."""
        tenant_id, version = session.tenant_id or "", _version(session)
        ready = self._ready.get(tenant_id)
        if ready is not None and ready.version == version:
            return ready.overlay
        with self._lock:
            ready = self._ready.get(tenant_id)
            if ready is None or ready.version != version:
                ready = _Ready(version, Overlay(_live(session)))
                self._keep(tenant_id, ready)
        return ready.overlay

    def _keep(self, tenant_id: str, ready: _Ready) -> None:
        self._ready[tenant_id] = ready
        self._ready.move_to_end(tenant_id)
        if len(self._ready) > FIRMS:
            self._ready.popitem(last=False)

    def learn(
        self, session: TenantSession, actor: Actor, lesson: Lesson, *, now: dt.datetime
    ) -> None:
        """Keep what a person who works here taught, instead of what these words meant before. Nothing is committed."""
        if actor.role not in TEACHERS or actor.kind != "person":
            return
        words = " ".join(lesson.words)
        before = session.scalars(
            sa.select(TaughtPhrase).where(
                TaughtPhrase.words == words, TaughtPhrase.reverted_at.is_(None)
            )
        ).all()
        if any(row.tool == lesson.tool for row in before):
            return
        for row in before:
            row.reverted_at, row.reverted_by_id = now, actor.id
        session.add(
            TaughtPhrase(
                id=new_id("tau"),
                words=words,
                wording=lesson.wording,
                tool=lesson.tool,
                language=actor.language,
                taught_by_id=actor.id,
                taught_by=actor.name,
                created_at=now,
            )
        )
        session.after_commit(lambda: self._refit(session.tenant_id))

    def _refit(self, tenant_id: str | None) -> None:
        """Make it ready behind the answer that taught it, so that the next message does not wait for it."""
        if tenant_id is not None:
            self.overlay(tenant_id)

    def label(self, tool: str, language: Literal["en", "da"]) -> str:
        """What a tool does, as its button says it."""
        words = self._words.get(tool)
        return words.label.of(language) if words else tool

    def phrases(self, session: TenantSession, actor: Actor) -> Sequence[TaughtPhrase]:
        """What holds now, the newest first. Raises Forbidden for all but the office."""
        _check(actor)
        rows = sa.select(TaughtPhrase).where(TaughtPhrase.reverted_at.is_(None))
        newest = rows.order_by(TaughtPhrase.created_at.desc(), TaughtPhrase.id).limit(MOST)
        return session.scalars(newest).all()

    def revert(
        self, session: TenantSession, actor: Actor, id: str, *, now: dt.datetime
    ) -> TaughtPhrase:
        """Take it back, from the next message on. Nothing is committed. Raises NotFound, Forbidden."""
        _check(actor)
        row = session.fetch(TaughtPhrase, id)
        if row is None:
            raise NotFound("There is no such phrase. It may have been taken back already.")
        if row.reverted_at is None:
            row.reverted_at, row.reverted_by_id = now, actor.id
        return row


def marked(wording: str, language: Literal["en", "da"]) -> str:
    """The wording with its marks in the reader's language: “find [name]”."""

    def say(mark: re.Match[str]) -> str:
        both = _MARKS.get(mark[1])
        return f"[{both[language == 'da']}]" if both else mark[0]

    return _MARK.sub(say, wording)


def _check(actor: Actor) -> None:
    if not actor.office:
        raise Forbidden("Only the owner and the office see what was taught.")


# Over the table, as the mapped class costs several times as much and this is asked in every turn; it names the tenant.
_ROWS = METADATA.tables[TaughtPhrase.__tablename__]
_COUNTED = sa.select(
    sa.func.count(),
    sa.func.count(_ROWS.c.reverted_at),
    sa.func.max(_ROWS.c.created_at),
    sa.func.sum(sa.func.length(_ROWS.c.words)),
).where(_ROWS.c.tenant_id == sa.bindparam("tenant"))


def _version(session: TenantSession) -> Version:
    """Other numbers after every change, in whichever process: rows are added, marked, blanked and removed."""
    given = {"tenant": session.tenant_id}
    counted = session.execute(_COUNTED, given, execution_options={"tenant_checked": True})
    return tuple(counted.one())


def _live(session: TenantSession) -> list[Lesson]:
    rows = (
        sa.select(TaughtPhrase.words, TaughtPhrase.tool)
        .where(TaughtPhrase.reverted_at.is_(None))
        .order_by(TaughtPhrase.created_at.desc(), TaughtPhrase.id)
        .limit(MOST)
    )
    return [Lesson(tuple(row.words.split()), row.tool) for row in session.execute(rows)]
