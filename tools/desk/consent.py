"""Reads whether a person agreed that something about their health is kept."""

import re
from typing import Literal

from tools.desk.naming import ordinary
from tools.values.text import fold

Consent = Literal["yes", "no", "unclear"]

_AGREED = (
    r"\b(?:agreed(?! to (?!(?:it|this|that|us|keep|have|let|store|be|being)\b))|consent(?:s|ed)?"
    r"|(?:said|says) (?:yes|okay)|gave (?:(?:me|us|his|her|their|its) )*(?:consent|permission)"
    r"|(?:sagt|sagde|siger) (?:ja|okay)|accepteret|accepterede|samtykke\w*|indforstaaet|indvillige\w*"
    r"|gik med til|gaaet med til|gav (?:mig |os )?tilladelse)\b"
)
_YES = re.compile(
    rf"{_AGREED}|\b(?:agrees|(?:said|says|sagt|sagde|siger) ok|approved|accept(?:s|ed)|allowed|permission|okayed"
    r"|accepterer|godkend(?:t|te|er)|gav lov|givet lov|giver lov|tilladelse|maa gerne|(?:is|was) fine with)\b"
)
_BARE_YES = re.compile(r"\W*(?:yes|yep|yeah|ja|jo|jep|jada)\b")
_NO = re.compile(
    r"\b(?:no|not|nope|never|none|nobody|cannot|without|refus\w*|declin\w*|\w+n['’]t|(?:do|does|did|has|have|ca|wo)nt"
    r"|nej|naeh|ikke|aldrig|ingen|uden|afvist\w*|afslo\w*|naegte\w*)\b"
)
_UNSURE = re.compile(
    r"\?|^\W*(?:what|why|who|when|where|which|how|did|does|do|has|is|was|can|should|hvad|hvorfor|hvem|hvornaar|hvor"
    r"|hvordan|har|er|skal|kan|maa|mon)\b"
    # Another request is no answer.
    r"|^\W*(?:book|show|find|list|move|cancel|invite|add|remember|forget|vis|flyt|aflys|inviter|opret|husk|glem|slet)\b"
    r"|\b(?:maybe|perhaps|probably|dunno|idk|unsure|no idea|guess|i think|maaske|muligvis|vist nok|vistnok|nok|aner"
    r"|tror|ved (?:jeg )?ikke|don['’]?t know|do not know|not sure|usikker|senere|later|will ask|spoerger)\b"
)
# “Jens, on the phone today” answers “Who agreed, and when?” without a word of agreeing: who, and when or how.
_WHO = re.compile(
    r"\W*(?:(?:her|his|their|the|hendes|hans|deres|min|my)\s+)?(?:he|she|they|hun|han|de|customer|kunden|wife|husband"
    r"|konen|kone|manden|mand|mother|father|mor|moderen|far|faderen|parents|foraeldrene|daughter|son|datter|datteren"
    r"|soen|soennen|owner|ejeren)\b"
)
_WHEN = re.compile(
    r"\b(?:himself|herself|themselves|selv|today|yesterday|on the phone|by (?:phone|mail|e-?mail|text)"
    r"|in (?:person|writing)|i dag|idag|i gaar|igaar|paa telefon\w*|telefonisk|paa (?:e-?)?mail|skriftligt|mundtligt"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:man|tirs|ons|tors|fre|loer|soen)dag)\b|\b\d{1,2}[./]\s?\d{1,2}\b"
    r"|\b\d{1,2}\.? (?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)\w*"
)
_NAMED = re.compile(r"[A-ZÆØÅ][\w'’-]+")
_DID = re.compile(r"\W*(?:he|she|they) did\W*|\W*(?:ja,? )?det (?:har|gjorde) (?:han|hun|de)\b.*")
_NO_CONSENT = re.compile(
    r"\b(?:not|\w+n['’]t|never|ikke|aldrig)\s+(?:\w+\s+)?"
    r"(?:agreed?|consent\w*|sagt ja|said yes|samtykke\w*|accept\w*)\b"
)
_CLAUSE = re.compile(
    r"\s*[,.;(–—]\s*(?:(?:and|og|but|men)\s+)?|\s+-\s+|\s+(?:and|og|but|men)\s+", re.IGNORECASE
)


def consent_of(words: str) -> Consent:
    """Whether an answer to “Who agreed, and when?” says that somebody did."""
    folded = fold(words)
    if _NO_CONSENT.search(folded) and "?" not in folded:
        return "no"
    if _UNSURE.search(folded):
        return "unclear"
    if _NO.search(folded):
        return "no"
    if _YES.search(folded) or _DID.fullmatch(folded):
        return "yes"
    if yes := _BARE_YES.match(folded):
        behind = folded[yes.end() :].strip(" ,.:")
        return "yes" if _WHO.match(behind) or _WHEN.search(behind) else "unclear"
    named = _NAMED.match(words)
    somebody = _WHO.match(folded) or (named and not ordinary(named[0]))
    return "yes" if somebody and _WHEN.search(folded) else "unclear"


def consent_in(words: str) -> tuple[str, str | None]:
    """A sentence without the part that tells of a consent, and that part; None where it tells of none."""
    for cut in _CLAUSE.finditer(words):
        told, clause = words[: cut.start()].strip(), words[cut.end() :].strip(" .)")
        if told and _speaks_of_consent(clause):
            return told, clause
    return words, None


def _speaks_of_consent(clause: str) -> bool:
    # A second thing may follow, but what comes first must say who agreed.
    first = fold(_CLAUSE.split(clause, maxsplit=1)[0])
    return re.search(_AGREED, first) is not None or _NO_CONSENT.search(first) is not None
