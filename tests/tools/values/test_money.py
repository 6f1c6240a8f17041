"""Amounts of money in Danish and English notation."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import Rejected, Unclear
from tools.values.money import (
    Money,
    as_minor,
    find_money,
    from_minor,
    read_amount,
    read_currency,
    read_money,
    say_money,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.284,60", "2284.60"),
        ("2284,60", "2284.60"),
        ("1.250,50 kr", "1250.50"),
        ("1,250.50", "1250.50"),
        ("349 kr", "349"),
        ("kr. 349,-", "349"),
        ("349,-", "349"),
        ("349 DKK", "349"),
        ("DKK 349.00", "349.00"),
        ("1 000,50", "1000.50"),
        ("1.000.000", "1000000"),
        ("12,5", "12.5"),
        ("0", "0"),
    ],
)
def test_a_clear_amount_is_read(text: str, amount: str):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("1.000", ["1.000,00 kr.", "1,00 kr."]),
        ("1,000", ["1.000,00 kr.", "1,00 kr."]),
        ("1.000 kr", ["1.000,00 kr.", "1,00 kr."]),
        ("349.00", ["349,00 kr.", "34.900,00 kr."]),
        ("2284.60", ["2.284,60 kr.", "228.460,00 kr."]),
    ],
)
def test_an_unclear_amount_is_asked_about(text: str, choices: list[str]):
    with pytest.raises(Unclear, match="kan læses på to måder") as asked:
        read_amount(text, language="da")

    assert [c.label.replace("\u00a0", " ") for c in asked.value.choices] == choices


@pytest.mark.parametrize("text", ["-5", "−5", "- 5 kr", "kr -5", "(100)", "5-"])
def test_a_negative_amount_is_refused(text: str):
    with pytest.raises(Rejected, match="is negative"):
        read_amount(text)


@pytest.mark.parametrize(
    "text", ["NaN", "1e309", "inf", "Infinity", "1e5", "abc", "", "1.234.56", "12 34", "0x10", "kr"]
)
def test_what_is_not_an_amount_is_refused(text: str):
    with pytest.raises(Rejected, match="is not an amount"):
        read_amount(text)


def test_too_large_an_amount_is_refused():
    with pytest.raises(Rejected, match="too large"):
        read_amount("9" * 13)


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("€1,250.50", Money(Decimal("1250.50"), "EUR")),
        ("12 euro", Money(Decimal(12), "EUR")),
        ("$5", Money(Decimal(5), "USD")),
        ("500 sek", Money(Decimal(500), "SEK")),
        ("500", Money(Decimal(500), "DKK")),
    ],
)
def test_the_currency_is_read_too(text: str, money: Money):
    assert read_money(text) == money


def test_amounts_are_found_beside_a_currency():
    text = "quote 2.284,60 kr or kr 349 or 100,- or DKK 5,000.00, not -20 kr, 2024 or 85 m2"

    assert [(hit.text, hit.value.amount) for hit in find_money(text)] == [
        ("2.284,60 kr", Decimal("2284.60")),
        ("kr 349", Decimal(349)),
        ("100,-", Decimal(100)),
        ("DKK 5,000.00", Decimal("5000.00")),
    ]


def test_a_found_amount_carries_its_other_reading():
    assert find_money("betal 1.000 kr nu")[0].value.also == (Decimal("1.000"),)


@pytest.mark.parametrize(
    ("language", "said"), [("da", "2.284,60\u00a0kr."), ("en", "DKK\u00a02,284.60")]
)
def test_it_says_money(language: str, said: str):
    assert say_money(228460, "DKK", language) == said


@given(
    st.integers(0, 10**13),
    st.sampled_from(["DKK", "EUR", "SEK"]),
    st.sampled_from(["en", "da"]),
)
def test_what_is_said_is_read_back(minor: int, currency: str, language: str):
    money = read_money(say_money(minor, currency, language))

    assert as_minor(money.amount, currency) == minor


def test_minor_units_follow_the_currency():
    assert as_minor(Decimal("12.34"), "DKK") == 1234
    assert as_minor(Decimal("12"), "JPY") == 12
    assert from_minor(1234, "DKK") == Decimal("12.34")


def test_a_fraction_of_an_oere_is_refused():
    with pytest.raises(Rejected, match="more than the 2 decimals"):
        as_minor(Decimal("12.345"), "DKK")


def test_an_unknown_currency_is_refused():
    assert read_currency(" dkk ") == "DKK"
    with pytest.raises(Rejected, match="not a currency code"):
        read_currency("XQZ")
