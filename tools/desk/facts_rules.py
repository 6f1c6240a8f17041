"""Reads what a person asks to be remembered: what kind of thing it is, and until when it holds."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from tools.values.access import has_place, speaks_of_codes
from tools.values.moments import find_moments
from tools.values.text import fold

FactKey = Literal[
    "access",
    "allergy",
    "contact_rule",
    "pets",
    "payment",
    "parking",
    "preferred_time",
    "note",
]
KEY_NAMES: Mapping[str, tuple[str, str]] = {
    "access": ("Access", "Adgang"),
    "allergy": ("Allergy", "Allergi"),
    "contact_rule": ("How to reach", "Kontakt"),
    "pets": ("Pets", "Kæledyr"),
    "payment": ("Payment", "Betaling"),
    "parking": ("Parking", "Parkering"),
    "preferred_time": ("Preferred time", "Foretrukken tid"),
    "note": ("Note", "Note"),
}
SINGLE: frozenset[str] = frozenset(("contact_rule", "payment", "parking", "preferred_time"))
"""Of these there is one at a time: another value takes the place of the old one, when a person says so."""

_REACH = (
    r"(?:call(?:s|ed)?|phon(?:e|es|ed)|ring(?:e|er|es)?|(?:op)?ringes|text(?:s|ed)?|e?-?mail(?:s|ed|es)?|sms\w*"
    r"|contact(?:ed)?|kontakt\w*|skriv\w*|telefon\w*|opkald\w*)"
)
# What may stand between “only” and how: “only wants to be contacted by …”, “kun vil kontaktes på …”.
_LINK = (
    r"(?:(?:be|being|to|by|via|with|through|use|on|an?|the|must|may|should|can|wants?|likes?|contact(?:ed)?|us|we|you|him"
    r"|her|them|reach(?:ed)?|maa|vil|skal|kan|bliver?|faar?|have|gerne|paa|pr\.?|per|med|af|at|et|en|du|vi|man|ham|hende"
    r"|dem|oensker|igennem|kontakt\w*|til)\s+){0,5}"
)
# The first that fits counts: who is allergic to cats has an allergy, who prefers to pay by card a way to pay.
_KEYS: tuple[tuple[FactKey, re.Pattern[str]], ...] = (
    (
        "allergy",
        re.compile(
            r"\b(?:allerg\w*|asthma\w*|astma\w*|intoleran\w*|overfoelsom\w*|hay ?fever|hoefeber)"
            r"|\btaal(?:er|e|te)?\s+(?:\w+\s+){0,2}(?:ikke|ingen|intet)\b"
            r"|\b(?:ikke|aldrig|ingen)\s+(?:\w+\s+){0,2}taal(?:er|e|te)?\b"
            r"|\b(?:not|\w+n['’]t|cannot|never)\s+(?:\w+\s+)?tolerat\w*"
        ),
    ),
    (
        "contact_rule",
        re.compile(
            r"\b(?:never|don'?t|do not|dont|no longer|not to|aldrig|ikke|maa ikke)\s+(?:be )?"
            r"(?:call(?:ed)?|phone[d]?|ring(?:e|es)?|text(?:ed)?|e?-?mail(?:ed)?|sms(?:e)?|contact(?:ed)?"
            r"|kontakt\w*|skriv\w*)\b"
            r"|\b(?:ring(?:er)?|kontakt|skriv|call|text)\s+(?:ham |hende |dem |him |her |them )?(?:aldrig|ikke|never)\b"
            r"|\b(?:only|kun|altid|always)\s+(?:by |via |with |use |send |paa |pr\.? |med )?"
            r"(?:call\w*|text\w*|sms\w*|e?-?mail\w*|phone\w*|ring\w*|skriv\w*|telefon\w*)\b"
            r"|\b(?:prefers?|helst|foretraekker|wants?|vil have)\s+(?:an? |by |to be |paa |at faa )?"
            r"(?:sms\w*|e?-?mails?|texts?|texted|calls?|called|phone calls?|opkald|mails?)\b"
            r"|\bno (?:calls|phone calls|mails|texts)\b"
            rf"|\b(?:only|kun|never|aldrig|not|\w+n['’]t|ikke|helst|altid|always)\s+{_LINK}{_REACH}\b"
            rf"|\b{_REACH}\s+(?:op\s+|til\s+)?(?:ham\s+|hende\s+|dem\s+|him\s+|her\s+|them\s+)?"
            r"(?:only|kun|never|aldrig)\b"
        ),
    ),
    (
        "pets",
        re.compile(
            r"\b(?:dogs?|cats?|pupp(?:y|ies)|kittens?|pets?|parrots?|rabbits?|hamsters?|budgies?"
            r"|hund(?:e|en|ene|ehvalp\w*)?|katt?(?:e|en|ene)?|killing(?:er)?|kaeledyr\w*|papegoej\w*|kanin\w*)\b"
        ),
    ),
    (
        "payment",
        re.compile(
            r"\b(?:pays?|paying|paid|payment\w*|ean|mobilepay|betal(?:er|ing|t|es)?\w*|invoic\w+ (?:by|to|via|at)"
            r"|faktura(?:en)? (?:paa|via|til|sendes)|faktureres|direct debit|betalingsservice)\b"
        ),
    ),
    ("parking", re.compile(r"\bpark(?:s|ed|er|ere|eres|ering\w*|ing)?\b")),
    (
        "preferred_time",
        re.compile(
            r"\b(?:prefers?|preferred|rather|helst|foretraekker|best (?:time|on|in)|bedst)\b"
            r"|\b(?:mornings?|afternoons?|evenings?|formiddag\w*|eftermiddag\w*|om morgenen|om aftenen)\b"
        ),
    ),
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|indtil|frem til|through|til og med)\s+(?=\S)", re.IGNORECASE
)
_FEASTS = re.compile(
    r"(?P<christmas>christmas|xmas|jul\b|juleaften)|(?P<newyear>new year\w*|nytår|nytaar)"
    r"|(?P<easter>easter|påske|paaske)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[^\w]+")
_ACCESS_NAMES: tuple[tuple[re.Pattern[str], tuple[str, str]], ...] = (
    (re.compile(r"\balarm"), ("alarm code", "alarmkode")),
    (re.compile(r"\b(?:lock ?box|key ?box|key ?safe|noegleboks)"), ("key box", "nøgleboks")),
    (re.compile(r"\b(?:gate|port|laage)"), ("gate code", "portkode")),
    (re.compile(r"\b(?:key|noegle)"), ("place of the key", "nøglens plads")),
    (
        re.compile(r"\b(?:door|doer|entry|entrance|stairwell|opgang|indgang|hoveddoer)"),
        ("door code", "dørkode"),
    ),
)


def key_of(words: str) -> FactKey:
    """What kind of thing these words tell."""
    if has_place(words) or speaks_of_codes(words):
        return "access"
    folded = fold(words)
    for key, said in _KEYS:
        if said.search(folded):
            return key
    return "note"


def access_name(words: str) -> tuple[str, str]:
    """What a code opens, in English and Danish: "alarm code", "alarmkode"."""
    folded = fold(words)
    return next(
        (names for said, names in _ACCESS_NAMES if said.search(folded)),
        ("access code", "adgangskode"),
    )


def same_words(one: str, other: str) -> bool:
    """Whether two values say the same, apart from letters' case and marks."""
    return _MARKS.sub(" ", fold(one)).split() == _MARKS.sub(" ", fold(other)).split()


def valid_until(words: str, *, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """The end of the last day on which it holds, when the words say "until …"; None when they do not.

    An aware instant in the zone; it may have passed.
    """
    today = now.astimezone(zone).date()
    for until in _UNTIL.finditer(words):
        behind = words[until.end() :]
        feast = _FEASTS.match(behind)
        last = _feast(feast, today) if feast else _day(behind, now=now, zone=zone)
        if last is not None:
            return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return None


def _feast(found: re.Match[str], today: dt.date) -> dt.date:
    if found["easter"]:
        return min(day for day in (easter(today.year), easter(today.year + 1)) if day >= today)
    day = 24 if found["christmas"] else 31
    this = dt.date(today.year, 12, day)
    return this if this >= today else this.replace(year=today.year + 1)


def _day(behind: str, *, now: dt.datetime, zone: ZoneInfo) -> dt.date | None:
    found = next(iter(find_moments(behind[:60], now=now, zone=zone)), None)
    if found is None or found.start > 0:
        return None
    return found.value.until_date or found.value.date
