"""The whole product keeps what its OpenAPI document says, signed in and as nobody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agent.firms.demo.seed import TENANT
from tests.support.friday import Friday, bearer
from tests.trpc_client.serving import served

# Schemathesis itself warns of formats that it does not know.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
ENDLESS = "/trpc/chat.events"
"""Who follows a conversation waits for the next event for ever."""
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def no_trace(ctx: Any, response: Any, case: Any) -> None:
    """A check: what went wrong inside is told to nobody."""
    assert "Traceback" not in response.text
    assert response.status_code < 400 or ".py" not in response.text


PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    no_trace,
]
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture(scope="module")
def document(friday: Friday) -> Iterator[Any]:
    with served(friday.app.asgi) as address:
        whole = friday.http.get("/openapi.json").json()
        paths = {path: item for path, item in whole["paths"].items() if path != ENDLESS}
        read = schemathesis.openapi.from_dict(whole | {"paths": paths})
        read.config.update(base_url=address)
        yield read


def broken_promises(
    document: Any, mode: GenerationMode, headers: Callable[[], dict[str, str]]
) -> dict[str, str]:
    """What each operation did that it had not said, by path."""
    operations = [found.ok() for found in document.get_all_operations()]
    told = {each.path: broken_promise(each, mode, headers) for each in operations}
    return {path: said for path, said in told.items() if said}


def broken_promise(
    operation: Any, mode: GenerationMode, headers: Callable[[], dict[str, str]]
) -> str:
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def is_kept(case: Any) -> None:
        case.call_and_validate(headers=headers(), checks=PROMISES)

    try:
        is_kept()
    except (FailureGroup, requests.RequestException, AssertionError) as error:
        return "\n".join(str(each) for each in getattr(error, "exceptions", [error]))
    except Unsatisfiable:
        return ""  # of an operation that takes nothing, nothing wrong can be asked
    return ""


@pytest.mark.parametrize("mode", MODES)
def test_the_owner_gets_what_was_documented(
    document: Any, friday: Friday, mode: GenerationMode
) -> None:
    def later_and_signed_in_anew() -> dict[str, str]:
        # So that no limit is reached, and signing out ends only this one.
        friday.clock.ahead(minutes=1)
        return bearer(friday.sign_in("owner@demo.example", TENANT))

    assert broken_promises(document, mode, later_and_signed_in_anew) == {}


@pytest.mark.parametrize("mode", MODES)
def test_nobody_gets_what_was_documented(
    document: Any, friday: Friday, mode: GenerationMode
) -> None:
    def later() -> dict[str, str]:
        friday.clock.ahead(minutes=1)
        return {}

    assert broken_promises(document, mode, later) == {}
