"""Finds the texts of a tenant that share words, or pieces of words, with a question."""

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from memory.guards_texts import HAS_TRIGRAMS
from memory.ranking import Term
from memory.tables.texts import Text
from memory.tenancy import TenantSession
from memory.words import stem, trigrams

CANDIDATES = 120
"""How many are ranked: enough that the right one is among them, few enough to be quick."""
BUDGET = 4_000
"""How many entries of the index one question may read; the rarest pieces come first."""
PROBE = 100
"""Whether a piece is rare is told from how far apart its first entries lie."""
_LEAST = 3
_ASKED = 400
_CHECKED = {"tenant_checked": True}


@dataclass(frozen=True)
class Wanted:
    """Which texts may be found: whose readers' labels, which kinds, valid when, about nobody in particular."""

    labels: Collection[str]
    now: dt.datetime
    kinds: Collection[str] | None = None
    general: bool = False

    def conditions(self, tenant_id: str) -> list[sa.ColumnElement[bool]]:
        """The same as SQL."""
        conditions = [
            Text.tenant_id == tenant_id,
            Text.readers.in_(sorted(self.labels)),
            sa.or_(Text.valid_until.is_(None), Text.valid_until > self.now),
        ]
        if self.kinds is not None:
            conditions.append(Text.kind.in_(sorted(self.kinds)))
        if self.general:
            conditions.append(Text.about_id.is_(None))
        return conditions


class Lexical(Protocol):
    """The lexical leg of search on one kind of database."""

    def ids(self, session: TenantSession, terms: Sequence[Term], wanted: Wanted) -> list[str]:
        """Ids of the texts most like the question, at most CANDIDATES, in no order to rely on."""
        ...


class Trigrams(Lexical):
    """SQLite's FTS5 index of three-letter pieces. The rare pieces of the question vote for texts.

    The index's own bm25 would read every entry of every piece, and most pieces are in most texts.
    """

    def ids(self, session: TenantSession, terms: Sequence[Term], wanted: Wanted) -> list[str]:
        """See Lexical."""
        phrases = {piece for term in terms for piece in trigrams(term.word)}
        phrases |= {mate for term in terms for mate in term.mates if len(mate) >= _LEAST}
        if not phrases:
            return _containing(session, [term.word for term in terms], wanted)
        votes: defaultdict[int, float] = defaultdict(float)
        for phrase, weight in self._rare(session, phrases).items():
            for number in self._numbers(session, phrase):
                votes[number] += weight
        best = sorted(votes, key=votes.__getitem__, reverse=True)
        return self._allowed(session, best, wanted)

    def _rare(self, session: TenantSession, phrases: Collection[str]) -> dict[str, float]:
        """The rarest phrases that fit the budget, or the rarest one; each with its weight."""
        given = {"phrases": json.dumps([f'"{each}"' for each in sorted(phrases)]), "most": PROBE}
        probed = session.execute(_PROBED, given, execution_options=_CHECKED).all()
        chosen: dict[str, float] = {}
        spent = 0.0
        for count, phrase, newest in sorted(
            (_estimate(row), row.phrase, row.newest) for row in probed
        ):
            if count and (spent + count <= BUDGET or not chosen):
                chosen[phrase] = math.log(1 + (newest or 1) / count)
                spent += count
        return chosen

    def _numbers(self, session: TenantSession, phrase: str) -> list[int]:
        """The newest texts with a phrase."""
        given = {"phrase": phrase, "most": BUDGET}
        return json.loads(session.execute(_FOUND, given, execution_options=_CHECKED).scalar_one())

    def _allowed(self, session: TenantSession, numbers: Sequence[int], wanted: Wanted) -> list[str]:
        """The first of these that may be found. Another tenant's texts are passed over, however many."""
        found: list[str] = []
        for start in range(0, len(numbers), _ASKED):
            given = {
                "numbers": json.dumps(numbers[start : start + _ASKED]),
                "own": session.tenant_id,
            }
            named = session.execute(_NAMED, given, execution_options=_CHECKED).scalars().all()
            asked = sa.select(Text.id).where(
                Text.id.in_(named), *wanted.conditions(session.tenant_id or "")
            )
            allowed = set(session.scalars(asked))
            found += [each for each in named if each in allowed]
            if len(found) >= CANDIDATES:
                break
        return found[:CANDIDATES]


def _estimate(probed: sa.Row[Any]) -> float:
    """About how many texts have a phrase: exact when they are few."""
    if probed.found < PROBE:
        return float(probed.found)
    return PROBE * float(probed.newest or 1) / max(1.0, float(probed.last))


_PROBED = sa.text(
    "SELECT phrase, newest, json_extract(probe, '$[0]') AS found, json_extract(probe, '$[1]') AS last "
    "FROM (SELECT j.value AS phrase, (SELECT max(number) FROM texts) AS newest, "
    "(SELECT json_array(count(*), max(at)) FROM (SELECT rowid AS at FROM texts_fts "
    "WHERE texts_fts MATCH j.value ORDER BY rowid LIMIT :most)) AS probe "
    "FROM json_each(:phrases) j)"
)
# Without the plus SQLite would read all of the tenant's rows.
_NAMED = sa.text(
    "SELECT t.id FROM json_each(:numbers) j JOIN texts t ON t.number = j.value "
    "WHERE +t.tenant_id = :own ORDER BY j.key"
)
_FOUND = sa.text(
    "SELECT json_group_array(at) FROM (SELECT rowid AS at FROM texts_fts "
    "WHERE texts_fts MATCH :phrase ORDER BY rowid DESC LIMIT :most)"
)


class PgTrigrams(Lexical):
    """PostgreSQL with pg_trgm: words that are in the text, or nearly."""

    def ids(self, session: TenantSession, terms: Sequence[Term], wanted: Wanted) -> list[str]:
        """See Lexical."""
        forms = [form for form in _forms(terms) if len(form) >= _LEAST]
        if not forms:
            return _containing(session, [term.word for term in terms], wanted)
        given = {
            "likes": [f"%{form}%" for form in forms],
            "slips": [term.word for term in terms if len(term.word) > _LEAST],
            "labels": sorted(wanted.labels),
            "kinds": None if wanted.kinds is None else sorted(wanted.kinds),
            "general": wanted.general,
            "at": wanted.now,
            "most": CANDIDATES,
        }
        found = session.execute(_LIKE, given, execution_options=_CHECKED)
        return list(found.scalars())


_LIKE = sa.text(
    "SELECT friday_texts_like(CAST(:likes AS text[]), CAST(:slips AS text[]), CAST(:labels AS text[]), "
    "CAST(:kinds AS text[]), :general, :at, :most)"
)


class Overlap(Lexical):
    """A database without any index of letters: the texts with the most of the words, or halves of them."""

    def ids(self, session: TenantSession, terms: Sequence[Term], wanted: Wanted) -> list[str]:
        """See Lexical."""
        whole = _likes(terms)
        halves = [Text.folded.contains(half) for term in terms for half in _halves(term.word)]
        hits: list[Any] = [sa.cast(like, sa.Integer) * 3 for like in whole]
        hits += [sa.cast(like, sa.Integer) for like in halves]
        if not hits:
            return []
        score = _sum(hits)
        found = (
            sa.select(Text.id, score.label("score"))
            .where(*wanted.conditions(session.tenant_id or ""))
            .where(sa.or_(*whole, *halves))
            .order_by(sa.desc("score"), Text.changed_at.desc())
            .limit(CANDIDATES)
        )
        return list(session.scalars(found))


def lexical_for(session: TenantSession) -> Lexical:
    """The best one that this database has."""
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        return Trigrams()
    has = session.info.get("pg_trgm")
    if has is None:
        asked = sa.text(HAS_TRIGRAMS)
        has = session.info["pg_trgm"] = bool(session.execute(asked).scalar_one())
    return PgTrigrams() if has else Overlap()


def _sum(hits: Sequence[Any]) -> sa.ColumnElement[float]:
    total: Any = hits[0]
    for hit in hits[1:]:
        total = total + hit
    return total


def _forms(terms: Sequence[Term]) -> list[str]:
    """The question's words and those of the same meaning, without endings where enough is left."""
    forms: dict[str, None] = {}
    for term in terms:
        for word in (term.word, *sorted(term.mates)):
            root = stem(word)
            forms[root if len(root) > _LEAST else word] = None
    return list(forms)


def _likes(terms: Sequence[Term]) -> list[sa.ColumnElement[bool]]:
    return [Text.folded.contains(form, autoescape=True) for form in _forms(terms) if len(form) > 1]


def _halves(word: str) -> list[str]:
    """Most slips of the pen spoil one half of a word only."""
    if len(word) < 6:
        return []
    middle = len(word) // 2
    return [word[:middle] if middle > 3 else word[:4], word[-max(4, len(word) - middle) :]]


def _containing(session: TenantSession, forms: Sequence[str], wanted: Wanted) -> list[str]:
    """For words of one or two letters, which no index has: the newest texts with them."""
    likes = [Text.folded.contains(form, autoescape=True) for form in forms]
    if not likes:
        return []
    found = sa.select(Text.id).where(*wanted.conditions(session.tenant_id or ""), sa.or_(*likes))
    return list(session.scalars(found.order_by(Text.changed_at.desc()).limit(CANDIDATES)))
