"""Codes to doors and alarms are found in both languages, and ordinary numbers are left alone."""

import pytest

from tools.values.access import (
    MASK,
    find_codes,
    is_bare_code,
    mask_codes,
    mask_json,
    speaks_of_codes,
)

TOLD = {
    "remember the door code at Jens is 4711": "4711",
    "The door code at Jens Nygaard, is 47 11.": "47 11",
    "4711 is the door code at Jens": "4711",
    "gate code: #4711*": "#4711*",
    "the code to the gate is A4711": "A4711",
    "alarm 9921": "9921",
    "the alarm code is Sommer2025": "Sommer2025",
    "husk at dørkoden hos Jens er 4711": "4711",
    "nøgleboksen har koden 0815": "0815",
    "koden til opgangen er 12B34": "12B34",
    "koden er fire syv et et": "fire syv et et",
    "the key box opens with four seven one one": "four seven one one",
    'the alarm code is "blue horse"': "blue horse",
    "the code is 4711": "4711",
    "The key is under the blue pot.": "under the blue pot",
    "nøglen ligger bag regntønden": "bag regntønden",
    "nøglen til Pia Dahl ligger under den blå sten 5": "under den blå sten 5",
    "nøglen til Pia Dahl hænger i garagen": "i garagen",
    "ekstranøglen hos Jens Nygaard er altid gemt bag skuret": "bag skuret",
    "der hænger en nøgle i skuret": "i skuret",
    "the key is under the mat at Pia Dahl's": "under the mat",
    "nøglen ligger i postkassen hos Pia Dahl": "i postkassen",
    "nøglen er hos Karl på hjørnet": "hos Karl på hjørnet",
    "under måtten ligger nøglen": "under måtten",
    "the key to Pia Dahl hangs in the shed": "in the shed",
    "the spare key of Pia Dahl is behind the third plant pot": "behind the third plant pot",
    "spare key at Pia's behind the third plant pot": "behind the third plant pot",
    "Pia's keys are always kept at the neighbour's": "at the neighbour's",
    "there is a spare key in the shed": "in the shed",
    "portkode 1234# hos Nordlys": "1234#",
    "husk koden hos Jens: 4711": "4711",
    "doerkoden er 4711": "4711",
    "pinkoden til alarmen er 2580": "2580",
}
LEFT_ALONE = (
    "book Jens tomorrow at 10:00",
    "his postal code is 8000 Aarhus",
    "use discount code SUMMER25",
    "call 20 12 34 57 tomorrow",
    "the alarm goes at 10:30",
    "booking 1042 has no code",
    "the key to a good job is patience",
    "Jens keeps key 3 on a hook",
    "nøglen er væk",
    "nogle er i kælderen",
    "hent nøglen på kontoret før kl. 8",
    "bring the key to the office",
    "send invoice 1003 for 1.250 kr",
    "error code 500",
    "rabatkoden er SOMMER25",
    "Jens' kode er hemmelig",
)


@pytest.mark.parametrize(("text", "code"), TOLD.items())
def test_a_code_beside_its_words_is_masked(text: str, code: str) -> None:
    masked = mask_codes(text)

    assert code not in masked
    assert masked == text.replace(code, MASK)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_numbers_stay(text: str) -> None:
    assert find_codes(text) == []


def test_two_codes_in_one_sentence_are_both_masked() -> None:
    masked = mask_codes("the door code is 4711 and the alarm is 9921")

    assert masked == f"the door code is {MASK} and the alarm is {MASK}"


def test_masking_again_changes_nothing() -> None:
    once = mask_codes("the door code is 4711")

    assert mask_codes(once) == once


def test_a_code_is_masked_wherever_it_is_in_json() -> None:
    assert mask_json({"a": ["door code 4711", 3]}) == {"a": [f"door code {MASK}", 3]}


def test_what_replaces_a_code_can_be_chosen() -> None:
    assert mask_codes("door code 4711", lambda code: f"<{len(code)}>") == "door code <4>"


@pytest.mark.parametrize(
    ("text", "bare"), [("4711", True), (" #47 11. ", True), ("12", False), ("at 10", False)]
)
def test_a_message_that_is_only_a_code_is_known(text: str, bare: bool) -> None:
    assert is_bare_code(text) is bare


def test_talk_about_a_code_is_known_without_one() -> None:
    assert speaks_of_codes("remember the door code for Jens")
    assert speaks_of_codes("hvad er nøglekoden hos Jens")
    assert not speaks_of_codes("the alarm was loud")
