"""Where every argument that a model supplied came from: the requester, a record, somebody's text, or nowhere."""

import datetime as dt
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, cast, get_args, get_origin

from pydantic import BaseModel

from agent.gate.reading import Reader
from tools.cards import Source
from tools.kit import From, Result, Tool
from tools.refs import slots
from tools.slot import Slot

Origin = Literal["model", "form", "key", "mcp", "system"]
Colour = Literal["USER", "RECORD", "TEXT", "MODEL"]

_TRUSTED: frozenset[Source] = frozenset({"system", "staff"})
_PROSE = 80
"""Characters beyond which a string is prose, whoever wrote it, and not a value to be equal to."""
_WRITTEN = (".summary", ".text", ".lines.value", ".lines.before")
"""Where a result is written out for people: what stands there is a rendering, not a typed field."""
_AROUND = 40
"""Characters shown on either side of what was found."""
_PLAIN = Slot(kind="text", steers=False, required=False, label_en="", label_da="")


class Seen(NamedTuple):
    """A leaf of an earlier result. `whole`: a typed field, to be equal to; else text to be searched in.

    A lookup has hundreds of them: a tuple is made in a third of the time that a frozen dataclass takes.
    """

    value: str
    source: Source
    whole: bool
    where: str

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        value, source, whole, where = self
        return {"value": value, "source": source, "whole": whole, "where": where}


@dataclass(frozen=True)
class Judged:
    """One argument and where it came from. `pointer` is a JSON pointer into the arguments."""

    pointer: str
    label: str
    value: str
    origin: Colour
    steers: bool
    excerpt: str = ""

    @property
    def red(self) -> bool:
        """Whether a person must confirm it explicitly."""
        return self.steers and self.origin in ("TEXT", "MODEL")

    @property
    def doubtful(self) -> bool:
        """Whether it keeps an action from being performed at once."""
        return self.origin == "TEXT" or self.red

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Judged":
        """Back from the store."""
        return cls(**stored)


def judge(
    tool: type[Tool],
    args: Mapping[str, Any],
    *,
    said: Sequence[str],
    seen: Sequence[Seen],
    origin: Origin,
    reader: Reader,
    language: str = "en",
) -> tuple[Judged, ...]:
    """Judge every leaf of the arguments as they were supplied, before they were resolved."""
    known = slots(tool)
    judged: list[Judged] = []
    for pointer, value in _leaves_of(args):
        slot = known.get(pointer.split("/")[1], _PLAIN)
        colour, excerpt = _origin(slot, value, said=said, seen=seen, origin=origin, reader=reader)
        judged.append(
            Judged(
                pointer=pointer,
                label=slot.label(language) or pointer.strip("/"),
                value=value,
                origin=colour,
                steers=slot.steers,
                excerpt=excerpt,
            )
        )
    return tuple(judged)


_GIVEN: dict[Origin, Colour] = {"form": "USER", "key": "USER", "mcp": "MODEL", "system": "RECORD"}


def _origin(
    slot: Slot,
    value: str,
    *,
    said: Sequence[str],
    seen: Sequence[Seen],
    origin: Origin,
    reader: Reader,
) -> tuple[Colour, str]:
    if origin != "model":
        return _GIVEN[origin], ""
    # Words may be spread over messages ("tomorrow" … "at 10"), so they are read together too.
    if any(reader.says(slot.kind, value, text) for text in (*said, "\n".join(said))):
        return "USER", ""
    trusted = [each for each in seen if each.whole and each.source in _TRUSTED]
    if slot.own:
        trusted = []  # nobody said it: what stands in a record is somebody's text like any other
    elif any(reader.same(slot.kind, value, each.value) for each in trusted):
        return "RECORD", ""
    for each in seen:
        if each not in trusted and reader.says(slot.kind, value, each.value):
            return "TEXT", excerpt_of(each.value, value)
    return "MODEL", ""


def _leaves_of(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in cast(Mapping[str, object], value).items():
            escaped = name.replace("~", "~0").replace("/", "~1")
            yield from _leaves_of(inner, f"{pointer}/{escaped}")
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(cast(Sequence[object], value)):
            yield from _leaves_of(inner, f"{pointer}/{place}")
    elif value is not None:
        yield pointer, value if isinstance(value, str) else json.dumps(value)


def excerpt_of(text: str, value: str) -> str:
    """The part of a text around a value, or its beginning when it says the value in other words."""
    at = text.casefold().find(value.casefold())
    start = max(0, at - _AROUND) if at >= 0 else 0
    end = (at if at >= 0 else 0) + len(value) + _AROUND
    cut = " ".join(text[start:end].split())
    return ("…" if start else "") + cut + ("…" if end < len(text) else "")


def leaves(result: Result) -> list[Seen]:
    """Every leaf of a result with whose words it is: fields marked From, and parts that carry a source of their own."""
    found: list[Seen] = []
    _gather(found, result, "system", result.__class__.__name__)
    return found


def _gather(found: list[Seen], value: object, source: Source, where: str) -> None:
    match value:
        case None | bool():
            return
        case str():
            found.append(_leaf(value, source, where))
        case BaseModel():
            _gather_fields(found, value, own_source(value, source) or source, where)
        case Mapping():
            for name, inner in cast(Mapping[object, object], value).items():
                _gather(found, inner, source, f"{where}.{name}")
        case list() | tuple() | set() | frozenset():
            for inner in cast(Sequence[object], value):
                _gather(found, inner, source, where)
        case _:
            found.append(_leaf(_as_text(value), source, where))


def _leaf(text: str, source: Source, where: str) -> Seen:
    prose = where.endswith(_WRITTEN) or len(text) > _PROSE or "\n" in text
    return Seen(value=text, source=source, whole=not prose, where=where)


def _gather_fields(found: list[Seen], value: BaseModel, source: Source, where: str) -> None:
    labelled = _has_source(type(value))
    for name, marked in sources_of(type(value)).items():
        inner = getattr(value, name)
        if inner is not None and not (labelled and name == "source"):
            _gather(found, inner, marked or source, f"{where}.{name}")


@functools.lru_cache(maxsize=512)
def sources_of(model: type[BaseModel]) -> Mapping[str, Source | None]:
    """Whose words each field holds, also where the mark is inside `X | None` or a list; None where no mark is."""
    fields = model.model_fields.items()
    return {name: _marked(info.annotation, info.metadata) for name, info in fields}


def own_source(value: BaseModel, around: Source | None) -> Source | None:
    """Whose words a part holds: its own label, unless what is around it is marked and the label only says system."""
    own: Source | None = getattr(value, "source", None) if _has_source(type(value)) else None
    return around if own is None or (own == "system" and around) else own


@functools.lru_cache(maxsize=512)
def _has_source(model: type[BaseModel]) -> bool:
    """Whether `source` is the label of whose words these are, and not a field of that name (where a lead came from)."""
    field = model.model_fields.get("source")
    return field is not None and cast(object, field.annotation) == Source


def _marked(annotation: object, metadata: Sequence[object] = ()) -> Source | None:
    for mark in metadata:
        if isinstance(mark, From):
            return mark.source
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _marked(inner, marks)
    found: list[Source | None] = [_marked(part) for part in get_args(annotation)]
    return next((source for source in found if source is not None), None)


def _as_text(value: object) -> str:
    match value:
        case str() | int() | Decimal():
            return str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)
