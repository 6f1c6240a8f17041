"""What pydantic finds wrong with a value, in our own words: a predicate that follows the field's name."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

OURS = "value_error"
"""A finding whose message a validator of ours wrote."""

_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is not known here; check its spelling or leave it out",
    "string_type": "must be text",
    "string_pattern_mismatch": "is not written as it should be",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must hold names and values",
    "model_type": "must hold names and values",
    "model_attributes_type": "must hold names and values",
    "finite_number": "must be a number",
    "decimal_max_places": "has too many decimals",
    "decimal_max_digits": "has too many digits",
    "decimal_whole_digits": "has too many digits",
}
_STARTS = (
    ("int_", "must be a whole number"),
    ("float_", "must be a number"),
    ("decimal_", "must be a number"),
    ("bool_", "must be true or false"),
    ("date", "is no date or time"),
)
_LIMITS = {
    "greater_than": ("gt", "must be more than {}"),
    "greater_than_equal": ("ge", "must be at least {}"),
    "less_than": ("lt", "must be less than {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "string_too_short": ("min_length", "needs at least {} characters"),
    "string_too_long": ("max_length", "may have at most {} characters"),
    "too_short": ("min_length", "needs at least {}"),
    "too_long": ("max_length", "may hold at most {}"),
    "literal_error": ("expected", "must be {}"),
}


def findings(error: ValidationError) -> dict[str, str]:
    """What is wrong with each field, by its path such as `services.0.price`."""
    found = error.errors(include_url=False, include_input=False)
    return {path_of(each): problem_of(each) for each in found}


def path_of(finding: ErrorDetails) -> str:
    """Where it is, in the spelling of whoever wrote it; empty for the whole."""
    return ".".join(str(part) for part in finding["loc"])


def problem_of(finding: ErrorDetails) -> str:
    """One finding: "must be a whole number". A message of our own validators stays as it is."""
    kind = finding["type"]
    if kind == OURS:
        return str(finding["msg"]).removeprefix("Value error, ")
    if kind in _LIMITS:
        return _limit(kind, finding.get("ctx", {}))
    if kind in _PLAIN:
        return _PLAIN[kind]
    return next((told for start, told in _STARTS if kind.startswith(start)), "cannot be that")


def _limit(kind: str, limits: Mapping[str, Any]) -> str:
    name, told = _LIMITS[kind]
    limit = limits.get(name, "")
    empty = name == "min_length" and limit == 1
    return "must not be empty" if empty else told.format(limit)
