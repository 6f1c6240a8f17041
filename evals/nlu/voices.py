"""One author's phrases as rows to measure with: values in their braces, and those values as what was meant."""

import random
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel

from agent.models.offline.phrases import Said, ToolWords
from evals.nlu.rows import Row
from tools.slot import Slot

_BRACES = re.compile(r"\{(\w+)\}")
_HALF = 0.5
_MENDING = frozenset({"second"})
"""Written to tell apart what the others mix up: nobody independent."""
MOST = 600
"""Rows of one author: enough for two digits, few enough for a minute."""
Language = Literal["en", "da"]
LANGUAGES: tuple[Language, ...] = ("en", "da")
Pool = Mapping[Language, Sequence[str]]
Spoken = Mapping[str, Said]
"""One author's phrases by tool."""


class Values(BaseModel):
    """What may stand in braces, in each language: by what another argument is, by argument, or else by kind."""

    chosen: Mapping[str, Mapping[str, Mapping[str, Pool]]]
    arguments: Mapping[str, Pool]
    kinds: Mapping[str, Pool]

    @classmethod
    def read(cls) -> "Values":
        """Those that come with the measure."""
        text = Path(__file__).with_name("values.yaml").read_text(encoding="utf-8")
        return cls.model_validate(yaml.safe_load(text))

    def pool(
        self, tool: str, argument: str, kind: str, language: Language, chosen: Mapping[str, str]
    ) -> Sequence[str]:
        """What may be said for one argument; a typed one takes its kind's values whatever it is called."""
        for other, value in chosen.items():
            if argument in (pools := self.chosen.get(other, {}).get(value, {})):
                return pools[argument][language]
        for name in (f"{tool}.{argument}", argument):
            if kind in ("text", "user") and name in self.arguments:
                return self.arguments[name][language]
        return self.kinds.get(kind, self.kinds["text"])[language]


def authors(voices: Mapping[str, Spoken], words: Mapping[str, ToolWords]) -> list[str]:
    """The voices that speak of at least half of the tools: those of a few tools came with these, and flatter them."""
    return [
        voice
        for voice, said in voices.items()
        if len(said) >= _HALF * len(words) and voice not in _MENDING
    ]


def rows_of(
    voice: str,
    said: Spoken,
    words: Mapping[str, ToolWords],
    slots: Mapping[str, Mapping[str, Slot]],
    roles: Mapping[str, Sequence[str]],
    *,
    most: int = MOST,
) -> list[Row]:
    """A voice's phrases, `most` at the most and the same ones every time. `roles` says who may use each tool."""
    values = Values.read()
    rows = [
        _filled(text, tool, language, words[tool], slots[tool], roles[tool][0], values)
        for tool, both in said.items()
        if tool in slots
        for language in LANGUAGES
        for text in (both.en if language == "en" else both.da)
    ]
    random.Random(zlib.crc32(voice.encode())).shuffle(rows)
    return rows[:most]


def _filled(
    phrase: str,
    tool: str,
    language: Language,
    words: ToolWords,
    slots: Mapping[str, Slot],
    role: str,
    values: Values,
) -> Row:
    rng = random.Random(zlib.crc32(f"{tool} {phrase}".encode()))
    names = _BRACES.findall(phrase)
    words_for = {
        name: _choice(words, name, slots[name], language, rng)
        for name in names
        if slots[name].kind == "choice"
    }
    args = {name: value for name, (_, value) in words_for.items()}

    def put(brace: re.Match[str]) -> str:
        name = brace[1]
        if name in words_for:
            return words_for[name][0]
        pool = values.pool(tool, name, slots[name].kind, language, args)
        args[name] = rng.choice(pool)
        return args[name]

    text = _BRACES.sub(put, phrase)
    return Row(lang=language, role=role, text=text, tool=tool, args=args)


def _choice(
    words: ToolWords, name: str, slot: Slot, language: Language, rng: random.Random
) -> tuple[str, str]:
    """A word for one of the values, and the value."""
    sayable = {
        value: said[language]
        for value, said in words.values.get(name, {}).items()
        if said.get(language)
    }
    if not sayable:
        value = rng.choice(slot.choices)
        return value.replace("_", " "), value
    value = rng.choice(sorted(sayable))
    return rng.choice(sayable[value]), value
