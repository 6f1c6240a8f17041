"""What a router refuses to hold."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agent.channels.trpc.procedures import Router, Tracked, mutation, query, subscription
from agent.channels.trpc.wire import Wire


def ping(caller: object, given: object) -> str:
    return "pong"


class NoResume(Wire):
    up_to: int


async def nothing(caller: object, given: object) -> AsyncIterator[Tracked[int]]:
    yield Tracked("1", 1)


@pytest.mark.parametrize("path", ["then", "chat.then", "call", "books.apply"])
def test_a_key_that_the_client_answers_itself_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="a client answers"):
        query(path, ping, output=str, summary="")


@pytest.mark.parametrize("path", ["", "a.", ".a", "a,b", "a/b", "__proto__", "a b", "1a", "a..b"])
def test_a_path_is_made_of_names(path: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        query(path, ping, output=str, summary="")


def test_a_path_is_taken_once() -> None:
    with pytest.raises(ValueError, match="Two procedures are called 'a'"):
        Router([query("a", ping, summary=""), mutation("a", ping, summary="")])


def test_a_procedure_holds_no_others() -> None:
    with pytest.raises(ValueError, match="'a' cannot be a procedure and hold"):
        Router([query("a", ping, summary=""), query("a.b.c", ping, summary="")])


def test_a_router_cannot_be_changed() -> None:
    router: Any = Router([query("a", ping, summary="")])

    with pytest.raises(TypeError):
        router["b"] = router["a"]


def test_a_subscription_can_resume() -> None:
    with pytest.raises(ValueError, match="last_event_id"):
        subscription("a", nothing, input=NoResume, output=int, summary="")


def test_a_subscription_is_an_async_generator() -> None:
    def plain(caller: object, given: object) -> Iterator[Tracked[int]]:
        yield Tracked("1", 1)

    run: Any = plain
    with pytest.raises(ValueError, match="async generator"):
        subscription("a", run, output=int, summary="")


@pytest.mark.parametrize("id", ["", "a\nb", "a\rb", "a\0b"])
def test_an_id_fits_on_its_line(id: str) -> None:
    with pytest.raises(ValueError, match="tracked id"):
        Tracked(id, 1)


def test_the_wire_is_camel_case_and_closed() -> None:
    assert NoResume(up_to=1).model_dump() == {"upTo": 1}
    assert NoResume.model_validate({"upTo": 1}).up_to == 1
    with pytest.raises(ValueError, match="extra_forbidden"):
        NoResume.model_validate({"upTo": 1, "history": []})
