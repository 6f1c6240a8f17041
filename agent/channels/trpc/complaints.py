"""Pydantic's findings as one sentence for a person and a list for a program."""

import re
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_SHOWN = 3
"""Findings told in the sentence; the rest are counted."""

_LONGEST_VALUE = 40
"""Characters of a refused value that are worth repeating."""

_NEVER_REPEATED = ("password", "secret", "token", "code", "key")
"""A refused value is not repeated when its field's name contains one of these."""

_IN_OUR_WORDS = ("value_error", "assertion_error")
"""Findings whose message was written by a validator of ours, as a sentence of its own."""

_SUBJECT = re.compile(r"^\w+( input)? should")
"""Pydantic's own subject: “Input should”, “String should”, “Decimal input should”."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an input. `fields` and `issues[].path` use the wire's spelling."""

    sentence: str
    fields: dict[str, str]
    issues: list[dict[str, object]]


def complaint(error: ValidationError) -> Complaint:
    """Every finding, and the first few of them in words."""
    findings = error.errors(include_url=False, include_context=False)
    told = [_sentence(finding) for finding in findings[:_SHOWN]]
    if more := len(findings) - len(told):
        told.append(f"And {more} more.")
    fields: dict[str, str] = {}
    for finding in findings:
        if finding["loc"]:
            fields.setdefault(_name(finding), _problem(finding))
    return Complaint(" ".join(told), fields, [_issue(finding) for finding in findings])


def _issue(finding: ErrorDetails) -> dict[str, object]:
    return {"path": list(finding["loc"]), "message": _problem(finding), "code": finding["type"]}


def _name(finding: ErrorDetails) -> str:
    return ".".join(str(part) for part in finding["loc"])


def _sentence(finding: ErrorDetails) -> str:
    name = _name(finding)
    subject = f"“{name}”" if name else "The input"
    colon = ":" if finding["type"] in _IN_OUR_WORDS else ""
    return f"{subject}{colon} {_problem(finding)}{_instead_of(finding)}."


def _problem(finding: ErrorDetails) -> str:
    """Pydantic's message as a predicate: “should be a valid integer”, “is required”."""
    match finding["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not known here"
        case "is_instance_of" if finding["msg"].endswith(
            "Decimal"
        ):  # what JSON read strictly calls no number
            return "should be a number"
        case kind if kind in _IN_OUR_WORDS:
            return _uncapped(finding["msg"].split(", ", 1)[-1].rstrip("."))
        case _:
            return _uncapped(_SUBJECT.sub("should", finding["msg"]).rstrip("."))


def _uncapped(text: str) -> str:
    return text[:1].lower() + text[1:]


def _instead_of(finding: ErrorDetails) -> str:
    if finding["type"] in ("missing", "extra_forbidden", *_IN_OUR_WORDS):
        return ""
    if any(word in _name(finding).lower() for word in _NEVER_REPEATED):
        return ""
    match finding["input"]:
        case None:
            return ", not null"
        case bool() as flag:
            return f", not {str(flag).lower()}"
        case int() | float() as number:
            return f", not {number}"
        case str() as text if len(text) <= _LONGEST_VALUE:
            return f", not “{text}”"
        case _:
            return ""
