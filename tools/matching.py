"""How words are compared with records, and the question that is asked when they fit several."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from memory.tables.leads import Customer, Lead
from tools.errors import Choice, NotFound, Unclear
from tools.kit import Context
from tools.values.names import Ambiguous, Matched, Nothing, best_matches
from tools.values.text import fold

RowT = TypeVar("RowT")
NamedT = TypeVar("NamedT", Customer, Lead)


@dataclass(frozen=True)
class Hits(Generic[RowT]):
    """The rows that words fit; `sure` is False when they only nearly fit and a person must say."""

    rows: Sequence[RowT]
    sure: bool = True

    def __bool__(self) -> bool:
        return bool(self.rows)


_ID = re.compile(r"[a-z]{2,12}_[0-9A-Za-z_-]+")
_NUMBER = re.compile(
    r"(?:(?:customer|kunde|lead|emne|booking|aftale|bestilling|no\.?|nr\.?|number|nummer)\s*)*#?(\d{1,7})"
    r"|.*\s?#(\d{1,7})\b.*",
    re.IGNORECASE,
)
SHOWN = 6
_NEARLY = 20_000  # names compared one by one when nothing matches exactly
_THINKABLE = 74.0  # below _ALIKE of names: good enough to ask about

_NOUNS: dict[str, tuple[str, str]] = {
    "customer": ("customer", "kunde"),
    "lead": ("lead", "lead"),
    "booking": ("booking", "booking"),
    "service": ("service", "ydelse"),
    "staff": ("employee", "medarbejder"),
    "user": ("user", "bruger"),
    "proposal": ("proposal", "forslag"),
    "upload": ("file", "fil"),
    "about": ("customer, lead or booking", "kunde, lead eller booking"),
}


def is_id(words: str) -> bool:
    """Whether `words` have the shape of a record's id."""
    return bool(_ID.fullmatch(words.strip()))


def number_in(words: str) -> int | None:
    """The number that people see: "12", "#12", "booking 12", "Jens Nygaard #12"."""
    number = _NUMBER.fullmatch(words.strip())
    return int(number.group(1) or number.group(2)) if number else None


def every(ctx: Context, statement: sa.Select[RowT]) -> list[RowT]:
    """All rows of a statement."""
    return list(ctx.session.scalars(statement))


def numbered(
    ctx: Context, model: type[RowT], words: str, allowed: sa.ColumnElement[bool]
) -> list[RowT]:
    """The rows with that id, or with the number that people see."""
    entity: Any = model
    if is_id(words):
        return every(ctx, sa.select(model).where(entity.id == words.strip(), allowed))
    number = number_in(words)
    if number is None:
        return []
    return every(ctx, sa.select(model).where(entity.number == number, allowed))


def named(
    ctx: Context, model: type[NamedT], words: str, allowed: sa.ColumnElement[bool]
) -> Hits[NamedT]:
    """The rows of that name: all of it, words of it, beginnings of words, then nearly the same."""
    folded = fold(words)
    if not folded or is_id(words):
        return Hits([])
    entity: Any = model
    if model is Customer:
        allowed = sa.and_(allowed, Customer.merged_into.is_(None))
    ordered = sa.select(model).where(allowed).order_by(entity.folded_name, entity.number)
    # Each made only when the one before it found nothing: most names are said whole.
    fitting = (
        lambda: entity.folded_name == folded,
        lambda: _words_in(entity.folded_name, folded, whole=True),
        lambda: _words_in(entity.folded_name, folded, whole=False),
    )
    for condition in fitting:
        if rows := every(ctx, ordered.where(condition()).limit(SHOWN + 1)):
            return Hits(rows)
    return _nearly(ctx, model, folded, allowed)


def _words_in(
    column: InstrumentedAttribute[str], folded: str, *, whole: bool
) -> sa.ColumnElement[bool]:
    end = " " if whole else ""
    padded = sa.literal(" ") + column + " "
    return sa.and_(
        *(padded.contains(f" {word}{end}", autoescape=True) for word in folded.split()[:6])
    )


def _nearly(
    ctx: Context, model: type[NamedT], folded: str, allowed: sa.ColumnElement[bool]
) -> Hits[NamedT]:
    entity: Any = model
    pairs = ctx.session.execute(
        sa.select(entity.id, entity.folded_name)
        .where(allowed)
        .order_by(entity.updated_at.desc())
        .limit(_NEARLY)
    )
    ids, sure = closest(folded, [(id_, name) for id_, name in pairs])
    if not ids:
        return Hits([])
    found = sa.select(model).where(entity.id.in_(ids)).order_by(entity.folded_name)
    return Hits(every(ctx, found), sure=sure)


def called(
    rows: Sequence[RowT], words: str, names: Callable[[RowT], tuple[str, ...]]
) -> Hits[RowT]:
    """The rows that `words` name among a handful: whole name, words of it, or nearly."""
    folded = fold(words)
    if not folded or is_id(words):
        return Hits([])
    read = {str(i): tuple(fold(name) for name in names(row)) for i, row in enumerate(rows)}
    for fits in (_whole, _word_by_word, _by_beginnings):
        hits = [key for key, known in read.items() if any(fits(folded, name) for name in known)]
        if hits:
            return Hits([rows[int(key)] for key in hits])
    keys, sure = closest(folded, [(key, name) for key, known in read.items() for name in known])
    return Hits([rows[int(key)] for key in keys], sure=sure)


def _whole(folded: str, name: str) -> bool:
    return folded == name


def _word_by_word(folded: str, name: str) -> bool:
    return set(folded.split()) <= set(name.split())


def _by_beginnings(folded: str, name: str) -> bool:
    return all(any(part.startswith(word) for part in name.split()) for word in folded.split())


def closest(folded: str, names: Sequence[tuple[str, str]]) -> tuple[list[str], bool]:
    """The keys whose names are nearly `folded`, best first, and whether the best stands out."""
    near = best_matches(folded, names)
    if isinstance(near, Matched):
        return [near.match.id], True
    if isinstance(near, Nothing):
        near = best_matches(folded, names, margin=8.0, at_least=_THINKABLE)
    match near:
        case Matched():
            return [near.match.id], False
        case Ambiguous():
            ids = dict.fromkeys(match.id for match in near.matches)
            return list(ids)[: SHOWN + 1], False
        case Nothing():
            return [], False


def only(
    ctx: Context,
    hits: Hits[RowT],
    words: str,
    *,
    kind: str,
    field: str,
    shown: Callable[[RowT], str],
    instead: Sequence[RowT] = (),
) -> RowT:
    """The one row, or a question with the rows as answers, or a sentence that nothing is called so.

    `instead` is what there is to choose from when nothing fits. Raises Unclear or NotFound.
    """
    rows = hits.rows
    if len(rows) == 1 and hits.sure:
        return rows[0]
    english, danish = _NOUNS[kind]
    said = words.strip()[:80]
    if rows:
        message = _which(ctx, hits, said, english=english, danish=danish)
        raise Unclear(message, choices=_choices(rows, field, shown), fields={field: message})
    message = ctx.say(
        f"There is no {english} “{said}”.", f"Der er ingen {danish}, der hedder “{said}”."
    )
    if instead:
        message += ctx.say(" There is: ", " Der er: ") + ", ".join(map(shown, instead[:8])) + "."
    raise NotFound(message, fields={field: message})


def _which(ctx: Context, hits: Hits[Any], said: str, *, english: str, danish: str) -> str:
    if not hits.sure:
        return ctx.say(
            f"There is no {english} “{said}”. Do you mean one of these?",
            f"Der er ingen {danish}, der hedder “{said}”. Mener du en af disse?",
        )
    count = f"{SHOWN}+" if len(hits.rows) > SHOWN else str(len(hits.rows))
    return ctx.say(
        f"“{said}” fits {count} {_plural_en(english)}. Which one?",
        f"“{said}” passer på {count}. Hvilken {danish} er det?",
    )


def _plural_en(noun: str) -> str:
    return f"{noun}s" if " " not in noun else f"{noun} records"


def _choices(rows: Sequence[RowT], field: str, shown: Callable[[RowT], str]) -> list[Choice]:
    entities: Sequence[Any] = rows
    return [Choice(label=shown(row), args={field: row.id}) for row in entities[:SHOWN]]
