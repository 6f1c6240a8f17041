"""Every text that a lookup answers with is marked with whose words it is, or is one of the firm's own."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from agent.gate.provenance import sources_of
from tools.cards import Shown
from tools.catalog import DOMAINS
from tools.kit import Quoted, Result

QUERIES = [query for domain in DOMAINS for query in domain.queries]
OURS = {
    # What we compute, or what only the firm itself sets: ids, statuses, times and the firm's own names.
    *("summary", "title", "columns", "id", "customer_id", "code", "kind", "status", "status_shown"),
    *("start", "end", "when", "at", "expires", "tool", "decides", "event", "outcome", "channel"),
    *("service", "staff", "price", "who", "subject", "examples", "later"),
    *("said_by", "said_on", "on", "event_shown", "how_shown"),
    "ServiceFound.name",
}


def parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in types_in(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from parts_of(inner)


def types_in(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from types_in(part)


MODELS = {
    part.__name__: part
    for query in QUERIES
    for part in parts_of(inspect.signature(query.run).return_annotation)
    if not issubclass(part, Shown | Quoted)
}
UNMARKED = {
    f"{name}.{field}"
    for name, model in MODELS.items()
    for field, source in sources_of(model).items()
    if source is None and str in types_in(model.model_fields[field].annotation)
}


def test_every_lookup_says_what_it_answers_with() -> None:
    assert all(issubclass(inspect.signature(q.run).return_annotation, Result) for q in QUERIES)
    assert {"FoundLead", "ShownCustomer", "BookingFound", "ApprovalFound"} <= set(MODELS)


@pytest.mark.parametrize("field", sorted(UNMARKED))
def test_a_text_without_a_mark_is_the_firms_own(field: str) -> None:
    assert field in OURS or field.split(".")[1] in OURS
