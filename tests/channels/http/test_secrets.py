"""Whatever door they come in by, secrets are kept nowhere."""

import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory.tables.gate import Proposal, Vote
from tests.support.friday import Friday, bearer, copied, running

CARD, CPR, KEY = "4111111111111111", "070761-4285", "sk-live-" + "Zq7" * 9
SECRET = f"card {CARD}, CPR {CPR}, key {KEY}"
SECRETS = (CARD.encode(), CPR.encode(), KEY.encode())


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def ran(one: Friday, tool: str, who: str, **args: Any) -> Any:
    token = one.token(who)
    status, data = one.post("tools.run", {"tool": tool, "args": args}, token=token)
    assert status == 200, data
    return data["proposal"]


def test_secrets_in_arguments_votes_and_names_are_kept_nowhere(
    demo_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = copied(demo_folder, tmp_path / "data")
    with running(folder) as one:
        note = ran(one, "add_note", "anna", about="Jens Nygaard", text=SECRET)
        ran(one, "create_lead", "visitor", name="Bent", email="b@x.example", message=SECRET)
        booked = ran(
            one, "book", "anna", customer="Jens Nygaard", service="standard clean",
            start="next Tuesday at 10", address=SECRET,
        )  # fmt: skip
        vote = {"id": booked["id"], "digest": booked["digest"], "decision": "approve"}
        one.mutate("approvals.decide", {**vote, "typed": SECRET, "confirmed": [SECRET]}, who="anna")
        one.settled(booked["id"])
        one.say(SECRET)
        headers = bearer(one.token("anna"))
        one.http.post("/uploads", files={"file": (f"{CARD}.csv", b"x")}, headers=headers)
        with one.app.store.reading("demo") as session:
            kept = session.scalars(sa.select(Proposal.asked).where(Proposal.id == note["id"])).one()
            typed = session.scalars(sa.select(Vote.typed).where(Vote.typed.is_not(None))).all()

    assert (
        kept["text"]
        == "card [card number removed], CPR [CPR number removed], key [API key removed]"
    )
    assert typed == [kept["text"]]
    assert [secret for secret in SECRETS if secret in written(folder)] == []
    assert [secret for secret in SECRETS if secret.decode() in caplog.text] == []
