"""The argument types that trades share, and what kind of thing each argument of a tool holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo
from pydantic.fields import FieldInfo

from tools.errors import Rejected
from tools.kit import OwnWords, Steers, Tool
from tools.labels import label_of
from tools.slot import Slot
from tools.values.durations import read_duration
from tools.values.money import read_amount

RefKind = Literal[
    "customer",
    "lead",
    "booking",
    "service",
    "staff",
    "user",
    "proposal",
    "upload",
    "about",
    "note",
]
WordsKind = Literal[
    "when", "day", "money", "hours", "phone", "email", "name", "city", "address", "text"
]


@dataclass(frozen=True)
class Ref:
    """Marks an argument that names a record: given as words, resolved to the record's id."""

    kind: RefKind


@dataclass(frozen=True)
class Words:
    """Marks an argument that is a value as people say it, resolved to its canonical form."""

    kind: WordsKind


_CANONICAL = re.compile(r"\d{1,12}(?:\.\d{1,2})?")


def amount_of(value: object, info: ValidationInfo) -> object:
    """An amount as people write it ("1.234,50 kr.") or as a number; ValueError when unclear.

    The sentence is in the `language` of the validation's context.
    """
    if isinstance(value, str):
        # What we wrote ourselves is exact: stored arguments are read again when they are performed.
        if _CANONICAL.fullmatch(value):
            return Decimal(value)
        try:
            context: Mapping[str, Any] = info.context or {}
            return read_amount(value, language=context.get("language", "en"))
        except Rejected as error:
            raise ValueError(error.message) from error
    return _exactly(value)


def hours_of(value: object) -> object:
    """Hours as people write them ("2½", "90 minutes", "2,5 timer") or as a number."""
    if not isinstance(value, str):
        return _exactly(value)
    length = read_duration(value)
    if length is not None:
        return round(Decimal(int(length.total_seconds())) / 3600, 2)
    said = value.strip().replace("½", ".5").replace(",", ".")
    try:
        return Decimal(said)  # where JSON is read strictly, a text is no number any more after us
    except InvalidOperation:
        return said


def _exactly(value: object) -> object:
    """A JSON number without the noise of binary fractions."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


_short = Field(min_length=1, max_length=200)

CustomerRef = Annotated[str, Ref("customer"), Steers(), _short]
LeadRef = Annotated[str, Ref("lead"), Steers(), _short]
BookingRef = Annotated[str, Ref("booking"), Steers(), _short]
ServiceRef = Annotated[str, Ref("service"), Steers(), _short]
StaffRef = Annotated[str, Ref("staff"), Steers(), _short]
UserRef = Annotated[str, Ref("user"), Steers(), _short]
ProposalRef = Annotated[str, Ref("proposal"), Steers(), _short]
UploadRef = Annotated[str, Ref("upload"), Steers(), _short]
NoteRef = Annotated[str, Ref("note"), Steers(), _short]
AboutRef = Annotated[str, Ref("about"), Steers(), _short]
When = Annotated[str, Words("when"), Steers(), _short]
Day = Annotated[str, Words("day"), Steers(), _short]
Phone = Annotated[str, Words("phone"), Steers(), _short]
Email = Annotated[str, Words("email"), Steers(), Field(min_length=1, max_length=320)]
Amount = Annotated[
    Decimal,
    BeforeValidator(amount_of),
    Words("money"),
    Steers(),
    Field(ge=0, max_digits=12, decimal_places=2),
]
Hours = Annotated[
    Decimal,
    BeforeValidator(hours_of),
    Words("hours"),
    Steers(),
    Field(gt=0, le=1000, decimal_places=2),
]
Name = Annotated[str, Words("name"), _short]
City = Annotated[str, Words("city"), Field(min_length=1, max_length=80)]
Address = Annotated[str, Words("address"), Steers(), Field(min_length=1, max_length=300)]
Text = Annotated[str, Words("text"), Field(min_length=1, max_length=4000)]
Search = Annotated[str, Words("text"), _short]


def slot_of(model: type[BaseModel], field: str) -> tuple[str, bool]:
    """The kind of `model`'s field (by its Python name), and whether it steers an effect."""
    info = model.model_fields[field]
    marks = _all_marks(info)
    steers = any(isinstance(mark, Steers) for mark in marks)
    for mark in marks:
        if isinstance(mark, Ref | Words):
            return mark.kind, steers
    return _plain_kind(info.annotation), steers


def slots(tool: type[Tool]) -> dict[str, Slot]:
    """Every argument of `tool` by its wire name, in order."""
    found: dict[str, Slot] = {}
    for name, info in tool.model_fields.items():
        wire = info.alias or name
        kind, steers = slot_of(tool, name)
        english, danish = label_of(wire)
        found[wire] = Slot(
            kind=kind,
            steers=steers,
            required=info.is_required(),
            label_en=english,
            label_da=danish,
            choices=_choices(info.annotation),
            own=any(isinstance(mark, OwnWords) for mark in _all_marks(info)),
        )
    return found


def _all_marks(info: FieldInfo) -> list[object]:
    return [*_marks(info.annotation), *info.metadata]


def _marks(annotation: Any) -> list[object]:
    """The marks inside `X | None`, `list[X]` and `Annotated[X, …]`, outermost last."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return [*_marks(inner), *marks]
    return [mark for part in get_args(annotation) for mark in _marks(part)]


def _bare(annotation: Any) -> Any:
    """The type without its marks and without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return _bare(parts[0]) if parts else NoneType
    return annotation


def _plain_kind(annotation: Any) -> str:
    bare = _bare(annotation)
    origin = get_origin(bare)
    if origin is Literal:
        return "choice"
    if origin in (list, tuple, set, frozenset, dict):
        return "list"
    return {bool: "flag", int: "number", Decimal: "number"}.get(bare, "text")


def _choices(annotation: Any) -> tuple[str, ...]:
    bare = _bare(annotation)
    return tuple(str(value) for value in get_args(bare)) if get_origin(bare) is Literal else ()
