"""Reads plain numbers with what they count or name: "booking 12", "#12", PHP versions, square
metres.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from tools.values.spans import Found, found
from tools.values.text import fold
from tools.values.vocabulary import NUMBERS

_LONGEST = 20_000
_KINDS = {
    "booking": "booking",
    "bookingen": "booking",
    "bestilling": "booking",
    "bestillingen": "booking",
    "job": "booking",
    "faktura": "invoice",
    "fakturaen": "invoice",
    "fakturanr": "invoice",
    "invoice": "invoice",
    "regning": "invoice",
    "lead": "lead",
    "leadet": "lead",
    "customer": "customer",
    "kunde": "customer",
    "kunden": "customer",
    "quote": "quote",
    "tilbud": "quote",
    "tilbuddet": "quote",
    "task": "task",
    "opgave": "task",
    "opgaven": "task",
    "campaign": "campaign",
    "kampagne": "campaign",
    "kampagnen": "campaign",
    "proposal": "proposal",
    "forslag": "proposal",
    "message": "message",
    "besked": "message",
    "release": "release",
    "ordre": "order",
    "order": "order",
}
_NUMBERED = re.compile(
    rf"(?<![\w#])(?:(?P<kind>{'|'.join(sorted(_KINDS, key=len, reverse=True))})s?\s{{0,2}}"
    r"(?:(?:nr|no|nummer|number)\b\.?\s{0,2})?#?|(?:nr|no|nummer|number)\b\.?\s{0,2}#?|#)"
    r"(?P<number>\d{1,9})(?![\w%]|[.,:/-]\d|\s?(?:m2|m²|kvm|kr)\b)",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\b(?:php|version|python|node|mysql|mariadb|postgres(?:ql)?)\s?(?:version\s|to\s|til\s)?v?"
    r"(?P<version>\d{1,3}(?:\.\d{1,3}){0,2})(?![\w]|\.\d)|(?<![\w.,/-])v(?P<v>\d{1,3}(?:\.\d{1,3}){1,2})(?![\w]|\.\d)",
    re.IGNORECASE,
)
_AREA = re.compile(
    r"(?<![\w.,-])(?P<area>\d{1,3}(?:\.\d{3})+|\d{1,6}(?:[.,]\d{1,2})?)\s{0,2}"
    r"(?:m2|m²|m\^2|kvm|kvadratmeter|sqm|square\s+met(?:er|re)s?)(?!\w)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?<![\w.,:/#+-])(?:(?P<digits>\d{1,9})|(?P<word>[^\W\d_]{2,9}))(?![\w%:/]|[.,-]\d)",
)
# Number words that are other words too ("to", "en", "fire", "for at") count only in digits.
_WORDS = {
    w: n
    for w, n in NUMBERS.items()
    if w not in ("to", "en", "et", "a", "an", "one", "ni", "ti", "fire")
}


@dataclass(frozen=True)
class Numbered:
    """A record named by its number. `kind` is the word beside it ("invoice"), None for a bare
    "#12".
    """

    kind: str | None
    number: int


def find_numbered(text: str) -> list[Found[Numbered]]:
    """Every record that `text` names by number: "booking 12", "faktura nr. 1003", "#12"."""
    return [
        found(
            Numbered(_KINDS.get((match["kind"] or "").lower()), int(match["number"])),
            text,
            match.start(),
            match.end(),
        )
        for match in _NUMBERED.finditer(text[:_LONGEST])
    ]


def find_versions(text: str) -> list[Found[str]]:
    """Every software version in `text`: "PHP 8.3" and "v1.2.0", without the word and the v."""
    versions: list[Found[str]] = []
    for match in _VERSION.finditer(text[:_LONGEST]):
        group = "version" if match["version"] else "v"
        versions.append(found(match[group], text, match.start(group), match.end(group)))
    return versions


def find_areas(text: str) -> list[Found[Decimal]]:
    """Every area in square metres: "85 m2", "85 m²", "120,5 kvm"."""
    areas: list[Found[Decimal]] = []
    for match in _AREA.finditer(text[:_LONGEST]):
        digits = match["area"]
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):
            digits = digits.replace(".", "")
        areas.append(found(Decimal(digits.replace(",", ".")), text, match.start(), match.end()))
    return areas


def find_counts(text: str) -> list[Found[int]]:
    """Every whole number that stands by itself, in digits or as an unmistakable word ("tre",
    "eight").
    """
    counts: list[Found[int]] = []
    for match in _COUNT.finditer(text[:_LONGEST]):
        value = int(match["digits"]) if match["digits"] else _WORDS.get(fold(match["word"]))
        if value is not None:
            counts.append(found(value, text, match.start(), match.end()))
    return counts
