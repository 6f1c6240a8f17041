"""The demo firm, and an empty PostgreSQL store for the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.support.fixtures import demo_folder

__all__ = ["demo_folder"]


@pytest.fixture(scope="module")
def shared_url(postgres_server) -> Iterator[str]:
    """An empty database that lasts for one module."""
    url = postgres_server.empty()
    yield url
    postgres_server.drop(url)
