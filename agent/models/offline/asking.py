"""Sentences that name an action without wanting it: “do not cancel …”, “why was it cancelled”, “show booking 38”."""

import re

from tools.values.text import fold

_DOING = (
    r"(?:cancel|book|move|reschedule|delete|remove|change|create|add|send|invite|convert|complete|approve|freeze"
    r"|aflyse?|bookes?|booke|flytte?|slette?|fjerne?|aendre?|rette?|oprette?|tilfoeje?|sende?|invitere?|annullere?"
    r"|afbestille?|godkende?|fryse?)"
)
_NOT = re.compile(
    r"(?:(?:please|venligst|no|nej|but|men|ok|okay) )*"
    rf"(?:(?:do not|don t|dont|never|you (?:must|should|may) not|i (?:do not|don t) want (?:you )?to"
    rf"|(?:du|i|vi) (?:maa|skal|boer) (?:endelig )?ikke|lad vaere (?:med )?at|undlad at|ikke) {_DOING}\b"
    rf"|{_DOING} (?:endelig |nu )?ikke\b)"
)
_DONE = (
    r"(?:cancel+ed|moved|rescheduled|booked|changed|deleted|removed|completed|created|approved|denied|converted|invited"
    r"|frozen|froze|aflyst|aflyste|flyttet|flyttede|booket|bookede|aendret|aendrede|slettet|slettede|fjernet|oprettet"
    r"|oprettede|godkendt|godkendte|afvist|afviste|annulleret|afbestilt|inviteret|frosset)"
)
_BACK = re.compile(
    r"(?:what (?:has )?happened|hvad skete|hvad er der sket)\b.*"
    rf"|(?:why|who|when|hvorfor|hvem|hvornaar)\b.*\b{_DONE}\b.*"
)
_SHOW = re.compile(
    r"(?:please |venligst |can you |kan du |could you )?(?:show|display|list|vis|se)\b.*"
)
_TWO_CLAUSES = re.compile(r"[,;:.!?]\s*\w|\b(?:and|og)\b")
_MARKS = re.compile(r"[^\w]+")


def forbids(text: str) -> bool:
    """Whether somebody says that something shall not be done."""
    return bool(_NOT.match(_words(text)))


def only_looks(text: str) -> bool:
    """Whether somebody asks to be shown something, or what was done: nothing that would be changed.

    A second clause may be a request (“… cancelled? book her again”).
    """
    said = _words(text)
    looks = _BACK.fullmatch(said) or _SHOW.fullmatch(said)
    return bool(looks) and not _TWO_CLAUSES.search(text)


def _words(text: str) -> str:
    return _MARKS.sub(" ", fold(text[:400])).strip()
