"""The JSON schemas of everything a router takes and gives, with one name per model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import JsonValue, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from agent.channels.trpc.procedures import Router

Schema = dict[str, JsonValue]
Direction = Literal["input", "output"]
_Asked = tuple[tuple[str, Direction], JsonSchemaMode, TypeAdapter[Any]]


@dataclass(frozen=True)
class Schemas:
    """`named` are the shared models; `of` has the schema of each (path, direction) that has one."""

    named: Mapping[str, Schema]
    of: Mapping[tuple[str, Direction], Schema]


class _AsSent(GenerateJsonSchema):
    """What is sent always has all of its fields, also those with a default."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


def schemas_of(router: Router, *, refs: str) -> Schemas:
    """Every schema, made in one go, so that a model shared by two procedures gets one name.

    A reference is `refs` and the model's name. A model whose input and output differ gets two:
    `NameInput` and `NameOutput`. Raises ValueError when two models would share a name.
    """

    def repoint(schema: object) -> Schema:
        return cast(Schema, _repointed(cast(Schema, schema), refs))

    of, shared = TypeAdapter[Any].json_schemas(
        _asked(router),
        ref_template=refs + "{model}",
        schema_generator=_AsSent,
    )
    named: dict[str, Schema] = {}
    for name, schema in sorted(shared.get("$defs", {}).items()):
        plain = plain_name(name)
        if plain in named:
            raise ValueError(f"Two models are called {plain}; rename one.")
        named[plain] = repoint(schema)
    return Schemas(named, {key: repoint(schema) for (key, _), schema in of.items()})


def _asked(router: Router) -> list[_Asked]:
    """What pydantic is asked for: (key, mode, type) of every input and of every output."""
    asked: list[_Asked] = []
    for path, procedure in router.items():
        if procedure.reads is not None:
            asked.append(((path, "input"), "validation", procedure.reads))
        if procedure.writes is not None:
            asked.append(((path, "output"), "serialization", procedure.writes))
    return asked


def plain_name(name: str) -> str:
    """Pydantic's name without its dash. Raises ValueError for one it had to make unique."""
    if "__" in name:
        raise ValueError(f"Two models are called {name.rsplit('__', 1)[-1]}; rename one.")
    return name.replace("-", "").rstrip("_")


def _repointed(schema: JsonValue, refs: str) -> JsonValue:
    """The schema with plain names in its references."""
    match schema:
        case dict():
            return {key: _repointed(value, refs) for key, value in schema.items()}
        case list():
            return [_repointed(value, refs) for value in schema]
        case str() if schema.startswith(refs):
            return refs + plain_name(schema.removeprefix(refs))
        case _:
            return schema
