"""JSON schemas as TypeScript types."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

Schema = dict[str, JsonValue]

REFS = "#/"
"""What a reference to a named type begins with."""

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")

_WORDS: Mapping[str, str] = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def comment(text: object, indent: str = "") -> str:
    """A doc comment with its line end, or nothing."""
    if not isinstance(text, str) or not text.strip():
        return ""
    lines = text.strip().replace("*/", "*\\/").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line.strip()}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def key(name: str) -> str:
    """A property name, quoted where it must be."""
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def declaration(name: str, schema: Schema) -> str:
    """A named type: an interface for an object, an alias for anything else."""
    doc = comment(schema.get("description"))
    if "properties" in schema:
        return f"{doc}export interface {name} {_members(schema, '')}"
    return f"{doc}export type {name} = {type_of(schema)};"


def type_of(schema: JsonValue | Schema, indent: str = "") -> str:
    """The type of one schema; `unknown` for one that allows anything."""
    match schema:
        case {"$ref": str() as reference}:
            return reference.removeprefix(REFS)
        case {"const": value}:
            return json.dumps(value, ensure_ascii=False)
        case {"enum": list() as values}:
            return _union([json.dumps(value, ensure_ascii=False) for value in values])
        case {"anyOf": list() as members} | {"oneOf": list() as members}:
            return _union([type_of(member, indent) for member in members])
        case {"allOf": list() as members}:
            return " & ".join(_grouped(type_of(member, indent)) for member in members)
        case dict():
            return _plain_type(schema, indent)
        case _:
            return "unknown"


def _plain_type(schema: Schema, indent: str) -> str:
    match schema.get("type"):
        case "array":
            return _array(schema, indent)
        case "object":
            return _object(schema, indent)
        case list() as names:
            return _union([_WORDS.get(str(name), "unknown") for name in names])
        case name:
            return _WORDS.get(str(name), "unknown")


def _union(members: Sequence[str]) -> str:
    different = list(dict.fromkeys(members))
    return "unknown" if "unknown" in different else " | ".join(different) or "never"


def _grouped(written: str) -> str:
    return f"({written})" if " | " in written or " & " in written else written


def _array(schema: Schema, indent: str) -> str:
    match schema:
        case {"prefixItems": list() as items}:
            rest = [f"...{_items(schema, indent)}"] if "items" in schema else []
            return f"[{', '.join([*(type_of(item, indent) for item in items), *rest])}]"
        case _:
            return _items(schema, indent)


def _items(schema: Schema, indent: str) -> str:
    return f"{_grouped(type_of(schema.get('items'), indent))}[]"


def _object(schema: Schema, indent: str) -> str:
    if schema.get("properties"):
        return _members(schema, indent)
    match schema.get("additionalProperties"):
        case False:
            return "Record<string, never>"
        case dict() as values:
            return f"Record<string, {type_of(values, indent)}>"
        case _:
            return "Record<string, unknown>"


def _members(schema: Schema, indent: str) -> str:
    inner = indent + "  "
    required = cast(list[str], schema.get("required", []))
    lines: list[str] = []
    for name, member in cast(dict[str, Schema], schema["properties"]).items():
        mark = "" if name in required else "?"
        lines.append(comment(member.get("description"), inner).removesuffix("\n"))
        lines.append(f"{inner}{key(name)}{mark}: {type_of(member, inner)};")
    if schema.get("additionalProperties") is True:
        lines.append(f"{inner}[key: string]: unknown;")
    return "\n".join(["{", *(line for line in lines if line), indent + "}"])
