"""Fixtures for tests that use the real client; import them in a conftest.py."""

import os

import pytest

from tests.trpc_client.harness import CannotRun, NodeClient, installed

__all__ = ["node_client"]


@pytest.fixture(scope="session")
def node_client() -> NodeClient:
    """The real `@trpc/client`. Skips by name without node; in CI that is a failure."""
    try:
        return installed()
    except CannotRun as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the real tRPC client cannot run: {error}")
        pytest.skip(f"real tRPC client: {error}")
