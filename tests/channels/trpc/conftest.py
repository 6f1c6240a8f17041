"""The library's router on a real server, and the real client."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.channels.trpc.example import library_app
from tests.support.fixtures import demo_folder, fresh, friday, working
from tests.trpc_client.fixtures import node_client
from tests.trpc_client.serving import served

__all__ = ["demo_folder", "fresh", "friday", "node_client", "working"]


@pytest.fixture
def client() -> TestClient:
    return TestClient(library_app())


@pytest.fixture(scope="session")
def library_server() -> Iterator[str]:
    """The address that the router is mounted at."""
    with served(library_app()) as address:
        yield address + "/trpc"
