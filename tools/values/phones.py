"""Reads phone numbers into E.164, Danish ones without their country code."""

import re

import phonenumbers

from tools.errors import Rejected
from tools.values.spans import Found, found

_LONGEST = 5_000
# Eight digits behind one of these words are not a phone number, however valid they would be as one.
_OTHER_NUMBER = re.compile(
    r"(?:cvr|cpr|se|ean|gln|faktura|invoice|ordre|order|booking|nr|no|number|nummer|konto|account|reg|#)"
    r"(?:[-\s]?(?:nr|nummer|no|number))?[.:#]?\s*$",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"(?:tlf|telefon|mobil|phone|tel|sms)[-\s.]*(?:nr|nummer|no|number)?[.:]?\s*$", re.IGNORECASE
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}")
_SIX_DIGITS = re.compile(r"(?:\d\D{0,2}){6}")


def find_phones(text: str, *, region: str = "DK") -> list[Found[str]]:
    """Every valid phone number in `text`, as E.164 ("+4520123456")."""
    read = text[:_LONGEST]
    if not _SIX_DIGITS.search(read):
        return []
    matcher = phonenumbers.PhoneNumberMatcher(read, region, max_tries=1000)
    return [
        found(_e164(match.number), text, match.start, match.end)
        for match in matcher
        if _is_a_phone(read, match.start, match.raw_string)
    ]


def _is_a_phone(text: str, start: int, raw: str) -> bool:
    if _DATE.fullmatch(raw):
        return False
    before = text[max(0, start - 24) : start]
    return bool(_PHONE_WORD.search(before)) or not _OTHER_NUMBER.search(before)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_phone(text: str, *, region: str = "DK") -> str:
    """The phone number that the whole of `text` says, as E.164. Raises Rejected with a sentence."""
    said = text.strip()[:60]
    matches = list(phonenumbers.PhoneNumberMatcher(said, region, max_tries=10))
    if len(matches) != 1 or re.search(r"[^\W\d_]{4,}|@", said.replace(matches[0].raw_string, "")):
        raise Rejected(
            f"“{said}” is not a valid phone number, such as 20 12 34 56 or +45 20 12 34 56."
        )
    return _e164(matches[0].number)


def say_phone(e164: str, *, region: str = "DK") -> str:
    """The number as people of that region write it: "20 12 34 56", abroad "+46 8 123 456"."""
    number = phonenumbers.parse(e164, None)
    abroad = phonenumbers.region_code_for_number(number) != region
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.INTERNATIONAL if abroad else form.NATIONAL)
