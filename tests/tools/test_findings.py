"""Arguments, files and settings that cannot be are told in our own words, not in those of a library."""

from pathlib import Path
from typing import Any

import pytest

from agent.firms.founding import read_firm
from agent.gate.registry import Registry
from agent.settings import read_settings
from tools.catalog import DOMAINS
from tools.errors import Rejected

FIRM: dict[str, Any] = {
    "name": "Vestfjord VVS",
    "services": [{"name": "Plumbing", "price": "500"}],
    "staff": ["Vera"],
    "owner": "vera@vestfjord.example",
}
NOT_OURS = ("Input", "input", "valid", "Extra", "List", "parse", "should")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"services": []}, "services must not be empty"),
        ({"foo": 1}, "foo is not known here"),
        ({"staff": "Vera"}, "staff must be a list"),
        ({"language": "fr"}, "language must be 'en' or 'da'"),
        ({"services": [{"name": "x", "price": "500", "minutes": "two"}]}, "must be a whole number"),
        ({"services": [{"name": "x", "price": "free"}]}, "services.0.price is no amount"),
        ({"owner": None}, "owner must be text"),
    ],
)
def test_a_firm_that_cannot_be_is_told_in_our_words(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_firm({**FIRM, **changed})

    assert told in refused.value.message
    assert not [word for word in NOT_OURS if word in refused.value.message]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"colour": "red"}, "“colour” is not known here"),
        ({"crew": "many"}, "“crew” must be a whole number"),
        ({"crew": 11}, "“crew” must be at most 10"),
        ({"hours": 0}, "“hours” must be more than 0"),
        ({"address": ""}, "“address” must not be empty"),
    ],
)
def test_an_argument_that_cannot_be_is_told_in_our_words(args: dict[str, Any], told: str) -> None:
    asked = {"customer": "Jens", "service": "windows", "start": "tomorrow at 10", **args}

    with pytest.raises(Rejected) as refused:
        Registry(DOMAINS).read("book", asked)

    assert told in refused.value.message
    assert set(refused.value.fields) == set(args)
    assert not [word for word in NOT_OURS if word in refused.value.message]


def test_a_setting_that_cannot_be_is_told_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRIDAY_PORT", "abc")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(
        Rejected, match=r"^A setting is wrong\. FRIDAY_PORT must be a whole number\.$"
    ):
        read_settings()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"colour": "red"}, "“colour” kendes ikke her"),
        ({"crew": "many"}, "“crew” skal være et helt tal"),
        ({"crew": 11}, "“crew” må højst være 10"),
        ({"hours": 0}, "“hours” skal være mere end 0"),
        ({"address": ""}, "“address” må ikke være tomt"),
    ],
)
def test_who_speaks_danish_is_told_in_danish(args: dict[str, Any], told: str) -> None:
    asked = {"customer": "Jens", "service": "windows", "start": "tomorrow at 10", **args}

    with pytest.raises(Rejected) as refused:
        Registry(DOMAINS).read("book", asked, language="da")

    assert told in refused.value.message
    assert set(refused.value.fields) == set(args)


def test_a_firm_takes_hours_and_a_cvr_number_as_people_write_them() -> None:
    firm = read_firm({**FIRM, "cvr": 10150817, "hours": "man-fre 8-16, lør 9-13"})

    assert firm.cvr == "10150817"
    assert (firm.hours["monday"], firm.hours["saturday"]) == (
        ("08:00", "16:00"),
        ("09:00", "13:00"),
    )


def test_every_fault_of_a_firm_is_named_at_once() -> None:
    with pytest.raises(Rejected) as refused:
        read_firm({**FIRM, "owner": "vera at firm", "hours": "always", "cvr": "1"})

    assert set(refused.value.fields) == {"owner", "hours", "cvr"}
