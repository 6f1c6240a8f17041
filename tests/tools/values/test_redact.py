"""What must never be stored, logged or shown to a model."""

import datetime as dt
import time as stopwatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.values.redact import redact, redact_json


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("kort 4111 1111 1111 1111 ok", "kort [card number removed] ok"),
        ("4111-1111-1111-1111", "[card number removed]"),
        ("5019717010103742.", "[card number removed]."),
        ("amex 378282246310005", "amex [card number removed]"),
        ("cpr 010190-1234", "cpr [CPR number removed]"),
        ("hun er 311299-1234.", "hun er [CPR number removed]."),
        ("cpr: 0101901234", "cpr: [CPR number removed]"),
        ("610190-1234", "[CPR number removed]"),
        ("xoxb-" + "123456789012-abcdef", "[API key removed]"),
        ("whsec_" + "abcdefghijkl", "[API key removed]"),
        ("sk_live_" + "abcdefgh12345678", "[API key removed]"),
        ("key sk-" + "abcdefghijklmnopqrst1234 x", "key [API key removed] x"),
        ("AC" + "0a1b2c3d" * 4, "[API key removed]"),
        ("SK" + "0a1b2c3d" * 4, "[API key removed]"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "[API key removed]"),
        ("Authorization: Bearer abc.def12345678901234", "Authorization: Bearer [token removed]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123", "[token removed]"),
        ("password: hunter22", "password: [secret removed]"),
        ("hej,010190-1234,4111111111111111", "hej,[CPR number removed],[card number removed]"),
        ("3,4111 1111 1111 1111,100", "3,[card number removed],100"),
        ("mit CPR er: 0101901234", "mit CPR er: [CPR number removed]"),
        ("cpr-nummeret er 0101901234", "cpr-nummeret er [CPR number removed]"),
        ("hun er 010190 1234", "hun er [CPR number removed]"),
        ("4111 1111 1111 1111 12/28 123", "[card number removed] 12/28 123"),
        ("tlf. 20123456 4111111111111111", "tlf. 20123456 [card number removed]"),
        ("https://user:hunter22@host/", "https://user:[secret removed]@host/"),
        ("my password is hunter2222", "my password is [secret removed]"),
        ("adgangskoden er: hemmelig", "adgangskoden er: [secret removed]"),
        ("pw: hunter222", "pw: [secret removed]"),
        ("hf_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF", "[API key removed]"),
        ("npm_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6", "[API key removed]"),
    ],
)
def test_secrets_are_blanked(text: str, redacted: str):
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "ring +45 20 12 34 56 eller 20123456",
        "faktura 1003, CVR 28474747, 24-12-2026 kl. 10-12",
        "2026-11-24 10:00-12:00",
        "4111111111111112",
        "320190-1234",
        "011390-1234",
        "EAN 5790000123456",
        "IBAN DK5000400440116243",
        "+71<000000000012345+12345678<",
        "book Jens Nygaard til standardrengøring næste tirsdag kl 10",
        "password reset, Bearer of good news, token economy",
        "2.284,60 kr. for 85 m2",
        "1234567890123",
        "0101901234",
        "ring 320190 1234",
        "call +46 070123 4567",
        "konto 6112 010190 1234 5678",
        "0.4111111111111111",
        "24.12.2026 10.00-12.00",
        "adgangskoden er forkert, and the password is required",
        "se https://host:8000/a@b og skriv til a@b.example",
        "postnumre 8000 8200 8210 8220 8230",
        "hf_lager og npm_config_registry",
    ],
)
def test_ordinary_text_is_left_alone(text: str):
    assert redact(text) == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøåÆØÅ .,!?\n", max_size=200))
def test_ordinary_danish_words_are_left_alone(text: str):
    assert redact(text) == text


def card_number(digits: str) -> str:
    """Sixteen digits of which the last makes the sum right."""
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(digits)]
    return digits + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


CARDS = st.from_regex(r"4[0-9]{14}", fullmatch=True).map(card_number)
BETWEEN = ["", " ", "  ", "-", "\u00a0", "\u2011", "–", " – ", "−", ".", "_"]
BEFORE = ["", "x,", "3,", "kort ", "85 ", "20123456 ", "(", "kort:"]
BEHIND = ["", ",100", ", tak", ".", " 12/28", ";x", ")"]


@given(CARDS, st.sampled_from(BETWEEN), st.sampled_from(BEFORE), st.sampled_from(BEHIND))
def test_a_card_goes_however_it_is_spaced(card: str, between: str, before: str, behind: str):
    spaced = between.join(card[place : place + 4] for place in range(0, 16, 4))

    assert redact(before + spaced + behind) == f"{before}[card number removed]{behind}"


HYPHENS = ["-", "–", "−", "\u2010", "\u2011", " - ", " – ", "\u00a0-\u00a0", " ", "\u00a0"]


@given(
    st.dates(),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
    st.sampled_from(HYPHENS),
    st.sampled_from(["", "x,", "3,", "cpr ", "(", "født "]),
    st.sampled_from(["", ",4", ", tak", ".", ";x", ")", " 20123456"]),
)
def test_a_cpr_number_goes_whatever_hyphen_it_has(
    born: dt.date, last: str, hyphen: str, before: str, behind: str
):
    told = f"{born:%d%m%y}{hyphen}{last}"

    assert redact(before + told + behind) == f"{before}[CPR number removed]{behind}"


PHONES = st.tuples(
    st.sampled_from(["", "+45", "+45 ", "0045 "]),
    st.lists(st.from_regex(r"[0-9]{2}", fullmatch=True), min_size=4, max_size=4),
    st.sampled_from(["", " ", "-", "."]),
).map(lambda made: made[0] + made[2].join(made[1]))
AMOUNTS = st.decimals(0, 10**9, places=2).map(lambda each: f"{each:,}")
MOMENTS = st.tuples(
    st.datetimes(),
    st.sampled_from(["%d-%m-%Y kl. %H.%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H.%M", "%d/%m %H:%M"]),
).map(lambda made: made[0].strftime(made[1]))
ORDERS = st.tuples(
    st.sampled_from(["ordre ", "ORD-2026-", "#", "faktura "]), st.integers(0, 10**10)
).map(lambda made: f"{made[0]}{made[1]}")
ORDINARY = st.lists(st.one_of(PHONES, AMOUNTS, MOMENTS, ORDERS), min_size=1, max_size=4)


@given(ORDINARY, st.sampled_from([",", ", ", "; ", "\n", " og "]))
def test_phones_amounts_dates_and_order_numbers_stay(told: list[str], between: str):
    assert redact(between.join(told)) == between.join(told)


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing(text: str):
    assert redact(redact(text)) == redact(text)


def test_nested_json_is_redacted():
    value = {
        "notes": ["kort 4111 1111 1111 1111", {"password": "x", "count": 3}],
        "api_key": "abc",
        "done": None,
    }

    assert redact_json(value) == {
        "notes": ["kort [card number removed]", {"password": "[secret removed]", "count": 3}],
        "api_key": "[secret removed]",
        "done": None,
    }


@pytest.mark.parametrize(
    "piece",
    [
        *("1 ", "4111 1111 ", "1._ ", "010190 ", "cpr ", "http://a:", "password is "),
        *("eyJ", "sk-", "password:", "-----BEGIN PRIVATE KEY"),
    ],
)
def test_a_hundred_kilobytes_do_not_hang(piece: str):
    text = (piece * 100_000)[:100_000]
    start = stopwatch.perf_counter()

    redact(text)

    # Nested repetition would take minutes.
    assert stopwatch.perf_counter() - start < 30
