"""Record numbers, versions, areas, counts and handed-over words."""

from decimal import Decimal

import pytest

from tools.values.numbers import Numbered, find_areas, find_counts, find_numbered, find_versions
from tools.values.quoted import after_colon, find_quoted


@pytest.mark.parametrize(
    ("text", "numbered"),
    [
        ("aflys booking 12", Numbered("booking", 12)),
        ("booking #12", Numbered("booking", 12)),
        ("faktura 1003", Numbered("invoice", 1003)),
        ("faktura nr. 1003.", Numbered("invoice", 1003)),
        ("Invoice no 1003", Numbered("invoice", 1003)),
        ("#12", Numbered(None, 12)),
        ("nr. 12", Numbered(None, 12)),
    ],
)
def test_a_record_is_named_by_its_number(text: str, numbered: Numbered):
    assert [hit.value for hit in find_numbered(text)] == [numbered]


@pytest.mark.parametrize(
    "text", ["booking i morgen", "faktura 12/11", "booking 10:30", "12 bookinger"]
)
def test_other_numbers_name_no_record(text: str):
    assert find_numbered(text) == []


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("set PHP to 8.3", "8.3"),
        ("php8.4", "8.4"),
        ("PHP 8.3.", "8.3"),
        ("roll back to v1.2.0", "1.2.0"),
    ],
)
def test_a_version_is_found(text: str, version: str):
    assert [hit.value for hit in find_versions(text)] == [version]


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("85 m2", "85"),
        ("85m²", "85"),
        ("85 kvm", "85"),
        ("120,5 m2", "120.5"),
        ("1.200 kvadratmeter", "1200"),
    ],
)
def test_an_area_is_found(text: str, area: str):
    assert [hit.value for hit in find_areas(text)] == [Decimal(area)]


def test_counts_stand_by_themselves():
    text = "tre vinduer, 4 rum, 10:30, 2.5, 85%, to"

    assert [hit.value for hit in find_counts(text)] == [3, 4]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('skriv "ring først" til Mette', ["ring først"]),
        ("note «hej» og ”dav”", ["hej", "dav"]),
        ("“one” and 'two words'", ["one", "two words"]),
        ("Jens's og Anna's bil", []),
        ('et " alene', []),
    ],
)
def test_quoted_words_are_found(text: str, quoted: list[str]):
    assert [hit.value for hit in find_quoted(text)] == quoted


def test_free_text_follows_a_colon():
    hit = after_colon("add a note to Mette: call first at 10:30 ")

    assert hit is not None
    assert hit.value == "call first at 10:30"


def test_the_colon_of_a_time_hands_nothing_over():
    assert after_colon("book Jens at 10:30") is None
