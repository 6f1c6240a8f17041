"""Plain text made comparable: folding, cleaning, and which of the two languages it is in."""

import re
import unicodedata
from typing import Literal

Language = Literal["en", "da"]

# Both Danish spellings of a letter fold to one ("Århus" and "Aarhus"), and its Swedish and German
# cousins with it.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "Æ": "ae",
        "ä": "ae",
        "Ä": "ae",
        "ø": "oe",
        "Ø": "oe",
        "ö": "oe",
        "Ö": "oe",
        "å": "aa",
        "Å": "aa",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "đ": "d",
        "œ": "oe",
        "ı": "i",
    }
)
_BLANKS = re.compile(r"\s+")
_KEPT_CONTROLS = "\n\t"
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def fold(text: str) -> str:
    """`text` in the form that names and phrases are compared in; folding twice changes nothing."""
    if text.isascii():
        return " ".join(_without_controls(text).casefold().split())
    folded = _fold_once(text)
    # A few letters decompose into others that fold again (ǣ → ae + mark), so go on until it is
    # still.
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def _fold_once(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).translate(_LETTERS).casefold()
    composed = unicodedata.normalize("NFC", composed).translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", composed)
    bare = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    return _BLANKS.sub(" ", _without_controls(bare)).strip()


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or _visible(c))


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def clean(text: str) -> str:
    """`text` without NUL, other control, zero-width and direction-changing characters; line breaks
    and tabs stay.
    """
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in _KEPT_CONTROLS or _visible(c))


_DANISH_WORDS_TEXT = """
    aa aaben aabn aar aendr af afbestil aflys aften afvis alle annuller besked bestil bestilling
    betalt blev bliver bookinger da dem den der deres det dig din dit dog du efter eftermiddag ej
    eller emner emnet en er et faa faar faktura fakturaen fakturaer fjern flyt flytterengoering
    formiddag fortryd fra fredag frigiv gaar gerne giv godaften goddag godkend godmorgen goer han
    hans har hej hende hendes hent hjaelp hjem hos hoved hovedrengoering hun hvad hvem hvilke
    hvilken hvilket hvis hvor hvordan hvorfor hvornaar i idag igen ikke imorgen indenfor ja jeg
    jer jo kan kl klokken kontorrengoering kopi kr kroner kun kunde kunden kunder kunderne lav
    ledig ledige lige loerdag maa mandag mange med medarbejder medarbejdere mellem men mig min
    mine mit moms morgen naar naeste naevn nej noget nogle nu nummer ny nye oensker om onsdag
    opdater opret os overmorgen paa pris prisen rykker rykkere siden sidste sig siger sin skal
    skat skriv slet smsen soeg soendag standardrengoering stands stoerste svar tak tid tider til
    tilbud tilfoej timer tirsdag torsdag ubesvarede ud uden udsend uge ugen ugens ugentlig vaelg
    vaere vedroerende vej venligst vi vil vinduespudsning virker vis vores
"""
_DANISH_WORDS = frozenset(_DANISH_WORDS_TEXT.split())

_ENGLISH_WORDS_TEXT = """
    a about add after afternoon again all an and any anyone anything approve are as ask assign at
    be been before between bookings but by call called can cancel change clean cleaner cleaning
    clear complete could create customer customers deep delete deny did do does done draft due
    each edit email evening every everyone forget free friday from get give got had half has have
    hello help her hey hi him his hour hours how if in invoice invoices is issue it its just
    kindly last later list look make many mark me mind mine monday morning move much my need never
    new next night no noon nope not note of office on one open or our out overdue owe owes paid
    past pay please price quarter quote remind reminder remove reply reschedule saturday say she
    should show site slots some standard sunday sure tell thank thanks that the their them then
    there these they this thursday to today tomorrow tonight tuesday undo until update us want was
    we website wednesday week weekly weeks went were what when where which who why will window
    with work works would yeah yep yes yesterday you your
"""
_ENGLISH_WORDS = frozenset(_ENGLISH_WORDS_TEXT.split())

_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WEAK = {
    "at": 0.5,
    "to": 0.5,
    "her": 0.25,
    "as": 0.5,
    "be": 0.5,
    "i": 0.75,
    "en": 0.75,
    "et": 0.75,
    "den": 0.75,
}


def language_of(text: str) -> Language | None:
    """The language that the words of `text` point to, or None when they point nowhere ("ok", a
    name).
    """
    danish = english = 0.0
    for match in _WORDS.finditer(text[:2000]):
        raw = match.group()
        if raw == "I" and not text.isupper():
            english += 0.75
            continue
        word = fold(raw)
        weight = _WEAK.get(word, 1.0)
        if word in _DANISH_WORDS:
            danish += weight
        elif word in _ENGLISH_WORDS:
            english += weight
        elif not raw.isascii():
            danish += _letters_weight(raw)
    if danish == english:
        return None
    return "da" if danish > english else "en"


def _letters_weight(word: str) -> float:
    """æ, ø and å speak for Danish, but faintly in a capitalised word: it may be a name in an
    English sentence.
    """
    if not any(c in "æøåÆØÅ" for c in word):
        return 0.0
    return 0.25 if word[0].isupper() else 0.75
