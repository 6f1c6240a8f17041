"""A plan is judged by what it would do: the same time, length or name in other words is the same."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from agent.models.offline.plans import Call
from evals.nlu.judging import judge, same
from evals.nlu.rows import Row
from tools.slot import Slot

NOW, ZONE = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC), ZoneInfo("Europe/Copenhagen")


def slot(kind: str) -> Slot:
    return Slot(kind=kind, steers=False, required=False, label_en="x", label_da="x")


@pytest.mark.parametrize(
    ("kind", "said", "got"),
    [
        ("hours", "3", "3 timer"),
        ("hours", "2,5 timer", "2.5 hours"),
        ("day", "maj", "i maj"),
        ("when", "Tuesday at 10", "on tuesday 10:00"),
        ("day", "7. juni", "fra 3. juni til 7. juni"),
        ("money", "425", "425 kr"),
        ("booking", "12", "#12"),
        ("customer", "Jens Nygaard", "Jens Nygaard's"),
        ("text", "they have two cats", "that they have two cats"),
    ],
)
def test_the_same_in_other_words_is_right(kind: str, said: str, got: str) -> None:
    assert same(slot(kind), said, got, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("kind", "said", "got"),
    [
        ("hours", "3", "4 timer"),
        ("day", "9. juni", "fra 3. juni til 7. juni"),
        ("when", "Tuesday at 10", "Tuesday at 11"),
        ("customer", "Jens Nygaard", "Jens Holm"),
        ("text", "cats", "they have two cats and a parrot"),
    ],
)
def test_something_else_is_wrong(kind: str, said: str, got: str) -> None:
    assert not same(slot(kind), said, got, now=NOW, zone=ZONE)


def test_a_period_said_in_one_breath_and_a_customer_nobody_named_are_right() -> None:
    row = Row(lang="en", text="x", tool="t", args={"from": "1 June", "to": "15 June"})
    plan = Call("t", {"from": "from 1 June to 15 June", "customer": "me"})
    slots = {"t": {"from": slot("day"), "to": slot("day"), "customer": slot("customer")}}

    verdict = judge(row, plan, ["t"], slots, now=NOW, zone=ZONE)

    assert (verdict.right, verdict.wanted, verdict.extra) == (2, 2, 0)
