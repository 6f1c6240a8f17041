"""Words as search compares them: folded, without endings, without what says nothing."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa", "ð": "d", "þ": "th", "ß": "ss"}
)
_WORD = re.compile(r"[a-z0-9]+")
# "20 12 34 57" and "123 456 789", but not "4711 2024".
_GROUPED = re.compile(r"(?<!\d)\d{2,3}(?: \d{2,3})+(?!\d)")
_BLANKS = re.compile(r"\s+")

_SILENT_TEXT = """
    a about all am an and any are as at be been but by can could did do does for from get give had
    has have he her him his how i if in into is it its just me my no not of on one or our out she
    should show so some tell than that the their them then there these they this those to up us was
    we were what when where which who whom whose why will with would you your know remember find
    anything something please always
    af alle at blev blive bliver da de dem den der deres det dig din dit du efter en er et for fra
    faa faar ham han hans har have havde hende hendes her hos hun hvad hvem hvilke hvilken hvilket
    hvis hvor hvordan hvorfor hvornaar i ikke ind jeg kan kom kunne man med meget men mig min mit
    mod naar nede noget nogen nogle nu og ogsaa om op os over paa sig sin sit skal skulle som
    til ud uden under var ved vi vil ville vis vores vaere altid find husk ved
"""
SILENT = frozenset(_SILENT_TEXT.split())
_ENDINGS = (
    "ningerne", "ingerne", "ernes", "ninger", "ingen", "inger", "erne", "ning", "enes", "ende",
    "ings", "ing", "ene", "ens", "ers", "ers", "est", "er", "en", "et", "es", "ed", "ly", "te",
    "e", "s", "t",
)  # fmt: skip
_LEAST_STEM = 3


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", lowered)
    return "".join(c for c in apart if unicodedata.category(c)[0] != "M")


def fold(text: str) -> str:
    """`text` in lower case, without accents, with æ, ø and å spelt out, and with numbers in one piece."""
    folded = text.casefold() if text.isascii() else _plain(text)
    return _GROUPED.sub(
        lambda number: number.group().replace(" ", ""), _BLANKS.sub(" ", folded).strip()
    )


def words(folded: str) -> list[str]:
    """The words and numbers of folded text, in order."""
    return _WORD.findall(folded)


def telling(folded: str) -> list[str]:
    """The words of a question that say what it is about, each once; all of them when none does."""
    every = list(dict.fromkeys(words(folded)))
    return [word for word in every if word not in SILENT and len(word) > 1] or every


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its Danish or English ending; numbers stay as they are."""
    if word[0].isdigit():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            word = word[: -len(ending)]
            break
    # "running" and "run", "katten" and "kat".
    if len(word) > _LEAST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word


@lru_cache(maxsize=65536)
def trigrams(word: str) -> frozenset[str]:
    """Every three letters in a row; a shorter word has none."""
    return frozenset(word[at : at + 3] for at in range(len(word) - 2))
