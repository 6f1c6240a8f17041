"""Whether the words that a person uses for something are about one record and no other."""

import re
from collections.abc import Iterable

from memory.glossary import same_meaning
from memory.ranking import PREFIX, STEM, Likeness, Term, contained
from memory.words import SILENT, fold, stem, words

LEAST_SLIP = 0.5
"""How much of a word has to be there: a slip of the pen, but not another word that begins alike."""
# What people say around the thing itself: "what I said about the dog any more".
_AROUND_TEXT = """
    fact facts thing things stuff said say says saying told tell longer more any anymore again please just
    remember remembered remembering forget forgotten note notes memory info information true latest last newest
    fakta faktum ting sagt sagde siger fortalt fortalte laengere mere lige venligst huske huskede glem glemme
    note noten noter hukommelsen oplysninger oplysningen sandt passer seneste sidste nyeste
    everything all every both what whatever kunde kunden customer lead leadet
    alt alle hele begge hvad
"""
_AROUND = frozenset(_AROUND_TEXT.split())
_NOT = re.compile(
    r"\b(?:not|no|never|none|without|cannot|\w+n['’]t|(?:do|does|did|is|has|ca|wo|must)nt"
    r"|ikke|ej|aldrig|ingen|intet|uden)\b"
)
_BARE = re.compile(r"['’](?=s\b)|['’]")


def told_of(said: str, *, apart: str = "") -> list[str]:
    """The words, folded, that say which one is meant; without those of `apart`, such as a name, in any case."""
    left = set(words(fold(apart)))
    return [
        word
        for word in dict.fromkeys(words(fold(_BARE.sub("", said))))
        if len(word) > 1
        and word not in SILENT
        and word not in _AROUND
        and word not in left
        and word.removesuffix("s") not in left
    ]


def fits(telling: Iterable[str], text: str, *, called: str = "") -> bool:
    """Whether every one of these words stands in `text`, by itself, by its meaning or nearly.

    `called` is what kind of thing it is: there a word has to stand itself.
    """
    folded, kind = fold(text), fold(called)
    there, kinds = frozenset(words(folded)), frozenset(words(kind))
    asked = list(telling)
    return bool(asked) and all(
        contained(word, kind, kinds) >= STEM or _stands(word, folded, there) for word in asked
    )


def denies(text: str) -> bool:
    """Whether a text says that something is not so: the same words without that say the opposite."""
    return _NOT.search(text.casefold()) is not None


def _stands(word: str, folded: str, there: frozenset[str]) -> bool:
    if contained(word, folded, there) >= PREFIX:
        return True
    if any(contained(mate, folded, there) >= STEM for mate in _same_thing(word)):
        return True
    alone = Term(word, frozenset())
    return Likeness((alone,), (folded,)).score(folded) >= LEAST_SLIP


def _same_thing(word: str) -> Iterable[str]:
    """Words for the same thing, or for its kind; a cat and a dog are both pets, but two things."""
    mine = _meaning(word)
    for mate in same_meaning(word):
        theirs = _meaning(mate)
        if theirs <= mine or mine <= theirs:
            yield mate


def _meaning(word: str) -> frozenset[str]:
    return frozenset(map(stem, same_meaning(word) | {word}))
