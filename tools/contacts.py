"""E-mail addresses and phone numbers in the one form in which they are compared."""

import re
from functools import lru_cache

import phonenumbers

from tools.errors import Rejected
from tools.values.emails import read_email
from tools.values.phones import find_phones

_PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")


def email_of(words: str) -> str | None:
    """The one address that `words` are, lower case with an IDNA domain, or None."""
    if "@" not in words or len(words) > 320:
        return None
    local, _, domain = words.strip().lower().rpartition("@")
    # In a file of thousands the domains repeat; the part before the @ is nearly always plain.
    if _PLAIN_LOCAL.fullmatch(local):
        spelt = _domain_of(domain)
        return f"{local}@{spelt}" if spelt else None
    return _checked(words)


@lru_cache(maxsize=4096)
def _domain_of(domain: str) -> str | None:
    checked = _checked(f"a@{domain}")
    return checked.partition("@")[2] if checked else None


def _checked(words: str) -> str | None:
    try:
        return read_email(words)
    except Rejected:
        return None


def phone_of(words: str, country: str) -> str | None:
    """The valid number that `words` are, as E.164, or None; `country` reads national numbers."""
    plain = words.strip()
    if not 6 <= sum(c.isdigit() for c in plain) <= 15 or len(plain) > 60:
        return None
    if any(c.isalpha() for c in plain):
        return _phone_among_words(plain, country)
    # Most numbers are bare, and then this is many times faster than searching a text for them.
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _phone_among_words(words: str, country: str) -> str | None:
    """“20 12 34 56 (efter 16)”"""
    numbers = {one.value for one in find_phones(words, region=country)}
    return numbers.pop() if len(numbers) == 1 else None
