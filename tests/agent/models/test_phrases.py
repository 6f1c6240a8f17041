"""What every tool must bring so that the embedded model understands it, and that no two tools are said alike."""

import re
from pathlib import Path

import pytest
import yaml

from agent.gate.registry import Registry
from agent.models.offline.phrases import (
    Both,
    Phrasebook,
    ToolWords,
    VoicesFile,
    read_phrasebook,
)
from evals.nlu.confusing import confusions
from evals.nlu.measuring import BLIND, measure
from evals.nlu.rows import read_rows, words_of
from tools.catalog import DOMAINS
from tools.refs import slots
from tools.slot import Slot

ENOUGH, OUT_OF_SCOPE, CONFUSED = 8, 12, 0.1
EVERYBODYS = 4
BRACES = re.compile(r"\{(\w+)\}")


def faults(book: Phrasebook, tools: dict[str, dict[str, Slot]]) -> list[str]:
    """All that is missing or wrong in the phrases of these tools."""
    voices = book.voices()
    lines = book.lines(voices)
    found = [f"{tool}: no such tool" for tool, _ in lines if tool not in tools]
    for tool, arguments in tools.items():
        words = book.words.get(tool)
        if words is None:
            found.append(f"{tool}: no examples")
            continue
        found += own_faults(tool, words, arguments)
        if not any(said.get(tool) for said in voices.by_voice.values()):
            found.append(f"{tool}: no voice says it")
    for tool, text in lines:
        unknown = [name for name in BRACES.findall(text) if name not in tools.get(tool, {})]
        found += [f"{tool}: “{text}” names no argument with {{{name}}}" for name in unknown]
    return found


def own_faults(tool: str, words: ToolWords, arguments: dict[str, Slot]) -> list[str]:
    """What is missing in a tool's own entry."""
    found = [
        f"{tool}: {len(set(said))} phrases in {language}"
        for language, said in (("en", words.en), ("da", words.da))
        if len(set(said)) < ENOUGH
    ]
    found += [
        f"{tool}: no question for {name}"
        for name, slot in arguments.items()
        if slot.required and name not in words.ask
    ]
    if words.example is None:
        found.append(f"{tool}: no example")
    if not words.label.en or not words.label.da:
        found.append(f"{tool}: no label")
    return found


def all_tools() -> dict[str, dict[str, Slot]]:
    """Every tool with its arguments."""
    registry = Registry(DOMAINS)
    return {name: dict(slots(registry.tool(name))) for name in registry.names()}


def shipped() -> Phrasebook:
    """The phrases of every trade."""
    return read_phrasebook([domain.examples for domain in DOMAINS if domain.examples])


def test_every_tool_has_what_it_is_understood_by() -> None:
    assert faults(shipped(), all_tools()) == []


def test_every_trade_knows_what_it_is_not_asked_for() -> None:
    few = [
        (domain.name, language)
        for domain in DOMAINS
        if domain.examples
        for language in ("en", "da")
        if len(out_of_scope(domain.examples.with_name("voices.yaml"), language)) < OUT_OF_SCOPE
    ]

    assert few == []


def out_of_scope(voices: Path, language: str) -> tuple[str, ...]:
    """The lines of one voices.yaml that ask for nothing."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    said = VoicesFile.model_validate(yaml.load(voices.read_text(encoding="utf-8"), Loader=loader))
    return said.out_of_scope.da if language == "da" else said.out_of_scope.en


def test_a_tool_without_examples_is_named() -> None:
    book, tools = shipped(), all_tools()
    fewer = {tool: words for tool, words in book.words.items() if tool != "book"}

    found = faults(Phrasebook(fewer, book.voices_in), tools)

    assert found == ["book: no examples"]


def test_whatever_is_missing_in_an_entry_is_named() -> None:
    bare = ToolWords(label=Both(en="Book", da=""), en=("book {whom}",))

    found = faults(Phrasebook({"book": bare}), {"book": all_tools()["book"]})

    assert found == [
        "book: 1 phrases in en",
        "book: 0 phrases in da",
        "book: no question for customer",
        "book: no question for service",
        "book: no question for start",
        "book: no example",
        "book: no label",
        "book: no voice says it",
        "book: “book {whom}” names no argument with {whom}",
    ]


@pytest.mark.parametrize(
    "rows", sorted(BLIND.parent.glob("nlu-*.yaml")), ids=lambda path: path.stem
)
def test_nothing_of_a_blind_set_is_learnt_from(rows: Path) -> None:
    book = shipped()
    voices = book.voices()
    learnt = {words_of(text) for _, text in book.lines(voices)}
    learnt |= {words_of(text) for text in voices.out_of_scope}

    said = [words_of(row.text) for row in read_rows(rows)]

    # Up to four words are said alike by people who never met: “undo that”, “what can you do”.
    assert [text for text in said if text in learnt and len(text.split()) > EVERYBODYS] == []


@pytest.mark.slow
def test_no_two_tools_are_said_alike() -> None:
    measured = measure(hold_out=True)

    found = confusions(measured.together.verdicts)

    assert [each for each in found if each.share > CONFUSED] == []
