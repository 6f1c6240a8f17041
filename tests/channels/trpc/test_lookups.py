"""A lookup of its own takes what its schema says that it takes."""

from typing import Any

import pytest

from tests.support.friday import Friday

SERVICE = {"service": "standard clean"}


@pytest.mark.parametrize("hours", ["1.5", "1,5", "1½", "90 minutes", 1.5])
def test_hours_are_taken_as_a_number_and_as_text(friday: Friday, hours: Any) -> None:
    plain = friday.query("booking.slots", {**SERVICE, "hours": 1.5})

    assert friday.query("booking.slots", {**SERVICE, "hours": hours}) == plain


@pytest.mark.parametrize("hours", ["", "soon", True])
def test_what_is_no_number_is_refused_in_words(friday: Friday, hours: Any) -> None:
    token = friday.token()

    status, error = friday.get("booking.slots", {**SERVICE, "hours": hours}, token=token)

    assert (status, "should be a number" in error["message"]) == (400, True)
