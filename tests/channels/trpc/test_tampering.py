"""A proposal that somebody altered in the database is refused by itself; all others are listed and asked for."""

from typing import Any

import pytest
import sqlalchemy as sa

from memory.tables.gate import AuditRow
from tests.support.friday import Friday
from tests.support.stores import tamper

BOOK = "book Jens Nygaard for a standard clean next Tuesday at 10"
ALTERED = {
    "outcome": """'{"kind": "confirm", "x": 1}'""",
    "kind": "json_set(outcome, '$.kind', 'any')",
    "endless": """'{"kind": "confirm", "because": [], "x": Infinity}'""",
    "provenance": """'[{"pointer": "/x", "y": 1}]'""",
    "figures": "'[]'",
    "args": "'[1]'",
    "preview": "'{}'",
}
COLUMNS = {"kind": "outcome", "endless": "outcome"}


def altered(friday: Friday, name: str = "outcome") -> Any:
    made = friday.say(BOOK)["proposals"][0]
    column = COLUMNS.get(name, name)
    sql = f"UPDATE proposals SET {column} = {ALTERED[name]} WHERE id = :id"
    tamper(friday.app.store, sql, id=made["id"])
    return made


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_row_says_so_among_the_others(fresh: Friday, name: str) -> None:
    bad = altered(fresh, name)
    good = fresh.say("book Pia Dahl for a standard clean next Wednesday at 10")["proposals"][0]

    for_anna = {each["id"]: each["card"] for each in fresh.query("approvals.list", who="anna")}
    for_owner = {each["id"]: each for each in fresh.query("approvals.list", {"status": "pending"})}

    assert "not what was proposed" in for_anna[bad["id"]]["problem"]
    assert not for_anna[bad["id"]]["decidable"]
    assert for_anna[good["id"]]["decidable"]
    assert {bad["id"], good["id"]} <= set(for_owner)
    assert fresh.say("what is waiting for approval")["steps"][0]["ok"]


@pytest.mark.parametrize("name", ALTERED)
def test_it_is_neither_opened_nor_decided_and_can_be_withdrawn(fresh: Friday, name: str) -> None:
    made, anna = altered(fresh, name), fresh.token("anna")
    yes = {"id": made["id"], "digest": made["digest"], "decision": "approve"}

    answers = [
        fresh.get("approvals.get", {"id": made["id"]}, token=anna),
        fresh.get("approvals.form", {"id": made["id"]}, token=anna),
        fresh.post("approvals.decide", yes, token=anna),
        fresh.post("approvals.repropose", {"id": made["id"]}, token=anna),
    ]
    gone = fresh.mutate("approvals.withdraw", {"id": made["id"]}, who="anna")

    assert [status for status, _ in answers] == [409] * 4
    assert all("not what was proposed" in error["message"] for _, error in answers)
    assert gone["status"] == "cancelled"
    with fresh.app.store.reading("demo") as session:
        rows = sa.select(AuditRow.event).where(AuditRow.subject == made["id"])
        assert "tampered" in session.scalars(rows).all()


@pytest.mark.parametrize("name", ALTERED)
def test_it_runs_out_like_any_other(fresh: Friday, name: str) -> None:
    made = altered(fresh, name)
    fresh.clock.ahead(hours=30)

    fresh.app.gate.sweep()

    expired = fresh.query("approvals.list", {"status": "expired"})
    assert made["id"] in [each["id"] for each in expired]


def test_its_customer_still_sees_their_own(fresh: Friday) -> None:
    made = fresh.say("book a standard clean next Tuesday at 10", who="jens")["proposals"][0]
    sql = f"UPDATE proposals SET outcome = {ALTERED['outcome']} WHERE id = :id"
    tamper(fresh.app.store, sql, id=made["id"])

    assert made["id"] in [each["id"] for each in fresh.query("approvals.list", who="jens")]


def test_altered_figures_do_not_keep_their_requester_from_asking(fresh: Friday) -> None:
    altered(fresh, "figures")

    assert fresh.say("book Pia Dahl for a standard clean next Wednesday at 10")["proposals"]
