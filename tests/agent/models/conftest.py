"""An office whose language model is a server on loopback."""

from collections.abc import Iterator

import pytest
from pydantic_ai import models

from agent.models.gateway import open_gateway
from memory.store import Store
from tests.agent.office import Office, furnish
from tests.fakes.openai import FakeOpenAI


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with models.override_allow_model_requests(True), FakeOpenAI() as running:
        yield running


@pytest.fixture
def office(store: Store, fake: FakeOpenAI) -> Office:
    furnish(store)
    model = open_gateway("openai/planned", api_base=fake.url, api_key="k", retries=0)
    return Office(store, model=model)
