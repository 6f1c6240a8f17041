"""What the linear model sees of a sentence: words, their neighbours, and pieces of words, so that slips cost little."""

import itertools
import zlib
from collections.abc import Sequence
from functools import lru_cache

from agent.models.offline.hearing import MASKS

START, END = "^", "$"
_PIECES = (3, 4, 5)
_LONGEST = 48
_MASK_NAMES = {mask: f"<{number}>" for number, mask in enumerate(sorted(MASKS))}


def known(kind: str) -> str:
    """The word that stands for a name which the tenant's records know as `kind`."""
    return f"<{kind}>"


def features(words: Sequence[str]) -> set[int]:
    """Features of folded words, masks and `known` names, as numbers. At most the first 48 words count."""
    plain = [_MASK_NAMES.get(word, word) for word in words[:_LONGEST]]
    framed = [START, *plain, END]
    found = [f"2 {a} {b}" for a, b in itertools.pairwise(framed)]
    found += [f"3 {a} {b}" for a, b in zip(framed, framed[2:], strict=False)]
    return _numbers(found).union(*map(_of_word, plain))


# Few words make up most of what is said; more of them would cost a running Friday memory.
@lru_cache(maxsize=1024)
def _of_word(word: str) -> tuple[int, ...]:
    """The word itself and its pieces. What stands for something else has none."""
    pieces = [] if word.startswith("<") else _pieces(word)
    return tuple(_numbers([f"1 {word}", *pieces]))


def _numbers(features: Sequence[str]) -> set[int]:
    """Each as 32 bits, the same in every process; two that collide are one feature."""
    return {zlib.crc32(feature.encode()) for feature in features}


def _pieces(word: str) -> list[str]:
    whole = f"_{word}_"
    return [
        whole[start : start + length]
        for length in _PIECES
        for start in range(len(whole) - length + 1)
    ]
