"""What is true of leads without looking anywhere: their states, their words, and who is the same person."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from tools.values.text import fold

Status = Literal["new", "contacted", "quoted", "scheduled", "won", "lost", "spam", "duplicate"]
STATUSES: tuple[Status, ...] = get_args(Status)
OPEN: frozenset[Status] = frozenset({"new", "contacted", "quoted", "scheduled"})
_REOPENED: frozenset[Status] = frozenset({"lost", "spam", "duplicate"})

STATUS_NAMES: dict[str, tuple[str, str]] = {
    "new": ("new", "nyt"),
    "contacted": ("contacted", "kontaktet"),
    "quoted": ("quoted", "tilbud sendt"),
    "scheduled": ("scheduled", "planlagt"),
    "won": ("won", "vundet"),
    "lost": ("lost", "tabt"),
    "spam": ("spam", "spam"),
    "duplicate": ("duplicate", "dublet"),
}
# What people and exports call them, folded.
STATUS_WORDS: dict[str, Status] = {
    **dict.fromkeys(("new", "ny", "nye", "nyt", "fresh", "inbox", "open", "ubehandlet"), "new"),
    **dict.fromkeys(
        ("contacted", "kontaktet", "kontaktede", "replied", "besvaret", "in dialogue"), "contacted"
    ),
    **dict.fromkeys(
        ("quoted", "tilbud sendt", "tilbud", "quote sent", "offered", "tilbudt"), "quoted"
    ),
    **dict.fromkeys(("scheduled", "planlagt", "planlagte", "booked", "booket"), "scheduled"),
    **dict.fromkeys(("won", "vundet", "vundne", "customer", "kunde"), "won"),
    **dict.fromkeys(("lost", "tabt", "tabte", "dead", "afvist", "closed", "lukket"), "lost"),
    **dict.fromkeys(("spam",), "spam"),
    **dict.fromkeys(("duplicate", "dublet", "dubletter", "dup"), "duplicate"),
}


def read_status(value: object) -> object:
    """A status in the words of either language, as its name; anything else unchanged."""
    return STATUS_WORDS.get(fold(value), value) if isinstance(value, str) else value


def may_move(before: str, after: str) -> bool:
    """Whether a lead may go from one status to another.

    Open ones move freely, because people skip steps and correct themselves; a closed one is reopened first;
    one that was won stays won.
    """
    if before == after:
        return True
    if before in OPEN:
        return True
    return before in _REOPENED and after in OPEN | _REOPENED


@dataclass(frozen=True)
class PostalAddress:
    """An address in its parts; what the words did not say is None."""

    street: str | None
    postal_code: str | None
    city: str | None

    def __str__(self) -> str:
        place = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street, place) if part)


_PLACE = re.compile(r"(?:DK[- ]?)?(\d{4})\s+(\D[^\d,]*)", re.IGNORECASE)


def read_address(words: str) -> PostalAddress:
    """“Ryesgade 12, 2. tv, 8000 Aarhus C” in its parts; without a postal code all of it is the street."""
    plain = " ".join(words.replace("\n", ", ").split()).strip(" ,")
    # The last four-digit number followed by a name is the place: a house can have four digits too.
    places = list(_PLACE.finditer(plain))
    if not places:
        street, _, city = plain.rpartition(",")
        if street and not any(c.isdigit() for c in city):
            return PostalAddress(street=street.strip(" ,"), postal_code=None, city=city.strip())
        return PostalAddress(street=plain or None, postal_code=None, city=None)
    place = places[-1]
    street = plain[: place.start()].strip(" ,")
    return PostalAddress(
        street=street or None, postal_code=place.group(1), city=place.group(2).strip(" ,.") or None
    )


def same_email_key(email: str) -> str:
    """The form in which two addresses are one mailbox: without a +tag, and for Gmail without dots."""
    local, _, domain = email.partition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def match_score(
    *, same_email: bool, same_phone: bool, phone_shared: bool, same_name: bool, same_postal: bool
) -> int:
    """How sure it is that two contacts are one person, 0 to 100: from 90 they are linked, from 60 it is suggested."""
    if same_email:
        return 100
    if same_phone:
        return 60 if phone_shared else 90
    if same_name:
        return 70 if same_postal else 30
    return 0


_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>")


def has_html(text: str) -> bool:
    """Whether there is a tag in it, which no name has."""
    return _TAG.search(text) is not None
