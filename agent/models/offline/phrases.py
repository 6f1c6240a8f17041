"""The phrases that people use for each tool, read from the trades' examples.yaml and voices.yaml."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tools.values.text import fold

Language = Literal["en", "da"]


class Both(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    da: str

    def of(self, language: Language) -> str:
        """The text in one language."""
        return self.da if language == "da" else self.en


class ToolWords(BaseModel):
    """How people say one tool: its label, phrases with argument names in braces, questions, and a line that works."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: Both
    en: tuple[str, ...] = ()
    da: tuple[str, ...] = ()
    values: dict[str, dict[str, dict[Language, tuple[str, ...]]]] = Field(
        default_factory=dict[str, dict[str, dict[Language, tuple[str, ...]]]]
    )
    ask: dict[str, Both] = Field(default_factory=dict[str, Both])
    example: Both | None = None

    def value_of(self, argument: str, folded: str) -> str | None:
        """The value of a choice that a word (folded) stands for."""
        for value, said in self.values.get(argument, {}).items():
            if any(fold(word) == folded for words in said.values() for word in words):
                return value
        return None

    def phrases(self) -> tuple[str, ...]:
        """The phrases of both languages: people mix them."""
        return (*self.en, *self.da)


class Said(BaseModel):
    """Phrases of one tool in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: tuple[str, ...] = ()
    da: tuple[str, ...] = ()


class File(BaseModel):
    """One examples.yaml: the tools of a trade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: dict[str, ToolWords] = Field(default_factory=dict[str, ToolWords])


class VoicesFile(BaseModel):
    """One voices.yaml: how several authors say a trade's tools, and what asks for nothing of it.

    A voice is one author, who saw nobody else's phrases.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    voices: dict[str, dict[str, Said]] = Field(default_factory=dict[str, dict[str, Said]])
    out_of_scope: Said = Said()


@dataclass(frozen=True)
class Voices:
    """All that is learnt from beside the tools' own phrases: large, so it is read only when asked for."""

    by_voice: Mapping[str, Mapping[str, Said]]
    out_of_scope: tuple[str, ...]


@dataclass(frozen=True)
class Phrasebook:
    """All that the embedded model learns from."""

    words: Mapping[str, ToolWords]
    voices_in: tuple[Path, ...] = ()
    but: str = ""
    """A voice that is left out."""

    def without(self, voice: str) -> "Phrasebook":
        """The same without one voice."""
        return replace(self, but=voice)

    def voices(self) -> Voices:
        """The files' content, read now."""
        by_voice: dict[str, dict[str, Said]] = {}
        nothing: list[str] = []
        for path in self.voices_in:
            content = VoicesFile.model_validate(_load(path))
            for voice, said in content.voices.items():
                if voice != self.but:
                    by_voice.setdefault(voice, {}).update(said)
            nothing += [*content.out_of_scope.en, *content.out_of_scope.da]
        return Voices(by_voice, tuple(nothing))

    def lines(self, voices: Voices) -> list[tuple[str, str]]:
        """(tool, phrase) of every voice and of the tools' own phrases, none twice."""
        others = [
            (tool, text)
            for said in voices.by_voice.values()
            for tool, both in said.items()
            for text in (*both.en, *both.da)
        ]
        return list(dict.fromkeys([*own_lines(self.words), *others]))

    def fingerprint(self) -> str:
        """Names the content without reading it as YAML: another phrase makes another name."""
        digest = hashlib.sha256(self.but.encode())
        for path in self.voices_in:
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        for tool, words in sorted(self.words.items()):
            digest.update(tool.encode() + words.model_dump_json().encode())
        return digest.hexdigest()


def own_lines(words: Mapping[str, ToolWords]) -> list[tuple[str, str]]:
    """(tool, phrase) of the tools' own phrases."""
    return [(tool, text) for tool, said in words.items() for text in said.phrases()]


def read_phrasebook(paths: Sequence[Path]) -> Phrasebook:
    """The examples.yaml of every trade, with the voices.yaml that lies beside it."""
    words: dict[str, ToolWords] = {}
    for path in paths:
        words |= File.model_validate(_load(path)).tools
    beside = [path.with_name("voices.yaml") for path in paths]
    return Phrasebook(words, tuple(path for path in beside if path.exists()))


def _load(path: Path) -> object:
    # The parser in C reads these files ten times as fast; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
