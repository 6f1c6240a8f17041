"""Putting the demo back while a server runs: only the demo, only by its owner, only from this machine."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.firms.demo.reset import reset
from agent.firms.demo.seed import TENANT
from memory.tables.identity import Tenant
from memory.tables.leads import Lead
from tests.support.friday import Friday, door, found_other, opened
from tools.errors import Conflict


def names(friday: Friday, tenant_id: str = TENANT) -> Sequence[str]:
    with friday.app.store.reading(tenant_id) as session:
        return session.scalars(sa.select(Lead.name).order_by(Lead.name)).all()


def test_the_owner_puts_it_back_and_has_to_enter_again(fresh: Friday) -> None:
    before = names(fresh)
    fresh.say("create lead Ulla Test, ulla@mail.example")
    more = names(fresh)

    token = fresh.token("owner")
    status, _ = fresh.post("demo.reset", {}, token=token)
    after, _ = fresh.get("auth.me", token=token)
    _, cast = fresh.get("demo.people")

    assert (status, after) == (200, 401)
    assert len(more) == len(before) + 1
    assert names(fresh) == before
    assert len(cast["people"]) > 3


def test_what_follows_a_conversation_is_told_to_sign_in(fresh: Friday) -> None:
    token = fresh.token("anna")
    conversation = fresh.say("help")["conversationId"]
    fresh.post("demo.reset", {}, token=fresh.token("owner"))

    told = fresh.http.get(
        "/trpc/chat.events",
        params={"input": f'{{"conversationId": "{conversation}"}}'},
        headers={"accept": "text/event-stream", "authorization": f"Bearer {token}"},
    )

    assert "UNAUTHORIZED" in told.text


@pytest.mark.parametrize("who", ["anna", "jens", "regnskab", "visitor"])
def test_nobody_but_the_owner_may(fresh: Friday, who: str) -> None:
    before = names(fresh)

    status, error = fresh.post("demo.reset", {}, token=fresh.token(who))

    assert (status, error["data"]["code"]) == (403, "FORBIDDEN")
    assert names(fresh) == before


def test_the_owner_of_another_firm_may_not(fresh: Friday) -> None:
    before = names(fresh)
    tenant_id, theirs = found_other(fresh)

    status, _ = fresh.post("demo.reset", {}, token=theirs)

    assert status == 403
    assert names(fresh) == before
    with fresh.app.store.system() as session:
        assert session.get(Tenant, tenant_id) is not None


def test_another_machine_may_not(fresh: Friday) -> None:
    headers = {"authorization": f"Bearer {fresh.token('owner')}"}

    answer = door(fresh.app, address="192.0.2.7").post("/trpc/demo.reset", json={}, headers=headers)

    assert answer.status_code == 403


def test_a_firm_that_only_has_the_demos_id_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as friday:
        found_other(friday)
        with friday.app.store.system() as session:
            session.add(
                Tenant(id=TENANT, number=9, name="Demo ApS", language="da", zone="UTC", demo=False,
                       site_key="x", settings={}, limits={}, created_at=friday.clock())
            )  # fmt: skip

        with pytest.raises(Conflict, match="no demo"):
            reset(friday.app.store, friday.app.gate, friday.app.conversations, now=friday.clock())

        with friday.app.store.system() as session:
            assert session.get_one(Tenant, TENANT).name == "Demo ApS"


def test_another_firm_keeps_every_row(fresh: Friday) -> None:
    tenant_id, theirs = found_other(fresh)
    made = {"tool": "create_lead", "args": {"name": "Ulla Test", "email": "ulla@mail.example"}}
    assert fresh.post("tools.run", made, token=theirs)[0] == 200

    fresh.post("demo.reset", {}, token=fresh.token("owner"))

    assert names(fresh, tenant_id) == ["Ulla Test"]
    assert fresh.get("auth.me", token=theirs)[0] == 200


def test_an_instant_without_an_offset_is_refused(fresh: Friday) -> None:
    status, error = fresh.post(
        "demo.reset", {"now": "2026-11-20T08:00:00"}, token=fresh.token("owner")
    )

    assert (status, list(error["data"]["fields"])) == (400, ["now"])
