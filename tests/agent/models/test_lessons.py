"""Lessons: what is kept of a sentence, when it is said again, and how far a sentence like it leans."""

import datetime as dt
import itertools
import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from agent.gate.registry import Registry
from agent.models.offline import Heard, Lesson, Named, Overlay, Planner
from agent.models.offline.lessons import asked, asked_before
from agent.models.offline.overlay import certain, leaning
from agent.models.offline.planning import ACTION_AT, LOOKUP_AT
from agent.models.offline.plans import Call, Plan, Said
from agent.models.offline.ranking import Ranked
from agent.wiring import make_understanding
from tools.catalog import DOMAINS

NOW, ZONE = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC), ZoneInfo("Europe/Copenhagen")
RECORDS = {"jens nygaard": "customer", "mette holm": "lead"}
ALL = frozenset({"find_leads", "book", "show_lead"})
CHANCES = (Ranked("find_leads", 0.5), Ranked("show_lead", 0.3), Ranked("book", 0.2))


@pytest.fixture(scope="module")
def planner() -> Planner:
    return make_understanding(Registry(DOMAINS)).planner


def known(candidates: Sequence[str]) -> list[Named]:
    return [Named(RECORDS[each], each) for each in candidates if each in RECORDS]


def heard(text: str, *lessons: Lesson, memo: dict[str, object] | None = None) -> Heard:
    return Heard(
        text=text,
        language="en",
        now=NOW,
        zone=ZONE,
        memo=memo or {},
        named=known,
        taught=lambda: Overlay(lessons),
    )


def lesson(planner: Planner, text: str, tool: str) -> Lesson:
    """What pressing the tool's button teaches when `text` had been asked."""
    choices = [{"label": "this", "tool": tool, "args": {}}]
    memo = {"choices": choices, "at": NOW.isoformat(), **asked(text, ())}
    made = planner.plan(heard("this", memo=memo), frozenset({tool})).lesson
    assert made is not None
    return made


def plan(planner: Planner, text: str, *lessons: Lesson) -> Plan:
    return planner.plan(heard(text, *lessons), frozenset(planner.slots))


def test_names_times_and_figures_are_marks(planner: Planner) -> None:
    made = lesson(planner, "grubble Jens Nygaard to Tuesday at 10 for 500 kr", "book")

    assert made.words == ("grubble", "<name>", "to", "<when>", "for", "<money>")
    assert made.wording == "grubble <name> to <when> for <money>"


def test_a_name_that_no_record_knows_is_a_mark_too(planner: Planner) -> None:
    made = lesson(planner, "grubble Wilbur Quux on 20 12 34 56 or w@quux.example", "create_lead")

    assert "quux" not in made.wording.lower()
    assert "wilbur" not in " ".join(made.words)
    assert "12" not in made.wording


def test_only_names_and_figures_are_no_lesson(planner: Planner) -> None:
    choices = [{"label": "this", "tool": "show_customer", "args": {}}]
    memo = {"choices": choices, "at": NOW.isoformat(), **asked("Jens Nygaard", ())}

    assert planner.plan(heard("this", memo=memo), frozenset({"show_customer"})).lesson is None


def test_the_other_one_of_two_is_what_was_meant_after_all(planner: Planner) -> None:
    tools = ("show_customer", "find_leads")
    choices = [{"label": tool, "tool": tool, "args": {"customer": "me"}} for tool in tools]
    memo = {
        "choices": choices,
        "at": NOW.isoformat(),
        **asked("grubble Jens Nygaard frompfully", ()),
    }

    first = planner.plan(heard("1", memo=memo), frozenset(tools))
    assert isinstance(first, Call)
    kept = {"at": NOW.isoformat(), **first.kept}
    second = planner.plan(heard("the other one", memo=kept), frozenset(tools))

    assert [each.lesson and each.lesson.tool for each in (first, second)] == list(tools)


def test_what_was_taught_is_meant_with_another_name(planner: Planner) -> None:
    taught = lesson(planner, "grubble Jens Nygaard frompfully", "show_customer")

    after = plan(planner, "Grubble Mette Holm frompfully!", taught)

    assert isinstance(after, Call)
    assert after.tool == "show_customer"
    assert after.args == {"customer": "Mette Holm"}


def test_missing_arguments_are_still_asked_for(planner: Planner) -> None:
    taught = lesson(planner, "grubble Jens Nygaard frompfully", "book")

    after = plan(planner, "grubble Jens Nygaard frompfully", taught)

    assert isinstance(after, Said)
    assert after.form is not None
    assert after.form[0] == "book"


def test_a_phrase_of_a_tool_goes_before_what_was_taught(planner: Planner) -> None:
    taught = Lesson(("find", "leads", "in", "<name>"), "find_customers")

    after = plan(planner, "find leads in Aarhus", taught)

    assert isinstance(after, Call)
    assert after.tool == "find_leads"


def test_free_words_alone_say_too_little_to_stand_for_anything(planner: Planner) -> None:
    taught = lesson(planner, "find what Jens Nygaard said about the green soap", "recall")

    after = plan(planner, "find out what the weather is like in Rome", taught)

    assert not isinstance(after, Call)


def test_the_newest_of_equal_words_counts() -> None:
    overlay = Overlay([Lesson(("a", "b"), "book"), Lesson(("a", "b"), "find_leads")])

    assert [each.tool for each, _ in overlay.near(["a", "b"], ALL)] == ["book"]


def test_a_tool_that_is_not_offered_is_not_near() -> None:
    overlay = Overlay([Lesson(("ring", "<name>"), "book")])

    assert overlay.near(["ring", "<name>"], frozenset({"find_leads"})) == []


def test_a_sentence_like_a_taught_one_leans_to_its_tool() -> None:
    overlay = Overlay([Lesson(("please", "grubble", "<name>"), "show_lead")])

    near = overlay.near(["grubble", "<name>"], ALL)

    assert leaning(CHANCES, near)[0].tool == "show_lead"


def test_likeness_is_never_enough_for_an_action() -> None:
    near = [(Lesson(("grubble",), "book"), 1.0)]

    best = leaning(CHANCES, near)[0]

    assert best.tool == "book"
    assert LOOKUP_AT <= best.chance < ACTION_AT


def test_likeness_does_not_take_away_what_is_sure() -> None:
    sure = [Ranked("find_leads", 0.9999), Ranked("book", 0.0001)]

    assert leaning(sure, [(Lesson(("grubble",), "book"), 0.8)])[0].tool == "find_leads"


def test_a_tool_that_was_never_learnt_can_be_taught() -> None:
    assert certain(CHANCES, "brand_new")[0].tool == "brand_new"
    assert sum(each.chance for each in certain(CHANCES, "brand_new")) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> ring to Jens",
        "she wrote “ring to Jens”",
        "»ring« til Jens",
        "ring to Jens\nBest regards",
        "ring [card number removed]",
        "the door code of Jens is ••••bcdfghjk",
        "ring " + "to " * 80,
    ],
)
def test_what_may_not_be_ones_own_words_is_not_kept(text: str) -> None:
    assert asked_before(asked(text, ())) == ""


def test_a_message_with_a_file_is_not_kept() -> None:
    assert asked_before(asked("ring to Jens", ["upl_1"])) == ""


def test_five_hundred_phrases_are_ready_well_within_a_second() -> None:
    words = [f"w{number}" for number in range(60)]
    several = itertools.islice(itertools.permutations(words, 6), 0, 5_000_000, 10_000)
    lessons = [Lesson((*each, "<name>", "to", "<when>"), "book") for each in several]

    started = time.perf_counter()
    overlay = Overlay(lessons)

    assert len(overlay) == 500
    assert time.perf_counter() - started < 1
