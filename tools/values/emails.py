"""Reads e-mail addresses, lower-cased and with the domain as A-labels, so that one mailbox has one
spelling.
"""

import re

from email_validator import EmailNotValidError, validate_email

from tools.errors import Rejected
from tools.values.spans import Found, found

_LONGEST = 100_000
_ADDRESS = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~@-])[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}(?![\w@-])"
)


def find_emails(text: str) -> list[Found[str]]:
    """Every valid address in `text`, in its one spelling."""
    if "@" not in text:
        return []
    addresses: list[Found[str]] = []
    for match in _ADDRESS.finditer(text[:_LONGEST]):
        start = match.start() + len(match.group()) - len(match.group().lstrip(".'"))
        address = _normal(text[start : match.end()])
        if address:
            addresses.append(found(address, text, start, match.end()))
    return addresses


def read_email(text: str) -> str:
    """The address that the whole of `text` is, lower-cased. Raises Rejected with a sentence."""
    said = text.strip()[:320].removeprefix("mailto:").strip("<>")
    address = _normal(said)
    if address is None:
        raise Rejected(f"“{said}” is not a valid e-mail address, such as anna@example.com.")
    return address


def _normal(address: str) -> str | None:
    try:
        read = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return None
    return f"{read.local_part.lower()}@{read.ascii_domain.lower()}"
