"""Folding, cleaning and telling the language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.values.text import clean, fold, language_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Søren  Bjørn Æbelø", "soeren bjoern aebeloe"),
        ("Soeren Bjoern Aebeloe", "soeren bjoern aebeloe"),
        ("Århus", "aarhus"),
        ("Aarhus", "aarhus"),
        ("Café", "cafe"),
        ("Jönköping", "joenkoeping"),
        ("ﬁrma", "firma"),
        ("a\u200bb\u202ec\u00add", "abcd"),
        ("  a\t\n b\u00a0c ", "a b c"),
        ("A\u030arhus", "aarhus"),
        ("STRASSE Straße", "strasse strasse"),
        ("", ""),
    ],
)
def test_it_folds(text: str, folded: str):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b", "ab"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("\u202egnp.exe\u200f", "gnp.exe"),
        ("blåbær – “ja”", "blåbær – “ja”"),
    ],
)
def test_it_cleans(text: str, cleaned: str):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("book Jens Nygaard til standardrengøring næste tirsdag kl 10", "da"),
        ("book Jens Nygaard for a standard clean next Tuesday at 10", "en"),
        ("hjælp", "da"),
        ("help", "en"),
        ("find leads i Aarhus", "da"),
        ("find leads in Aarhus", "en"),
        ("yes", "en"),
        ("ja", "da"),
        ("no", "en"),
        ("nej", "da"),
        ("ja, men kl 11", "da"),
        ("yes, but at 11", "en"),
        ("vis faktura 1003", "da"),
        ("show invoice 1003", "en"),
        ("aflys booking 12", "da"),
        ("cancel booking 12", "en"),
        ("never mind", "en"),
        ("glem det", "da"),
        ("I need a clean", "en"),
        ("book Søren Østergaard for tomorrow", "en"),
        ("hvem skylder os penge", "da"),
        ("who owes us money", "en"),
        ("ok", None),
        ("Jens Nygaard", None),
        ("", None),
    ],
)
def test_it_tells_the_language(text: str, language: str | None):
    assert language_of(text) == language
