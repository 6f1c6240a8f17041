"""A furnished office, on both databases."""

import pytest

from memory.store import Store
from tests.agent.office import Office, furnish


@pytest.fixture
def office(store: Store) -> Office:
    furnish(store)
    return Office(store)
