"""The eight questions: whoever answers wrongly is asked again and told what would be right."""

from collections.abc import Sequence

import pytest

from agent.firms.questions import ask_for_firm
from agent.firms.week import read_week
from tools.errors import Rejected

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Typed:
    """A person who types these answers, one after the other."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = iter(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def ask(self, question: str, default: str) -> str:
        self.asked.append(question)
        return next(self.answers) or default


def test_danish_hours_are_understood() -> None:
    typed = Typed(
        ["Min Firma", "da", "", "", "vinduer 349,50", "Bo, Ida", "man-fre 8-16", "bo@min.dk"]
    )

    firm = ask_for_firm(typed.ask, typed.told.append)

    assert firm.hours == dict.fromkeys(WORKDAYS, ("08:00", "16:00"))
    assert firm.services[0].price == "349.50"
    assert typed.told == []
    assert typed.asked[6] == "7. Hvornår har I åbent?"


def test_each_wrong_answer_is_asked_again_in_danish() -> None:
    typed = Typed(
        ["Min Firma", "dansk", "Mars", "Europe/Copenhagen", "123", "", "vinduer", "vinduer 399", ",", "Bo",
         "altid", "16-8", "man-fre 16-8", "man-tors 8-16, fre 8.30-15", "bo", "bo@min.dk"]
    )  # fmt: skip

    firm = ask_for_firm(typed.ask, typed.told.append)

    assert (firm.language, firm.hours["thursday"]) == ("da", ("08:00", "16:00"))
    assert firm.hours["friday"] == ("08:30", "15:00")
    assert typed.told[4] == (
        "“altid” forstås ikke her. "
        "Skriv dage og to klokkeslæt, det tidligste først, som: man-fre 8-16, lør 9-13"
    )
    assert len(typed.told) == 8


def test_each_wrong_answer_is_asked_again_in_english() -> None:
    typed = Typed(
        ["", "My Firm", "fr", "en", "", "", "windows cheap", "windows 399", "Bo", "always", "weekdays 9 to 17",
         "me@my.example"]
    )  # fmt: skip

    firm = ask_for_firm(typed.ask, typed.told.append)

    assert firm.hours == dict.fromkeys(WORKDAYS, ("09:00", "17:00"))
    assert [told.partition(" ")[0] for told in typed.told] == ["“”", "“fr”", "“windows", "“always”"]


@pytest.mark.parametrize(
    ("said", "days", "hours"),
    [
        ("mon-fri 08:00-17:00", 5, ("08:00", "17:00")),
        ("man-fre 8-16", 5, ("08:00", "16:00")),
        ("Mandag til lørdag kl. 8.30 til 16", 6, ("08:30", "16:00")),
        ("hver dag 7-23", 7, ("07:00", "23:00")),
        ("mandag: 8–16", 1, ("08:00", "16:00")),
    ],
)
def test_hours_are_read_as_people_write_them(said: str, days: int, hours: tuple[str, str]) -> None:
    week = read_week(said)

    assert (len(week), week["monday"]) == (days, hours)


@pytest.mark.parametrize("said", ["", "8-16", "man 8", "fre-man 8-16", "man 25-26", "xyz 8-16"])
def test_what_is_no_week_is_refused(said: str) -> None:
    with pytest.raises(Rejected):
        read_week(said)
