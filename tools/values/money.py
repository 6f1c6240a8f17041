"""Reads and says amounts of money: Danish and English notation, never guessing where the two
disagree.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, list_currencies

from tools.errors import Choice, Rejected, Unclear
from tools.values.spans import Found, found
from tools.values.text import Language

_LONGEST = 20_000
_CURRENCIES = {
    "kr": "DKK",
    "kr.": "DKK",
    "kroner": "DKK",
    "krone": "DKK",
    "kroners": "DKK",
    "crowns": "DKK",
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "£": "GBP",
    "pund": "GBP",
    "pounds": "GBP",
}
_CODES = ("DKK", "EUR", "USD", "GBP", "SEK", "NOK", "CHF", "PLN", "ISK")
_BEFORE = r"kr\.?|US\$|[€$£]|" + "|".join(_CODES)
_AFTER = r"kroners?|krone|crowns|kr\b\.?|euros?\b|dollars?\b|pounds\b|pund\b|[€$£]|" + "|".join(
    rf"{code}\b" for code in _CODES
)
_DIGITS = r"\d{1,15}(?:[.,\u00a0\u202f ']\d{3}(?!\d))*(?:[.,]\d{1,9})?"
_MONEY = re.compile(
    rf"(?<![\w.,+-])(?<!- )(?:(?P<before>{_BEFORE})[\s\u00a0]?(?P<n1>{_DIGITS})(?P<dash1>,-)?"
    rf"|(?P<n2>{_DIGITS})(?:(?P<dash2>,-)(?:[\s\u00a0]?(?:{_AFTER}))?|[\s\u00a0]?(?P<after>{_AFTER})))"
    r"(?![\d\w])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_BEFORE})[\s\u00a0]?)?(?P<n>{_DIGITS})(?:,-)?(?:[\s\u00a0]?(?P<after>{_AFTER}))?",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"^\D{0,6}[-−]\s?\d|^\s*\(.*\)\s*$|\d-$")
_GROUPS = re.compile(r"[\u00a0\u202f ']")
_DANISH = re.compile(r"(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}|\d{1,3}(?:\.\d{3}){2,}|\d+")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:,\d{3}){2,}")
_ENGLISH_SAID = re.compile(r"\d{1,3}(?:,\d{3})*\.\d{2}")
_UNCLEAR = re.compile(r"\d+[.,]\d{1,9}")
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Money:
    """An amount and its ISO currency. `also` holds the other readings of the same digits
    ("1.000"): ask first.
    """

    amount: Decimal
    currency: str
    also: tuple[Decimal, ...] = field(default=(), compare=False)


def find_money(text: str, *, currency: str = "DKK") -> list[Found[Money]]:
    """Every amount in `text` that a currency, its sign or ",-" stands beside."""
    amounts: list[Found[Money]] = []
    for match in _MONEY.finditer(text[:_LONGEST]):
        digits = match["n1"] or match["n2"]
        readings = _readings(digits, prefixed=_is_prefix(match["before"]))
        if not readings or max(readings) >= _LARGEST:
            continue
        mark = match["before"] or match["after"]
        money = Money(readings[0], _currency(mark, currency), also=readings[1:])
        amounts.append(found(money, text, match.start(), match.end()))
    return amounts


def read_amount(text: str, *, language: Language = "en") -> Decimal:
    """The amount that the whole of `text` says. Raises Unclear with both readings, or Rejected
    with the reason.
    """
    return read_money(text, language=language).amount


def read_money(text: str, *, currency: str = "DKK", language: Language = "en") -> Money:
    """The amount and currency that the whole of `text` says; `currency` where it names none.

    "2.284,60" and "1,250.50" are clear. "1.000" and "349.00" are not: Unclear, with both readings
    as choices.
    """
    said = text.strip()[:100]
    if _NEGATIVE.search(said):
        raise Rejected(
            _say(
                language,
                said,
                "is negative: an amount is zero or more.",
                "er negativt: et beløb er nul eller mere.",
            )
        )
    match = _AMOUNT.fullmatch(said)
    if match is None:
        raise _not_an_amount(said, language)
    readings = _readings(match["n"], prefixed=_is_prefix(match["before"]))
    if not readings:
        raise _not_an_amount(said, language)
    if max(readings) >= _LARGEST:
        raise Rejected(_say(language, said, "is too large an amount.", "er et for stort beløb."))
    iso = _currency(match["before"] or match["after"], currency)
    if readings[1:]:
        raise _which(said, readings, iso, language)
    return Money(readings[0], iso)


def _say(language: Language, said: str, english: str, danish: str) -> str:
    return f"“{said}” {danish if language == 'da' else english}"


def _not_an_amount(said: str, language: Language) -> Rejected:
    return Rejected(
        _say(
            language,
            said,
            "is not an amount, such as 349 or 2.284,60.",
            "er ikke et beløb, f.eks. 349 eller 2.284,60.",
        )
    )


def _which(said: str, readings: tuple[Decimal, ...], currency: str, language: Language) -> Unclear:
    question = _say(language, said, "can be read in two ways.", "kan læses på to måder.")
    question += " Hvilket beløb mener du?" if language == "da" else " Which amount do you mean?"
    return Unclear(question, choices=[Choice(_said(r, currency, language)) for r in readings])


def _said(amount: Decimal, currency: str, language: Language) -> str:
    exact = amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)))
    if exact != amount:  # "12,345" as twelve and a bit: shown with all its digits
        return (
            f"{amount} {currency}".replace(".", ",") if language == "da" else f"{currency} {amount}"
        )
    return say_money(as_minor(amount, currency), currency, language)


def _is_prefix(mark: str | None) -> bool:
    return mark is not None and not mark.lower().startswith("kr")


def _currency(mark: str | None, default: str) -> str:
    if mark is None:
        return default
    return _CURRENCIES.get(mark.lower().rstrip("."), mark.upper())


def _readings(digits: str, *, prefixed: bool) -> tuple[Decimal, ...]:
    """The one amount these digits can mean, or both, the likelier first; empty when they mean
    none.
    """
    plain = _GROUPS.sub("", digits)
    if prefixed and _ENGLISH_SAID.fullmatch(plain):
        return (
            Decimal(plain.replace(",", "")),
        )  # "DKK 349.00", as Friday itself writes in English
    if _DANISH.fullmatch(plain):
        return (Decimal(plain.replace(".", "").replace(",", ".")),)
    if _ENGLISH.fullmatch(plain):
        return (Decimal(plain.replace(",", "")),)
    if not _UNCLEAR.fullmatch(plain):
        return ()
    whole, _, rest = plain.replace(",", ".").partition(".")
    fraction, joined = Decimal(f"{whole}.{rest}"), Decimal(whole + rest)
    if len(rest) == 3 and len(whole) <= 3:
        return (joined, fraction)
    return (fraction, joined) if len(rest) <= 2 else ()


@lru_cache(maxsize=1)
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def read_currency(code: str) -> str:
    """An ISO 4217 code in capitals, or Rejected."""
    upper = code.strip().upper()
    if upper not in _known_currencies():
        raise Rejected(f"“{code.strip()[:20]}” is not a currency code such as DKK or EUR.")
    return upper


def as_minor(amount: Decimal, currency: str) -> int:
    """The amount in the currency's smallest unit (øre, cents). Rejected when it is not a whole
    number of them.
    """
    if not amount.is_finite():
        raise Rejected(f"“{amount}” is not an amount.")
    minor = amount.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value():
        places = get_currency_precision(currency)
        raise Rejected(f"{amount} has more than the {places} decimals that {currency} has.")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of so many of the currency's smallest unit."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def say_money(minor: int, currency: str, language: Language) -> str:
    """ "2.284,60 kr." / "DKK 2,284.60", from minor units; the blank before or behind the sign does
    not break.
    """
    amount = from_minor(minor, currency)
    if language == "da":
        return format_currency(amount, currency, locale="da_DK")
    return format_currency(amount, currency, "¤¤\u00a0#,##0.00", locale="en_GB")
