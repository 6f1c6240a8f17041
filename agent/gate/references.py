"""Whether words name a record on purpose: a number beside its noun, and a name that is not just a word of the trade."""

import functools
import re
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from memory.store import TenantSession
from memory.tables.booking import Service
from memory.tables.leads import Customer, Lead
from tools.values.tokens import tokenise

NUMBERED = frozenset(("customer", "lead", "about", "booking", "staff", "service", "note"))
"""Kinds of records that people may call by a number."""

_CUSTOMER, _LEAD = r"customers?|clients?|kunden?|kunder", r"leads?|leadet|emnet?"
_BOOKING = r"bookings?|bookingen|appointments?|visits?|aftalen?|bestillingen?|besøget?"
_NOUNS = {
    "customer": _CUSTOMER,
    "lead": _LEAD,
    "booking": _BOOKING,
    "about": f"{_CUSTOMER}|{_LEAD}|{_BOOKING}",
    "staff": r"staff|employee|medarbejder(?:en)?|crew",
    "service": r"service|ydelsen?",
    "note": r"note[nt]?|notat(?:et)?",
}
_ANY_NOUN = "|".join(_NOUNS.values())
_BESIDE = re.compile(
    rf"(?:\b(?P<noun>{_ANY_NOUN})\s*)?(?P<mark>(?:\b(?:nr|no|number|nummer)\b\.?\s*)?#?)\s*"
    r"(?<![\d.,:/])(?P<number>\d{1,7})(?![\w½]|[.,:/]\d)",
    re.IGNORECASE,
)
_ONLY_NUMBER = re.compile(
    rf"\s*(?:(?:{_ANY_NOUN}|nr|no|number|nummer)\b\.?\s*)*#?\s*(\d{{1,7}})\s*[.!]?\s*",
    re.IGNORECASE,
)
_SAID_ANYWAY = """
a an the and or of in on at to for from with by my me i you please all new next last this that
it is find show list see summarise summarize book cancel move change update create add make
convert mark send delete remove import export undo withdraw approve yes no ok today tomorrow
week month monday tuesday wednesday thursday friday saturday sunday morning afternoon lead leads
customer customers booking bookings service services staff note notes price invoice status name
email e mail phone address city contacted qualified quoted won lost confirmed held cancelled
completed website web referral en et den det de og eller af paa til fra med min mig jeg du alle
ny nye naeste sidste denne er vis se opsummer bestil aflys flyt ret opdater opret tilfoej lav
marker slet fjern importer eksporter fortryd godkend ja nej idag dag morgen uge maaned mandag
tirsdag onsdag torsdag fredag loerdag soendag formiddag eftermiddag emne kunde kunder kunden
aftale aftaler ydelse noter pris navn telefon adresse kontaktet vundet tabt bekraeftet aflyst
hjemmeside
"""


def number_only(words: str) -> int | None:
    """The number, where words are nothing but one: "12", "#12", "booking nr. 12"."""
    match = _ONLY_NUMBER.fullmatch(words)
    return int(match.group(1)) if match else None


def says_number(
    kind: str, number: int, text: str, taken: Callable[[str], list[tuple[int, int]]]
) -> bool:
    """Whether `text` speaks of the record of that number: marked, beside its noun, or as the whole of it.

    `taken` gives the parts of a text that are read as something else: moments, amounts, lengths, phones.
    """
    bare = re.fullmatch(r"\s*#?\s*(\d{1,7})\s*[.!]?\s*", text)
    if bare:
        return int(bare.group(1)) == number
    spans: list[tuple[int, int]] | None = None
    for match in _BESIDE.finditer(text):
        if int(match["number"]) != number or not (match["noun"] or match["mark"].strip()):
            continue
        noun = match["noun"]
        if noun and not re.fullmatch(_NOUNS.get(kind, _ANY_NOUN), noun, re.IGNORECASE):
            continue
        spans = taken(text) if spans is None else spans
        at = match.start("number")
        if not any(start <= at < end for start, end in spans):
            return True
    return False


def ordinary_in(session: TenantSession) -> Callable[[str], bool]:
    """Whether a name is made of nothing but words that people say anyway: commands, cities, services, sources."""

    commands = frozenset(_SAID_ANYWAY.split())

    @functools.cache
    def of_trade() -> frozenset[str]:
        return frozenset(word for text in _texts(session) for word in _words(text))

    @functools.cache
    def ordinary(name: str) -> bool:
        rest = [word for word in _words(name) if word not in commands and not word.isdecimal()]
        return all(word in of_trade() for word in rest)

    return ordinary


def _texts(session: TenantSession) -> Iterator[str]:
    for column in (Service.name_en, Service.name_da, Customer.city, Lead.city, Lead.source):
        yield from (text for text in session.scalars(sa.select(column).distinct()) if text)


def _words(text: str) -> list[str]:
    tokens = tokenise(text)
    return [word for word in tokens.words[: len(tokens)] if word[:1].isalnum()]
