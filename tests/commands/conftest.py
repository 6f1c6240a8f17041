"""The demo firm behind every door, and logs that a command in this process has set up put back."""

import logging
from collections.abc import Iterator

import pytest

from tests.support.fixtures import demo_folder, fresh, friday, working

__all__ = ["demo_folder", "fresh", "friday", "working"]


@pytest.fixture
def logs_put_back() -> Iterator[None]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield
    for each in set(root.handlers) - set(kept):
        each.close()
    root.handlers, root.level = kept, level
