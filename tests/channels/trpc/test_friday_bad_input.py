"""Odd values in every mutation of the whole product: refused or taken, never broken, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.firms.demo.seed import TENANT, seed
from tests.support.friday import Friday, bearer, copied, opened

LONG = "x" * 990_000
DEEP: Any = json.loads('{"a":' * 150 + "1" + "}" * 150)
ODD = [
    pytest.param("a\x00b", id="NUL"),
    pytest.param("\ud800", id="half a surrogate pair"),
    pytest.param("‮​﻿", id="invisible"),
    pytest.param(LONG, id="1 MB"),
    pytest.param("x" * 7000, id="7,000 letters"),
    pytest.param(float("nan"), id="NaN"),
    pytest.param(float("inf"), id="infinity"),
    pytest.param(1e308, id="a huge number"),
    pytest.param(-(2**53) + 1, id="a large negative number"),
    pytest.param(DEEP, id="deep"),
    pytest.param([[]], id="lists"),
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("9" * 400, id="400 digits"),
    pytest.param("2026-02-30T25:61", id="no date"),
]
SOUND: dict[str, Any] = {
    "message": "hi",
    "siteKey": "demo",
    "filename": "a.csv",
    "base64": "YQ==",
    "decision": "deny",
    "tool": "create_lead",
    "args": {},
    "items": [],
    "good": True,
}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def either(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Friday]:
    """One Friday with the demo firm in it, on each database."""
    folder: Path = tmp_path_factory.mktemp("odd")
    if request.param == "sqlite":
        with opened(copied(request.getfixturevalue("demo_folder"), folder)) as one:
            yield one
        return
    url = request.getfixturevalue("postgres_server").empty()
    with opened(folder, database_url=url, secret_key=SecretStr("odd")) as one:
        seed(one.app.store, now=one.clock())
        yield one


def mutations(friday: Friday) -> list[tuple[str, list[str]]]:
    """Every mutation with the names of what it takes."""
    taken = [each for each in friday.app.router.values() if each.kind == "mutation"]
    return [
        (each.path, [field.alias or name for name, field in each.input.model_fields.items()])
        for each in taken
        if each.input is not None
    ]


def inputs(friday: Friday, odd: Any) -> list[tuple[str, dict[str, Any]]]:
    """The odd value in every field of every mutation, and in every argument of every tool."""
    fields = [
        (path, {name: SOUND.get(name, "x") for name in names} | {field: odd})
        for path, names in mutations(friday)
        for field in names
        if path != "auth.signOut"
    ]
    arguments = [
        ("tools.run", {"tool": tool.tool_name(), "args": {name: odd}})
        for domain in friday.app.registry.domains
        for tool in (*domain.queries, *domain.actions)
        for name in tool.model_fields
    ]
    return fields + arguments


def broken(friday: Friday, tried: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, Any, str]]:
    """What answered as if the server were at fault."""
    headers = {"content-type": "application/json"} | bearer(
        friday.sign_in("owner@demo.example", TENANT)
    )
    answers = [
        (path, given, friday.http.post(f"/trpc/{path}", content=json.dumps(given), headers=headers))
        for path, given in tried
    ]
    return [
        (path, str(given)[:200], answer.text)
        for path, given, answer in answers
        if answer.status_code >= 500 or "Traceback" in answer.text
    ]


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_nothing_odd_breaks_a_mutation(either: Friday, odd: Any) -> None:
    either.clock.ahead(minutes=16)

    assert broken(either, inputs(either, odd)) == []


LEAD = {"name": "Ny Kunde", "email": "ny@mail.example", "message": "hej"}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", sorted(LEAD))
def test_nothing_odd_breaks_what_is_written_down(either: Friday, name: str, odd: Any) -> None:
    either.clock.ahead(minutes=16)

    tried = [("tools.run", {"tool": "create_lead", "args": LEAD | {name: odd}})]

    assert broken(either, tried) == []


def test_a_message_of_100_kilobytes_is_answered_in_words(either: Friday) -> None:
    told = either.post("chat.send", {"message": "x" * 100_000}, token=either.token())

    status, error = told
    assert (status, error["data"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert error["message"] == "A message may have 8000 characters; this one has 100000."
