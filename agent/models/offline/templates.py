"""A sentence with a mark in the place of every name, date, figure and free word: what is left is a way of asking."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.models.offline.features import known
from agent.models.offline.filling import Known, Piece
from agent.models.offline.grammar import REFERENCES
from agent.models.offline.hearing import (
    COLON,
    EMAIL,
    HOURS,
    MONEY,
    NUMBER,
    PHONE,
    QUOTED,
    WHEN,
    Sentence,
    Word,
)
from tools.slot import Slot

NAME, TEXT = known("name"), known("text")
_ENTITIES: Mapping[str, str] = {
    WHEN: known("when"), PHONE: known("phone"), EMAIL: known("email"), MONEY: known("money"),
    HOURS: known("hours"), NUMBER: known("number"), QUOTED: TEXT,
}  # fmt: skip
MARKS = frozenset({NAME, known("staff"), known("service"), *_ENTITIES.values()})
_FREE = frozenset({"text", "name", "city", "address", "list", *REFERENCES})
_NAME_WORDS, _COMMON = 3, 4
Span = tuple[int, int, str]
Spread = Callable[[str], int]
"""In the phrases of how many tools a word is."""


@dataclass(frozen=True)
class Template:
    """`words` are compared, `wording` is shown. Neither holds what a record, a figure or free text said."""

    words: tuple[str, ...]
    wording: str


def bare(sentence: Sentence, names: Sequence[Known], spread: Spread) -> Template:
    """The sentence as no tool reads it."""
    return _masked(sentence, names, [], spread)


def template(
    sentence: Sentence,
    names: Sequence[Known],
    pieces: Sequence[Piece],
    slots: Mapping[str, Slot],
    spread: Spread,
) -> Template:
    """The sentence as one tool reads it: each argument is one mark, so that others may stand in its place."""
    kinds = _marks(names)
    found: list[Span] = []
    for piece in _free(sentence, pieces, slots):
        place, words = (piece.first, piece.last), _words(sentence, piece)
        mark = kinds.get(place) or (NAME if _can_be_name(words, spread) else TEXT)
        found.append((*place, mark))
    return _masked(sentence, names, found, spread)


def close_template(
    sentence: Sentence,
    names: Sequence[Known],
    pieces: Sequence[Piece],
    slots: Mapping[str, Slot],
    spread: Spread,
) -> Template:
    """The same with the everyday words of its arguments left standing: the others are names, as far as we know."""
    found: list[Span] = []
    for piece in _free(sentence, pieces, slots):
        unknown = [
            at
            for at in range(piece.first, piece.last + 1)
            if _can_be_name(sentence.words[at : at + 1], spread)
        ]
        found += [(at, at, NAME) for at in unknown]
    return _masked(sentence, names, found, spread)


def _free(
    sentence: Sentence, pieces: Sequence[Piece], slots: Mapping[str, Slot]
) -> Iterable[Piece]:
    """The arguments that are words and not figures, times or one of a few values."""
    for piece in pieces:
        figures = all(word.masked for word in _words(sentence, piece))
        if slots[piece.argument].kind in _FREE and not figures:
            yield piece


def _words(sentence: Sentence, piece: Piece) -> Sequence[Word]:
    return sentence.words[piece.first : piece.last + 1]


def _masked(
    sentence: Sentence, names: Sequence[Known], arguments: Sequence[Span], spread: Spread
) -> Template:
    spans = sorted(_spans(sentence, names, arguments, spread))
    words: list[str] = []
    wording: list[str] = []
    shown = at = 0
    for first, last, mark in [*spans, (len(sentence.words), 0, "")]:
        words += [word.folded for word in sentence.words[at:first] if word.folded != COLON]
        if not mark:
            break
        words.append(mark)
        wording += [sentence.text[shown : sentence.words[first].start], mark]
        shown, at = sentence.words[last].end, last + 1
    return Template(tuple(words), "".join([*wording, sentence.text[shown:]]).strip())


def _spans(
    sentence: Sentence, names: Sequence[Known], arguments: Sequence[Span], spread: Spread
) -> list[Span]:
    """What is masked, none inside another: what is an argument comes first, then names, then typed entities."""
    found: list[Span] = []
    _add(found, arguments)
    _add(found, ((*place, mark) for place, mark in _marks(names).items()))
    entities = (
        (at, at, _ENTITIES.get(word.folded, NAME))
        for at, word in enumerate(sentence.words)
        if word.masked or _is_named(sentence, at, spread)
    )
    _add(found, entities)
    return found


def _add(found: list[Span], more: Iterable[Span]) -> None:
    found += [
        span
        for span in more
        if not any(span[0] <= last and first <= span[1] for first, last, _ in found)
    ]


def _marks(names: Sequence[Known]) -> Mapping[tuple[int, int], str]:
    return {(name.first, name.last): _mark_of(name.kinds) for name in names}


def _mark_of(kinds: frozenset[str]) -> str:
    return next((known(kind) for kind in ("staff", "service") if kind in kinds), NAME)


def _can_be_name(words: Sequence[Word], spread: Spread) -> bool:
    """Few words, and none that any tool's phrases have."""
    return len(words) <= _NAME_WORDS and not any(
        word.masked or word.folded == COLON or spread(word.folded) for word in words
    )


def _is_named(sentence: Sentence, at: int, spread: Spread) -> bool:
    """A capital inside the sentence, on a word that no tool's phrases have: somebody whom no record knows."""
    word = sentence.words[at]
    capital = at > 0 and sentence.text[word.start].isupper() and not sentence.text.isupper()
    return capital and not spread(word.folded)


def plain_words(words: Iterable[str]) -> set[str]:
    """Those that are no marks."""
    return {word for word in words if word not in MARKS}


def says_enough(words: Sequence[str], spread: Spread) -> bool:
    """Whether masked words say what is asked for, whatever stands in the places of the marks.

    Free words may stand for anything, so that beside them there must be at least two words, one of them unusual:
    a phrase like “find …” says too little.
    """
    plain = plain_words(words)
    if TEXT not in words:
        return bool(plain)
    return len(plain) > 1 and any(spread(word) < _COMMON for word in plain)


def repeats(words: Sequence[str], taught: Sequence[str], spread: Spread) -> bool:
    """Whether masked words are what was taught over again; a name may stand where free words stood, if that will do."""
    if tuple(words) == tuple(taught):
        return True
    alike = len(words) == len(taught) and all(
        one == other or {one, other} == {NAME, TEXT}
        for one, other in zip(words, taught, strict=True)
    )
    open_places = [TEXT if word == NAME else word for word in taught]
    return alike and says_enough(open_places, spread)
