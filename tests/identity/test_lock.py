"""Who has a data directory and its database to themselves, and with which key."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.app import prepare
from agent.lock import DataLock
from agent.settings import Settings
from tests.support.friday import settings_in
from tools.errors import Conflict


def beside(folder: Path, database: Path) -> Settings:
    return settings_in(folder, database_url=f"sqlite:///{database / 'friday.sqlite'}")


def test_one_database_under_two_data_directories_has_one_holder(tmp_path: Path) -> None:
    first = DataLock(*settings_in(tmp_path / "a").folders)
    second = DataLock(*beside(tmp_path / "b", tmp_path / "a").folders)
    first.take()
    first.listens_on("http://127.0.0.1:8000")

    with pytest.raises(Conflict, match=r"running on .*a \(http://127.0.0.1:8000\)"):
        second.take()
    first.release()
    second.take()

    assert (first.held, second.held) == (False, True)
    second.release()


def test_a_lock_that_is_had_only_in_part_is_let_go(tmp_path: Path) -> None:
    holder = DataLock(*settings_in(tmp_path / "b").folders)
    holder.take()
    with pytest.raises(Conflict):
        DataLock(*beside(tmp_path / "b", tmp_path / "a").folders).take()

    DataLock(tmp_path / "a").take()

    holder.release()


def test_a_database_in_the_data_directory_needs_one_lock(tmp_path: Path) -> None:
    lock = DataLock(*beside(tmp_path, tmp_path / "x" / "..").folders)
    lock.take()
    lock.listens_on("http://127.0.0.1:8000")

    assert lock.holder() == "http://127.0.0.1:8000"
    lock.release()
    assert (lock.held, lock.holder()) == (False, None)


def test_a_sqlite_store_is_not_opened_with_another_key(tmp_path: Path) -> None:
    prepare(settings_in(tmp_path / "a")).close()
    prepare(settings_in(tmp_path / "a")).close()

    with pytest.raises(Conflict, match="FRIDAY_SECRET_KEY is not the one"):
        prepare(settings_in(tmp_path / "a", secret_key=SecretStr("another")))
    with pytest.raises(Conflict, match="secret_key of the data directory"):
        prepare(beside(tmp_path / "b", tmp_path / "a"))


def test_the_key_of_a_sqlite_store_is_changed_by_naming_the_earlier_one(tmp_path: Path) -> None:
    def opened_with(key: str, old: str | None = None) -> None:
        earlier = SecretStr(old) if old else None
        prepare(settings_in(tmp_path, secret_key=SecretStr(key), secret_key_old=earlier)).close()

    opened_with("first")
    opened_with("second", old="first")
    opened_with("second")

    with pytest.raises(Conflict, match="FRIDAY_SECRET_KEY"):
        opened_with("first")
