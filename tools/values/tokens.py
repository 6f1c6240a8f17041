"""A sentence as folded words with their places, the ground that the grammars walk on."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tools.values.text import fold

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\s]")
_PADDING = ("",) * 16
_OPENING = frozenset("([{\"'«»”“„,;:!?<>=–—…")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`words[i]` is folded and stood at `text[starts[i]:ends[i]]`; past the end every word is
    empty.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.starts)

    def glued(self, i: int) -> bool:
        """Token `i + 1` follows token `i` without a blank."""
        return i + 1 < len(self.starts) and self.ends[i] == self.starts[i + 1]

    def fresh(self, i: int) -> bool:
        """Token `i` begins something: it is not the tail of a number, a code or an address."""
        if i == 0 or self.ends[i - 1] != self.starts[i]:
            return True
        before = self.words[i - 1]
        if before == ".":
            return self.words[i - 2] in ("kl", "d", "den") if i >= 2 else False
        if before == "t":
            return i >= 2 and self.words[i - 2].isdecimal()  # 2026-11-24T10:00
        return before in _OPENING

    def slice(self, i: int, j: int) -> str:
        """The original text of tokens `i` up to but not including `j`."""
        return self.text[self.starts[i] : self.ends[j - 1]]


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return fold(word)


def tokenise(text: str) -> Tokens:
    """Numbers, words and single marks of `text`, in order."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        folded = word.lower() if word.isascii() else _folded(word)
        if not folded:
            continue  # an accent or an invisible sign that stands alone
        words.append(folded)
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(text, (*words, *_PADDING), tuple(starts), tuple(ends))
