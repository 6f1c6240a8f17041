"""The eight questions of `friday init`, and how their answers become a firm."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent.firms.founding import FirmGiven, read_firm
from agent.firms.week import read_week
from tools.errors import Rejected, ToolError
from tools.values.emails import read_email
from tools.values.text import fold

Ask = Callable[[str, str], str]
"""Asks a question with a default, and gives the answer."""
Tell = Callable[[str], object]
"""Says why an answer is not taken."""

_SOUND: dict[str, Any] = {
    "name": "A",
    "services": [{"name": "a", "price": "1"}],
    "staff": ["a"],
    "owner": "a@a.example",
}
"""A firm that could be founded, in which one field at a time is tried."""


@dataclass(frozen=True)
class Question:
    """One question in English and Danish, how its answer is read, and what would be right."""

    field: str
    asked: tuple[str, str]
    right: tuple[str, str]
    read: Callable[[str], Any] = str.strip
    default: str = ""


def ask_for_firm(ask: Ask, tell: Tell) -> FirmGiven:
    """Asks each question until its answer is one; from the second on in the firm's own language."""
    given: dict[str, Any] = {}
    for number, question in enumerate(QUESTIONS, 1):
        danish = given.get("language") == "da"
        given[question.field] = _answered(question, number, danish, ask, tell)
    return read_firm(given)


def _answered(question: Question, number: int, danish: bool, ask: Ask, tell: Tell) -> Any:
    while True:
        said = ask(f"{number}. {question.asked[danish]}", question.default)
        try:
            value = question.read(said)
            read_firm({**_SOUND, question.field: value})
        except ToolError:
            not_understood = "forstås ikke her" if danish else "is not understood here"
            tell(f"“{said.strip()}” {not_understood}. {question.right[danish]}")
        else:
            return value


def _language(text: str) -> str:
    names = {"dansk": "da", "danish": "da", "english": "en", "engelsk": "en"}
    return names.get(fold(text.strip()), text.strip().lower())


def _services(text: str) -> list[dict[str, str]]:
    # A comma with digits behind it is a decimal one.
    return [_service(part) for part in re.split(r",(?!\d)", text) if part.strip()]


def _service(text: str) -> dict[str, str]:
    name, _, price = text.strip().rpartition(" ")
    if not name:
        raise Rejected(f"{text.strip()!r} has no price.")
    return {"name": name.strip(), "price": price.replace(",", ".")}


def _staff(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


QUESTIONS = (
    Question(
        "name",
        ("What is the firm called?", "Hvad hedder firmaet?"),
        ("Write a name of 1 to 200 characters.", "Skriv et navn på 1 til 200 tegn."),
    ),
    Question(
        "language",
        ("Which language, en or da?", "Hvilket sprog, en eller da?"),
        ("Write en or da. / Skriv en eller da.", "Skriv en eller da."),
        _language,
        "da",
    ),
    Question(
        "zone",
        ("Which time zone?", "Hvilken tidszone?"),
        ("Write one like Europe/Copenhagen.", "Skriv en som Europe/Copenhagen."),
        default="Europe/Copenhagen",
    ),
    Question(
        "cvr",
        ("CVR number (Enter for none)?", "CVR-nummer (Enter for intet)?"),
        (
            "A CVR number has 8 digits and a check digit; press Enter for none.",
            "Et CVR-nummer har 8 cifre og et kontrolciffer; tryk Enter for intet.",
        ),
        lambda text: text.strip() or None,
    ),
    Question(
        "services",
        (
            "Services with a price per hour, like: standard clean 349, windows 399",
            "Ydelser med en timepris, som: standardrengøring 349, vinduer 399",
        ),
        (
            "Write each with its price, like: standard clean 349, windows 399",
            "Skriv hver med sin pris, som: standardrengøring 349, vinduer 399",
        ),
        _services,
    ),
    Question(
        "staff",
        ("Who does the jobs (names with commas)?", "Hvem udfører opgaverne (navne med komma)?"),
        ("Write at least one name.", "Skriv mindst ét navn."),
        _staff,
    ),
    Question(
        "hours",
        ("When are you open?", "Hvornår har I åbent?"),
        (
            "Write days and two times, the earlier one first, like: mon-fri 8-16, sat 9-13",
            "Skriv dage og to klokkeslæt, det tidligste først, som: man-fre 8-16, lør 9-13",
        ),
        read_week,
        "mon-fri 08:00-17:00",
    ),
    Question(
        "owner",
        ("The owner's e-mail?", "Ejerens e-mail?"),
        ("Write an address like vera@firm.dk.", "Skriv en adresse som vera@firma.dk."),
        read_email,
    ),
)
