"""How often which word follows which in the phrases of each tool: what the chains are made of, small enough to ship."""

import itertools
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from agent.models.offline.grammar import Phrase

BEGIN, END = ("", "begin"), ("", "end")
Symbol = tuple[str, str]
"""("word", folded), ("slot", argument), or one of BEGIN and END."""
Steps = dict[Symbol, Counter[Symbol]]
"""What followed each symbol, and how often."""
_PACKED = TypeAdapter(tuple[list[Symbol], list[int]])
_FILE = TypeAdapter(tuple[dict[str, str], dict[str, float], dict[str, int]])


@dataclass(frozen=True)
class Counts:
    """The counts of some phrases. Those of a tool stay packed until it is asked for."""

    packed: Mapping[str, bytes]
    share: Mapping[str, float]
    """Of all words in all phrases, by word."""
    spread: Mapping[str, int]
    """In the phrases of how many tools each word is."""

    def steps(self, tool: str) -> Steps:
        """The counts of one tool. Raises KeyError for a tool without phrases."""
        symbols, flat = _PACKED.validate_json(zlib.decompress(self.packed[tool]))
        steps: Steps = {}
        for here, there, count in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
            steps.setdefault(symbols[here], Counter())[symbols[there]] = count
        return steps

    def to_bytes(self) -> bytes:
        """For a file. The counts are packed already, so this stays small."""
        packed = {tool: content.hex() for tool, content in self.packed.items()}
        content = [packed, dict(self.share), dict(self.spread)]
        return zlib.compress(json.dumps(content).encode())

    @classmethod
    def from_bytes(cls, content: bytes) -> "Counts":
        """Raises ValueError or zlib.error for what `to_bytes` did not write."""
        packed, share, spread = _FILE.validate_json(zlib.decompress(content))
        return cls({tool: bytes.fromhex(text) for tool, text in packed.items()}, share, spread)


def count(phrases: Iterable[Phrase]) -> Counts:
    """Count every phrase once."""
    steps: dict[str, Steps] = defaultdict(lambda: defaultdict(Counter))
    tools_with: dict[str, set[str]] = defaultdict(set)
    often = Counter[str]()
    for phrase in phrases:
        for here, there in itertools.pairwise((BEGIN, *phrase.parts, END)):
            steps[phrase.tool][here][there] += 1
        for word in phrase.literals:
            tools_with[word].add(phrase.tool)
        often.update(word for kind, word in phrase.parts if kind == "word")
    total = often.total()
    return Counts(
        packed={tool: _pack(each) for tool, each in steps.items()},
        share={word: number / total for word, number in often.items()},
        spread={word: len(tools) for word, tools in tools_with.items()},
    )


def _pack(steps: Steps) -> bytes:
    symbols = list(dict.fromkeys([*steps, *(there for after in steps.values() for there in after)]))
    places = {symbol: place for place, symbol in enumerate(symbols)}
    flat = [
        number
        for here, after in steps.items()
        for there, often in after.items()
        for number in (places[here], places[there], often)
    ]
    return zlib.compress(json.dumps([symbols, flat]).encode())
