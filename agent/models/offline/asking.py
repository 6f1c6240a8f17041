"""Sentences that name an action without wanting it: “do not cancel …”, “why was it cancelled”, “is Anna suspended?”."""

import re

from tools.values.text import fold

_POLITE = r"(?:(?:please|venligst|no|nej|but|men|ok|okay|so|well|og|and|hey|hej|friday) )*"
_KNOWN = (
    r"(?:forget|hesitate|worry|bother|know|think|have|understand|care|mind|need|like|see|want|believe|remember|get"
    r"|be|been|had|was|glem|glemme|toev|toeve)"
)
"""Verbs after “do not” that forbid nothing: “don't forget to book …”."""
_IMPERATIVES = (
    r"(?:aflys|book|flyt|slet|fjern|aendr|ret|opret|tilfoej|send|inviter|annuller|afbestil|godkend|frys|luk|suspender"
    r"|laas|noter|skriv|husk|gem|meld|registrer|fortryd|konverter|saet|skift|giv|goer|ring|cancel|move)"
)
_NOT = re.compile(
    rf"{_POLITE}(?:"
    rf"(?:do not|don t|dont|never|(?:you|we) (?:must|should|may) (?:not|never)"
    rf"|i (?:do not|don t|dont) want (?:you )?to) (?!{_KNOWN}\b)\w+"
    rf"|(?:du|i|vi) (?:maa|skal|boer) (?:endelig )?(?:ikke|aldrig) \w+|lad vaere(?: med)? (?:at )?\w+|undlad at \w+"
    rf"|(?:ikke|aldrig) {_IMPERATIVES}e?\b"
    rf"|{_IMPERATIVES} (?:endelig |nu )?(?:ikke|aldrig)\b)"
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
_WISH = re.compile(
    rf"{_POLITE}(?:is it (?:possible|ok|okay|alright)|would it|is there any (?:way|chance)|are you (?:able|free)"
    r"|do you mind|do you have time|how about|what about|why (?:not|don t)|have (?:him|her|them)\b"
    r"|er det (?:muligt|ok|okay|i orden)|er der mulighed|er (?:du|i) (?:soed|friske?|venlig)"
    r"|har (?:du|i) (?:tid|mulighed)"
    r"|hvad med|hvorfor ikke|skal vi ikke|skal vi sige"
    r"|(?:can|could) \w.{0,60} be \w+"
    r"|(?:kan|kunne) \w.{0,60} (?:blive|flyttes|aflyses|bookes|rykkes|sendes|oprettes))\b"
)
"""Questions that are wishes."""
_QUESTION = re.compile(
    rf"{_POLITE}(?:"
    r"(?:is|are|was|were|did|does|has|isn t|aren t|wasn t|didn t|hasn t|should) \w"
    r"|(?:have|do|had) (?:you|we|they|i|he|she|it|any|anyone|anybody|someone|somebody)\b"
    r"|(?:what|who|which|whose|where|why|how|when) \w|(?:what s|who s|how s) \w"
    r"|(?:hvad|hvem|hvilken|hvilket|hvilke|hvis|hvor|hvorfor|hvordan|hvornaar) \w"
    r"|(?:er|var|blev|er der) (?!forhindret|syg|noedt|desvaerre|glad|interesseret|klar|ikke|blevet|paa vej|i gang)\w"
    r"|(?:har|havde) (?:du|i|vi|jeg|han|hun|de|nogen"
    r"|[a-z]+ (?:faaet|sagt|lukket|oprettet|aflyst|betalt|vaeret|gjort))\b"
    r"|(?:skal|boer|burde) (?:jeg|vi|han|hun|de|man)\b"
    r"|can (?!you\b|i\b|we\b|u\b)\w+ \w|kan (?!du\b|i\b|jeg\b|vi\b|man\b|den\b|det\b)\w+ \w"
    r"|(?:if|hvis|whether|om) \w)"
)
"""Questions about what is, and conditions."""
_MAY = re.compile(
    rf"{_POLITE}(?:can|could|may|should|kan|maa|kunne|skal|toer) (?:i|we|jeg|vi|man)\b"
    r"(?! (?:get|have|ask|faa|bede)\b)"
)
"""Asks whether one may; “kan jeg få …” is a wish."""
_NEGATED = re.compile(
    r"\b(?:not|never|no longer|isn t|wasn t|aren t|don t|dont|didn t|doesn t|won t|can t|cannot|haven t|hasn t"
    r"|ikke|aldrig|ingen|hverken)\b"
)
_REMINDS = re.compile(
    r"\b(?:don t|dont|do not|never) forget\b|\bglem (?:nu )?(?:ikke|aldrig)\b|\bwhy not\b|\bhvorfor ikke\b"
    r"|\bnever mind\b|\bnevermind\b|^(?:can t|couldn t|kan|kunne) .{0,60}\b(?:you|ikke (?:lige|bare|blive|faa))\b"
)
_TWO_CLAUSES = re.compile(r"[,;:.!?]\s*\w|\b(?:and|og)\b")
_MARKS = re.compile(r"[^\w]+")


def forbids(text: str) -> bool:
    """Whether somebody says that something shall not be done."""
    return bool(_NOT.match(_words(text)))


def denies(phrase: str) -> bool:
    """Whether a phrase says “not”."""
    return bool(_NEGATED.search(_words(phrase)))


def only_looks(text: str) -> bool:
    """Whether somebody asks to be shown something, what is or was: nothing that would be changed.

    A second clause may be a request (“… cancelled? book her again”); some questions are wishes (“is it possible …”).
    """
    said = _words(text)
    if _TWO_CLAUSES.search(text.strip().rstrip("?!. ")) and not _REMINDS.search(said):
        return False
    if _BACK.fullmatch(said) or _SHOW.fullmatch(said):
        return True
    return bool(_QUESTION.match(said)) and not _WISH.match(said)


def doubtful(text: str, dictated: str) -> bool:
    """Whether something that is done at once, without a card, may not be what is wanted.

    That is: the sentence says “not”, outside the words that are dictated, or asks whether one may.
    """
    said, own = _words(text), f" {_words(dictated)} "
    asks = bool(_MAY.match(said)) and text.rstrip(" .!").endswith("?")
    if asks or (_MAY.match(said) and not _WISH.match(said)):
        return True
    return not _REMINDS.search(said) and any(
        f" {found} " not in own for found in _NEGATED.findall(said)
    )


def _words(text: str) -> str:
    return _MARKS.sub(" ", fold(text[:400])).strip()
