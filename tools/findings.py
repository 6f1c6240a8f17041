"""What pydantic finds wrong with a value, in our own words: a predicate that follows the field's name."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Language = Literal["en", "da"]
_Both = tuple[str, str]
OURS = "value_error"
"""A finding whose message a validator of ours wrote."""

_PLAIN: dict[str, _Both] = {
    "missing": ("is missing", "mangler"),
    "extra_forbidden": (
        "is not known here; check its spelling or leave it out",
        "kendes ikke her; se efter, om det er stavet rigtigt, eller udelad det",
    ),
    "string_type": ("must be text", "skal være tekst"),
    "string_pattern_mismatch": (
        "is not written as it should be",
        "er ikke skrevet, som det skal",
    ),
    "list_type": ("must be a list", "skal være en liste"),
    "tuple_type": ("must be a list", "skal være en liste"),
    "dict_type": ("must hold names and values", "skal bestå af navne og værdier"),
    "model_type": ("must hold names and values", "skal bestå af navne og værdier"),
    "model_attributes_type": ("must hold names and values", "skal bestå af navne og værdier"),
    "finite_number": ("must be a number", "skal være et tal"),
    "decimal_max_places": ("has too many decimals", "har for mange decimaler"),
    "decimal_max_digits": ("has too many digits", "har for mange cifre"),
    "decimal_whole_digits": ("has too many digits", "har for mange cifre"),
}
_STARTS: tuple[tuple[str, _Both], ...] = (
    ("int_", ("must be a whole number", "skal være et helt tal")),
    ("float_", ("must be a number", "skal være et tal")),
    ("decimal_", ("must be a number", "skal være et tal")),
    ("bool_", ("must be true or false", "skal være sandt eller falsk")),
    ("date", ("is no date or time", "er hverken en dato eller et tidspunkt")),
)
_LIMITS: dict[str, tuple[str, _Both]] = {
    "greater_than": ("gt", ("must be more than {}", "skal være mere end {}")),
    "greater_than_equal": ("ge", ("must be at least {}", "skal være mindst {}")),
    "less_than": ("lt", ("must be less than {}", "skal være mindre end {}")),
    "less_than_equal": ("le", ("must be at most {}", "må højst være {}")),
    "string_too_short": (
        "min_length",
        ("needs at least {} characters", "skal have mindst {} tegn"),
    ),
    "string_too_long": (
        "max_length",
        ("may have at most {} characters", "må højst have {} tegn"),
    ),
    "too_short": ("min_length", ("needs at least {}", "skal have mindst {}")),
    "too_long": ("max_length", ("may hold at most {}", "må højst have {}")),
    "literal_error": ("expected", ("must be {}", "skal være {}")),
}
_EMPTY: _Both = ("must not be empty", "må ikke være tomt")
_OTHERWISE: _Both = ("cannot be that", "kan ikke være det")


def findings(error: ValidationError, *, language: Language = "en") -> dict[str, str]:
    """What is wrong with each field, by its path such as `services.0.price`."""
    found = error.errors(include_url=False, include_input=False)
    return {path_of(each): problem_of(each, language=language) for each in found}


def path_of(finding: ErrorDetails) -> str:
    """Where it is, in the spelling of whoever wrote it; empty for the whole."""
    return ".".join(str(part) for part in finding["loc"])


def problem_of(finding: ErrorDetails, *, language: Language = "en") -> str:
    """One finding: "must be a whole number". A message of our own validators stays as it is."""
    kind = finding["type"]
    if kind == OURS:
        return str(finding["msg"]).removeprefix("Value error, ")
    if kind in _LIMITS:
        return _limit(kind, finding.get("ctx", {}), language)
    starts = next((told for start, told in _STARTS if kind.startswith(start)), _OTHERWISE)
    return _PLAIN.get(kind, starts)[language == "da"]


def _limit(kind: str, limits: Mapping[str, Any], language: Language) -> str:
    name, told = _LIMITS[kind]
    limit = limits.get(name, "")
    empty = name == "min_length" and limit == 1
    words = _EMPTY if empty else told
    said = str(limit).replace(" or ", " eller ") if language == "da" else limit
    return words[language == "da"].format(said)
