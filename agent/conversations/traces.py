"""Finds what rows keep of words and records that are to go, and takes it out of JSON and texts."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from memory.store import TenantSession
from tools.desk.ports import Traces

GONE = "[…]"
_ALONE = 5
"""A single short word is said of other things too; it is only blanked in the turns that the forgotten came from."""
_NEEDLES = 100
Row = TypeVar("Row")


def phrase_of(said: str) -> re.Pattern[str] | None:
    """These words in a row, whatever stands between them; None for a single short word."""
    parts = re.findall(r"\w+", said)
    if not parts or (len(parts) == 1 and len(parts[0]) < _ALONE):
        return None
    return re.compile(_standing(r"\W+".join(map(re.escape, parts))), re.IGNORECASE)


def _standing(words: str) -> str:
    return rf"(?<!\w){words}(?:['’]?s)?(?!\w)"


def pattern_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of these phrases, the longest first; None where there are none."""
    found = [phrase.pattern for each in words if (phrase := phrase_of(each))]
    longest = sorted(found, key=len, reverse=True)
    return re.compile("|".join(longest), re.IGNORECASE) if longest else None


class Search:
    """Looks for traces in rows. The database only narrows down; what counts is decided here."""

    def __init__(self, traces: Traces) -> None:
        self.traces = traces
        self.words = pattern_of(sorted(traces.words))
        ids = "|".join(re.escape(each) for each in sorted(traces.ids))
        self.ids = re.compile(rf"(?<!\w)(?:{ids})(?!\w)") if ids else None

    def in_words(self, *values: Any) -> bool:
        """Whether any of the words stand in these values."""
        return self.words is not None and any(self.words.search(said) for said in texts(values))

    def in_ids(self, *values: Any) -> bool:
        """Whether any of the ids stand in these values."""
        return self.ids is not None and any(self.ids.search(said) for said in texts(values))

    def here(self, *values: Any) -> bool:
        """Whether anything of it stands in these values."""
        return self.in_ids(*values) or self.in_words(*values)

    def rows(
        self,
        session: TenantSession,
        model: type[Row],
        columns: Sequence[str],
        *,
        but: sa.ColumnElement[bool] | None = None,
    ) -> list[Row]:
        """The rows that hold traces in these columns; `but` narrows them down further."""
        if self.words is None and self.ids is None:
            return []
        asked: Any = sa.select(model)
        if but is not None:
            asked = asked.where(but)
        found: dict[int, Row] = {}
        kept = [sa.cast(getattr(model, name), sa.String) for name in columns]
        for needles in self._needles():
            alike = (text.ilike(f"%{needle}%") for text in kept for needle in needles)
            for row in session.scalars(asked.where(sa.or_(*alike))):
                if self.here(*(getattr(row, name) for name in columns)):
                    found[id(row)] = row
        return list(found.values())

    def _needles(self) -> Iterator[list[str]]:
        """What stands in whatever holds a trace, for LIKE, a few at a time.

        Only plain letters and figures, in their order: JSON may spell the others as numbers.
        """
        plain = [re.findall(r"[0-9A-Za-z]+", said) for said in self.traces.words if phrase_of(said)]
        found = sorted({*("%".join(parts) for parts in plain), *self.traces.ids})
        for start in range(0, len(found), _NEEDLES):
            yield found[start : start + _NEEDLES]

    def without(self, value: Any) -> Any:
        """A JSON value in which none of the words stand any more."""
        return value if self.words is None else without(value, self.words)


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, the names of its members too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in cast("Mapping[str, Any]", value).items():
            yield name
            yield from texts(member)
    elif isinstance(value, list | tuple):
        for each in cast("Sequence[Any]", value):
            yield from texts(each)


def without(value: Any, phrase: re.Pattern[str]) -> Any:
    """A JSON value in which no text holds the phrase; a new one only where something changed."""
    return _mapped(value, lambda said: phrase.sub(GONE, said))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {k: _mapped(v, change) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_mapped(each, change) for each in cast("list[Any]", value)]
    return value
