"""The phrases of the real trades: each one leads to its own tool, in both languages."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from agent.gate import Registry
from agent.models.offline import Heard
from agent.models.offline.plans import Call, Said
from agent.wiring import make_understanding
from tools.catalog import DOMAINS

NOW = dt.datetime(2026, 11, 16, 9, 2, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Copenhagen")
REGISTRY = Registry(DOMAINS)
TOOLS = {name: REGISTRY.tool(name) for name in REGISTRY.names()}
PLANNER = make_understanding(REGISTRY).planner
WORDS, SLOTS = PLANNER.words, PLANNER.slots
SAMPLES = {
    "booking": "#12",
    "staff": "Maria",
    "user": "anna@demo.example",
    "proposal": "#3",
    "upload": "upl_1",
    "money": "349 kr",
    "hours": "3 hours",
    "phone": "20 12 34 56",
    "email": "karen@lund.example",
    "name": "Karen Lund",
    "city": "Aarhus",
    "address": "Søndergade 4",
    "text": "blue curtains",
    "number": "85",
    "lead": "Mette Holm",
    "about": "Mette Holm",
    "note": "note 3",
    "service": "standardrengøring",
    "when": "på tirsdag kl. 10",
    "day": "på tirsdag",
}


def sampled(tool: str, phrase: str) -> str:
    """The phrase with something said for every argument in braces."""

    def value(found: re.Match[str]) -> str:
        slot = SLOTS[tool][found.group(1)]
        said = WORDS[tool].values.get(found.group(1), {})
        words = [word for by_language in said.values() for word in by_language.get("en", ())]
        return [*words, *slot.choices, SAMPLES.get(slot.kind, "Jens Nygaard")][0]

    return re.sub(r"\{(\w+)\}", value, phrase)


def plan(text: str, language: str = "en") -> Call | Said:
    heard = Heard(text, "da" if language == "da" else "en", NOW, ZONE)
    return PLANNER.plan(heard, frozenset(TOOLS))


def tool_of(found: Call | Said) -> str | None:
    """The tool that is called, or asked about."""
    if isinstance(found, Call):
        return found.tool
    return found.form[0] if found.form else None


@pytest.mark.parametrize("tool", WORDS)
def test_every_phrase_of_a_tool_leads_to_it(tool: str) -> None:
    said = [sampled(tool, phrase) for phrase in WORDS[tool].phrases()]

    others = {text: found for text in said if (found := tool_of(plan(text))) != tool}

    assert others == {}


@pytest.mark.parametrize("tool", [name for name, words in WORDS.items() if words.example])
@pytest.mark.parametrize("language", ["en", "da"])
def test_the_example_of_a_tool_leads_to_it(tool: str, language: str) -> None:
    example = WORDS[tool].example
    assert example is not None

    assert tool_of(plan(example.of("da" if language == "da" else "en"), language)) == tool


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("find leads in Aarhus", "find_leads", {"query": "Aarhus"}),
        ("find leads i Aarhus", "find_leads", {"query": "Aarhus"}),
        ("summarise lead Mette Holm", "show_lead", {"lead": "Mette Holm"}),
        (
            "book Jens Nygaard for a standard clean next Tuesday at 10",
            "book",
            {
                "customer": "Jens Nygaard",
                "service": "standard clean",
                "start": "next Tuesday at 10",
            },
        ),
        (
            "Book Jens Nygaard til en standardrengøring på tirsdag kl. 10, tak",
            "book",
            {
                "customer": "Jens Nygaard",
                "service": "standardrengøring",
                "start": "på tirsdag kl. 10",
            },
        ),
        (
            "could you please book Jens Nygaard for a deep clean on friday at 13?",
            "book",
            {"customer": "Jens Nygaard", "service": "deep clean", "start": "on friday at 13"},
        ),
    ],
)
def test_the_lines_that_people_try_first(text: str, tool: str, args: dict[str, str]) -> None:
    found = plan(text)

    assert isinstance(found, Call)
    assert (found.tool, dict(found.args)) == (tool, args)


@pytest.mark.parametrize("text", ["send an invoice to Nordlys", "opret en hjemmeside til bageren"])
def test_what_is_not_there_yet_is_named(text: str) -> None:
    found = plan(text)

    assert isinstance(found, Said)
    assert "yet" in found.text or "endnu" in found.text


@pytest.mark.parametrize("text", ["", "import the leads in this file"])
def test_a_file_that_came_along_is_what_is_imported(text: str) -> None:
    heard = Heard(text, "en", NOW, ZONE, uploads=("upl_1",))

    found = PLANNER.plan(heard, frozenset(TOOLS))

    assert isinstance(found, Call)
    assert (found.tool, dict(found.args)) == ("import_leads", {"upload": "upl_1"})


@pytest.mark.parametrize(
    "text",
    ["!!!", "🙂", "?", "a", "the", "please", "\u200b", "\u0301", "x" * 7000, "book", "{customer}"],
)
def test_odd_messages_are_answered(text: str) -> None:
    found = plan(text)

    assert isinstance(found, Said) or found.tool in TOOLS
