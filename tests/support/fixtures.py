"""Fixtures of a whole Friday; a conftest.py imports the ones that its tests use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.friday import Friday, copied, opened, running, seed_demo

__all__ = ["demo_folder", "fresh", "friday", "working"]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo firm that nobody opens: copy it."""
    folder = tmp_path_factory.mktemp("demo")
    seed_demo(folder)
    return folder


@pytest.fixture(scope="module")
def friday(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Friday]:
    """One Friday for the tests of a module; each leaves the others alone."""
    with opened(copied(demo_folder, tmp_path_factory.mktemp("friday"))) as one:
        yield one


@pytest.fixture
def fresh(demo_folder: Path, tmp_path: Path) -> Iterator[Friday]:
    """A Friday for one test."""
    with opened(copied(demo_folder, tmp_path / "data")) as one:
        yield one


@pytest.fixture
def working(demo_folder: Path, tmp_path: Path) -> Iterator[Friday]:
    """A Friday with its jobs, so that what is approved is done; only one lives at a time."""
    with running(copied(demo_folder, tmp_path / "data")) as one:
        yield one
