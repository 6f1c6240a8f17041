"""A gate over a fresh copy of the same small firm, on both kinds of store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.store import open_store
from tests.gate.world import World, fill
from tests.support.fixtures import demo_folder, fresh, working
from tests.support.stores import fresh_store

__all__ = ["demo_folder", "fresh", "working", "world"]


def prepare(url: str) -> None:
    store = fresh_store(url)
    fill(store)
    store.close()


@pytest.fixture
def world(databases, tmp_path: Path) -> Iterator[World]:
    url = databases.like("gate", prepare)
    store = open_store(url, data_dir=tmp_path)
    yield World(store)
    store.close()
    databases.drop(url)
