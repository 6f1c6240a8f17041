"""Sentences to learn from: every phrase with values in its braces, names among them that are known and that are not."""

import datetime as dt
import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from agent.models.offline.features import known
from agent.models.offline.grammar import Phrase
from agent.models.offline.hearing import EMAIL, HOURS, MONEY, NUMBER, PHONE, WHEN, hear
from agent.models.offline.phrases import ToolWords
from tools.slot import Slot

SOME_DAY, ZONE = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC), ZoneInfo("UTC")
"""Which day it is changes no mask."""
NONE = "none"
"""The class of what asks for nothing that Friday does."""
_FILE = Path(__file__).with_name("fillings.yaml")
MASK_OF: dict[str, str] = {
    "when": WHEN, "day": WHEN, "money": MONEY, "hours": HOURS, "phone": PHONE, "email": EMAIL,
    "booking": NUMBER, "proposal": NUMBER, "number": NUMBER,
}  # fmt: skip
_KNOWN, _BARE = 0.7, 0.4
"""How often a name is one that the records know, and an amount or a length a number without its unit."""
KNOWN_KINDS = frozenset({"customer", "lead", "service", "staff"})
_POOLS_OF_KIND: dict[str, tuple[str, ...]] = {
    "customer": ("person", "person", "business"), "lead": ("person", "person", "business"),
    "about": ("person", "business"), "name": ("person", "person", "business"),
    "staff": ("first_name",), "user": ("first_name",), "service": ("service",), "city": ("city",),
    "address": ("address",), "list": ("skills",), "text": ("text",), "upload": ("number",), "note": ("text",),
}  # fmt: skip
_POOLS_OF_ARGUMENT: dict[str, tuple[str, ...]] = {
    "source": ("source",), "query": ("topic", "city", "service", "person"), "fact": ("fact",), "reason": ("reason",),
    "lost_reason": ("reason",), "days": ("days",), "hours": ("days",), "skills": ("skills",), "field": ("field",),
    "value": ("value",), "role": ("role",), "assignee": ("first_name",),
}  # fmt: skip


_POOLS_OF_TOOL: dict[str, tuple[str, ...]] = {
    "recall.query": ("fact_topic",), "find_services.query": ("service", "job"),
    "find_customers.query": ("person", "business", "address"),
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One sentence of a tool: its words, and for each whether it belongs to an argument ("" when not)."""

    tool: str
    words: tuple[str, ...]
    spans: tuple[str, ...]


class Fillings:
    """Pools of values by name, as folded words."""

    def __init__(self, pools: Mapping[str, Sequence[str]]) -> None:
        self._pools = {name: [_split(value) for value in values] for name, values in pools.items()}

    @classmethod
    def read(cls) -> "Fillings":
        """Those that come with Friday."""
        return cls(yaml.safe_load(_FILE.read_text(encoding="utf-8")))

    @staticmethod
    def fingerprint() -> int:
        """Names their content without reading it as YAML."""
        return zlib.crc32(_FILE.read_bytes().replace(b"\r\n", b"\n"))

    def pick(self, pools: Sequence[str], rng: random.Random) -> tuple[str, ...]:
        """The words of one value of one of the pools."""
        return rng.choice(self._pools[rng.choice(pools)])


def samples(
    phrases: Iterable[Phrase],
    words: Mapping[str, ToolWords],
    slots: Mapping[str, Mapping[str, Slot]],
    fillings: Fillings,
    *,
    copies: int,
) -> list[Sample]:
    """`copies` sentences of every phrase; the same phrases give the same sentences."""
    made: list[Sample] = []
    for phrase in phrases:
        if all(kind == "word" for kind, _ in phrase.parts):
            said = tuple(text for _, text in phrase.parts)
            made += [Sample(phrase.tool, said, ("",) * len(said))] * copies
            continue
        seed = repr((phrase.tool, phrase.parts)).encode()
        rng = random.Random(zlib.crc32(seed))
        for _ in range(copies):
            made.append(_sample(phrase, words, slots[phrase.tool], fillings, rng))
    return made


def _sample(
    phrase: Phrase,
    words: Mapping[str, ToolWords],
    slots: Mapping[str, Slot],
    fillings: Fillings,
    rng: random.Random,
) -> Sample:
    said: list[str] = []
    spans: list[str] = []
    for kind, text in phrase.parts:
        if kind == "word":
            value: tuple[str, ...] = (text,)
            spans.append("")
        else:
            value = _value(phrase.tool, text, slots[text], words, fillings, rng)
            spans += [text] * len(value)
        said += value
    return Sample(phrase.tool, tuple(said), tuple(spans))


def _value(
    tool: str,
    argument: str,
    slot: Slot,
    words: Mapping[str, ToolWords],
    fillings: Fillings,
    rng: random.Random,
) -> tuple[str, ...]:
    """Words for one argument: a mask, a name that the records know, or words that nobody knows."""
    known_this_time = rng.random() < _KNOWN
    if mask := MASK_OF.get(slot.kind):
        bare = slot.kind in ("money", "hours") and rng.random() < _BARE
        return (NUMBER if bare else mask,)
    if slot.kind in KNOWN_KINDS and known_this_time:
        return (known(slot.kind),)
    if slot.kind == "about" and known_this_time:
        return (known(rng.choice(("customer", "lead"))),)
    if slot.kind == "user" and known_this_time:
        return (rng.choice((known("staff"), EMAIL)),)
    choices = words[tool].values.get(argument) if tool in words else None
    if slot.kind == "choice" and choices:
        value = rng.choice(sorted(choices))
        return _split(rng.choice([word for said in choices[value].values() for word in said]))
    if slot.kind == "choice" and slot.choices:
        return _split(rng.choice(slot.choices).replace("_", " "))
    pools = (
        _POOLS_OF_TOOL.get(f"{tool}.{argument}")
        or _POOLS_OF_ARGUMENT.get(argument)
        or _POOLS_OF_KIND.get(slot.kind, ("text",))
    )
    return fillings.pick(pools, rng)


def _split(text: str) -> tuple[str, ...]:
    """As a message is heard: a phone number or a weekday among the words is one mask."""
    said = [word.folded for word in hear(text, now=SOME_DAY, zone=ZONE).words]
    return tuple(said) or ("x",)
