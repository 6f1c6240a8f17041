"""What Friday keeps is for the account that runs it: nobody else on the machine reads a sign-in link in the outbox."""

import datetime as dt
import os
import stat
from pathlib import Path

import pytest

from agent.lock import DataLock
from agent.settings import Settings, load_keys
from memory.store import migrate, open_store
from tools.mail import Letter, Outbox

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
LETTER = Letter(
    key="k",
    attachments=(),
    at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    to="jens@demo.example",
    sender="friday@demo.example",
    subject="Sign in",
    body="https://friday.example/sign-in#secret",
    message_id="<1@demo.example>",
)


def open_to_others(folder: Path) -> list[str]:
    return [
        path.name
        for path in [folder, *folder.rglob("*")]
        if stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO
    ]


def test_a_data_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    kept, locked, stored = tmp_path / "kept", tmp_path / "locked", tmp_path / "stored"

    load_keys(Settings(_env_file=None, data_dir=kept))  # pyright: ignore[reportCallIssue]
    lock = DataLock(locked)
    lock.take()
    lock.release()
    open_store(f"sqlite:///{stored / 'friday.sqlite'}", data_dir=stored).close()

    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (kept, locked, stored)]
    assert modes == [0o700, 0o700, 0o700]


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir(mode=0o755)
    (tmp_path / "friday.sqlite").touch(mode=0o644)
    tmp_path.chmod(0o755)

    store = open_store(f"sqlite:///{tmp_path / 'friday.sqlite'}", data_dir=tmp_path)
    migrate(store)
    Outbox(tmp_path / "outbox").send(LETTER)

    assert set(open_to_others(tmp_path)) <= {tmp_path.name}
    store.close()
