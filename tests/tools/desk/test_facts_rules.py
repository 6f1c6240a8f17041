"""What kind of thing people want remembered, and until when, in both languages."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tools.desk.facts_rules import access_name, key_of, same_words, valid_until

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SAID = {
    "the door code is 4711": "access",
    "dørkoden hos Jens er ••••": "access",
    "nøgleboksen hænger ved skuret": "access",
    "Jens is allergic to perfume": "allergy",
    "Jens har allergi over for katte": "allergy",
    "han kan ikke tåle parfume": "allergy",
    "Erik Eriksen ikke tåler duft": "allergy",
    "Erik tåler overhovedet ikke duft": "allergy",
    "hun tåler ingen nødder": "allergy",
    "she does not tolerate perfume": "allergy",
    "Lars kun må ringes til": "contact_rule",
    "Lars aldrig må ringes op": "contact_rule",
    "Lars må ikke ringes op": "contact_rule",
    "Jens kun vil kontaktes på mail": "contact_rule",
    "Jens vil kun kontaktes på telefon": "contact_rule",
    "han må kun kontaktes pr. sms": "contact_rule",
    "must be contacted by mail only": "contact_rule",
    "jens only wants mail": "contact_rule",
    "she doesn't want to be called": "contact_rule",
    "ring aldrig til hende": "contact_rule",
    "hun betaler kun kontant": "payment",
    "faktura på mail": "payment",
    "mailen er ikke ny": "note",
    "ringer på døren og går ind": "note",
    "never call her": "contact_rule",
    "ring ikke til hende": "contact_rule",
    "kun sms til Jens": "contact_rule",
    "she prefers e-mail": "contact_rule",
    "Jens has two dogs": "pets",
    "Jens har en hund": "pets",
    "katten må ikke komme ud": "pets",
    "pays by EAN 5790000123456": "payment",
    "han betaler altid kontant": "payment",
    "prefers to pay by card": "payment",
    "park behind the house": "parking",
    "parkering i gården": "parking",
    "prefers mornings": "preferred_time",
    "vil helst have besøg om formiddagen": "preferred_time",
    "the category of the floor is oak": "note",
    "likes fresh flowers": "note",
    "brug den grønne sæbe": "note",
}


@pytest.mark.parametrize(("words", "key"), SAID.items())
def test_the_kind_is_read_from_the_words(words: str, key: str) -> None:
    assert key_of(words) == key


UNTIL = {
    "away until Christmas": dt.date(2026, 12, 24),
    "bortrejst til jul": dt.date(2026, 12, 24),
    "indtil nytår": dt.date(2026, 12, 31),
    "until Easter": dt.date(2027, 3, 28),
    "no visits until 1 December": dt.date(2026, 12, 1),
    "ingen besøg til den 3. december": dt.date(2026, 12, 3),
}


@pytest.mark.parametrize(("words", "last"), UNTIL.items())
def test_it_holds_until_the_end_of_the_day_that_was_said(words: str, last: dt.date) -> None:
    until = valid_until(words, now=NOW, zone=ZONE)

    assert until == dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), ZONE)


@pytest.mark.parametrize("words", ["has a dog", "sæbe til gulvet", "talks until she drops"])
def test_most_things_hold_for_good(words: str) -> None:
    assert valid_until(words, now=NOW, zone=ZONE) is None


def test_a_code_is_named_by_what_it_opens() -> None:
    assert access_name("the alarm code at Jens")[0] == "alarm code"
    assert access_name("portkoden er")[1] == "portkode"
    assert access_name("koden er")[1] == "adgangskode"


def test_the_same_words_are_the_same_whatever_their_marks() -> None:
    assert same_words("Jens has a dog.", "jens has a  dog")
    assert not same_words("Jens has a dog", "Jens has a cat")
