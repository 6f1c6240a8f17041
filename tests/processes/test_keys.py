"""One secret key for all processes of a PostgreSQL store, and a way to change it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.app import prepare
from agent.commands.keeping import audit_verify, found_firm
from memory.tables.identity import KeptFact
from tests.processes.house import FIRM, OWNER, SECRET, Door, friday, serving, token
from tests.support.friday import settings_in
from tools.errors import Conflict

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
NEW = "another secret of the process tests"


def test_processes_that_are_the_first_at_the_same_moment_agree_on_the_key(
    postgres_url: str, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path, database_url=postgres_url, secret_key=SECRET)

    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(prepare, [settings] * 6))

    with stores[0].system() as session:
        facts = session.scalars(sa.select(KeptFact.name)).all()
    for store in stores:
        store.close()
    assert facts == ["secret_key"]


def test_another_key_is_refused_and_the_earlier_one_keeps_what_it_sealed(
    postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "firm.yaml").write_text(FIRM)
    common: dict[str, Any] = {"FRIDAY_DATABASE_URL": postgres_url}
    before = common | {"FRIDAY_SECRET_KEY": SECRET}
    after = common | {"FRIDAY_SECRET_KEY": NEW}
    old = settings_in(tmp_path, database_url=postgres_url, secret_key=SECRET)
    found_firm(old, tmp_path / "firm.yaml")
    with serving(tmp_path, **before) as server:
        owner = Door(server.address, token(tmp_path, OWNER, **before))
        waiting = owner.run("invite_user", email="bo@vestfjord.example", role="staff")

    refused = friday(tmp_path, "serve", **after)
    with serving(tmp_path, **after, FRIDAY_SECRET_KEY_OLD=SECRET) as server:
        owner = Door(server.address, owner.token)
        status, decided = owner.approve(waiting)
        ended = owner.settled(waiting)

    verified = audit_verify(
        settings_in(tmp_path, database_url=postgres_url, secret_key=NEW, secret_key_old=SECRET)
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("FRIDAY_SECRET_KEY is not the one")
    assert len(refused.stderr.splitlines()) == 1
    assert (status, ended) == (200, "done"), decided
    assert verified["ok"], verified
    with pytest.raises(Conflict, match="FRIDAY_SECRET_KEY"):
        prepare(old)
