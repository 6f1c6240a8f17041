"""Says what is wrong with a payload, by the JSON Schemas that were made from Slack's own types."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from tests.fakes.slack.tree import is_object

SCHEMAS = Path(__file__).parent / "schemas"

Shape = Literal["block", "chunk", "home", "modal", "attachment"]

# The documentation and the Python SDK have them, the TypeScript types of 8.2.0 do not yet.
NEWER_THAN_THE_TYPES = {"agent_session_stopped", "assistant:write"}


def shape_faults(shape: Shape, given: Any, at: str) -> list[str]:
    """One sentence for each thing that does not fit, with a JSON pointer that begins with `at`."""
    return [_told(each, at) for each in _errors("shapes.json", f"Shapes/properties/{shape}", given)]


def manifest_faults(manifest: Any) -> list[str]:
    """The same of an app's manifest."""
    errors = _errors("manifest.json", "ManifestShape/properties/manifest", manifest)
    return [_told(each, "") for each in errors if str(each.instance) not in NEWER_THAN_THE_TYPES]


def _errors(file: str, definition: str, given: Any) -> list[ValidationError]:
    found: Iterable[ValidationError] = _validator(file, definition).iter_errors(given)  # pyright: ignore[reportUnknownMemberType]
    return [deepest for error in found for deepest in _nearest(error)]


@cache
def _validator(file: str, definition: str) -> Draft7Validator:
    schema = json.loads((SCHEMAS / file).read_text())
    return Draft7Validator({**schema, "$ref": f"#/definitions/{definition}"})


def _nearest(error: ValidationError) -> list[ValidationError]:
    """What is wrong with the alternative that was meant, instead of with all of them."""
    if not error.context:
        return [error]
    meant = [branch for branch in _branches(error) if not _is_another(branch)]
    if not meant:
        return [error]
    closest = min(meant, key=len)
    return [deepest for each in closest for deepest in _nearest(each)]


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    """The errors of each alternative."""
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or []:
        branches.setdefault(each.relative_schema_path[0], []).append(each)
    return list(branches.values())


def _is_another(errors: list[ValidationError]) -> bool:
    """Whether these are the errors of an alternative that nobody meant: its `type` is another one."""
    return any(
        list(error.relative_path) == ["type"]
        or (error.validator == "type" and not error.relative_path)
        or (bool(error.context) and all(_is_another(branch) for branch in _branches(error)))
        for error in errors
    )


def _told(error: ValidationError, at: str) -> str:
    pointer = at + "".join(f"/{part}" for part in error.absolute_path)
    match error.validator:
        case "anyOf":
            given: Any = error.instance
            kind = given.get("type") if is_object(given) else None
            why = f"unsupported type: {kind}" if kind else "failed to match all allowed schemas"
        case "enum" | "const":
            why = f"value {json.dumps(error.instance)} is not allowed"
        case _:
            why = error.message if len(error.message) < 300 else f"failed: {error.validator}"
    return f"[ERROR] {why} [json-pointer:{pointer}]"
