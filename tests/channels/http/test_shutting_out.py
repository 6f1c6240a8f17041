"""Who is suspended is shut out of what was open; nobody makes the server read or follow more than allowed."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from agent.channels.trpc.backend import Caller
from agent.channels.trpc.chat import EventsIn
from agent.channels.trpc.following import while_allowed
from agent.commands.hosting import hosted
from agent.firms.demo.seed import TENANT
from agent.identity.limits import MOST_STREAMS, UPLOADS, VISITS, Limits
from memory.tables.identity import User
from tests.support.friday import Friday, bearer
from tools.errors import TooMany, Unauthenticated


def changed(friday: Friday, who: str, **values: Any) -> None:
    """As the owner's tools would: suspended, or with another role."""
    with friday.app.store.session(TENANT) as session:
        person = sa.update(User).where(User.email == f"{who}@demo.example")
        session.execute(person.values(**values))


async def silence(closed: list[str]) -> AsyncGenerator[int]:
    try:
        yield 1
        await asyncio.Event().wait()
    finally:
        closed.append("closed")


def test_a_stream_ends_when_its_reader_is_suspended(fresh: Friday) -> None:
    actor = fresh.app.people.authenticate(fresh.token("anna"), channel="api")
    told: list[int] = []
    closed: list[str] = []

    async def follow() -> None:
        events = while_allowed(silence(closed), lambda: fresh.app.people.check(actor), every=0.05)
        async for event in events:
            told.append(event)
            changed(fresh, "anna", suspended_at=fresh.clock())

    with pytest.raises(Unauthenticated):
        asyncio.run(asyncio.wait_for(follow(), 5))
    assert (told, closed) == ([1], ["closed"])


def test_an_open_stream_of_somebody_suspended_is_told_so(fresh: Friday) -> None:
    reply = fresh.say("hello")
    given = {"conversationId": reply["conversationId"], "lastEventId": str(2**40)}
    token = fresh.token("anna")
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with hosted(fresh.app, listening), httpx.Client(base_url=address, timeout=15) as http:
        params = {"input": httpx.Response(200, json=given).text}
        headers = {"accept": "text/event-stream", **bearer(token)}
        with http.stream("GET", "/trpc/chat.events", params=params, headers=headers) as answer:
            changed(fresh, "anna", suspended_at=fresh.clock())
            began = time.monotonic()
            text = "".join(answer.iter_text())
    assert "UNAUTHORIZED" in text
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("values", [{"suspended": True}, {"role": "customer", "staff_id": None}])
def test_a_calendar_ends_with_its_owners_right_to_it(fresh: Friday, values: dict[str, Any]) -> None:
    href = fresh.mutate("calendar.create", who="anna")["href"]
    before = fresh.http.get(href).status_code

    gone = {"suspended_at": fresh.clock()} if "suspended" in values else values
    changed(fresh, "anna", **gone)

    assert (before, fresh.http.get(href).status_code) == (200, 404)


def asked(friday: Friday, headers: dict[str, str], *, chunk: bytes, most: int) -> tuple[int, int]:
    """The status of an upload whose body has no end, and how many chunks were taken of it."""
    taken = 0
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": chunk, "more_body": taken < most}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    given = {"host": "127.0.0.1", "content-type": "multipart/form-data; boundary=b", **headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/uploads", "raw_path": b"/uploads", "query_string": b"",
        "root_path": "", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80), "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    asyncio.run(friday.app.asgi(scope, receive, send))
    return statuses[0], taken


HEAD = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'


def test_nothing_is_read_of_a_file_that_nobody_may_send(fresh: Friday) -> None:
    too_long = {"content-length": "200000000", **bearer(fresh.token("anna"))}

    assert asked(fresh, {}, chunk=HEAD, most=50) == (401, 0)
    assert asked(fresh, too_long, chunk=HEAD, most=50) == (413, 0)


def test_a_file_without_an_end_is_read_no_further_than_a_file_may_go(fresh: Friday) -> None:
    headers = bearer(fresh.token("anna"))

    status, taken = asked(fresh, headers, chunk=HEAD + b"x" * 1_000_000, most=300)

    assert status == 413
    assert taken == 26


def test_a_form_without_a_file_is_refused_in_a_sentence(fresh: Friday) -> None:
    answer = fresh.http.post("/uploads", data={"a": "b"}, headers=bearer(fresh.token("anna")))

    assert (answer.status_code, answer.json()) == (400, {"message": "Send the file as “file”."})


def test_files_are_counted_by_the_hour_at_both_doors(fresh: Friday) -> None:
    headers, given = bearer(fresh.token("anna")), {"filename": "a.txt", "base64": "YQ=="}

    taken = [
        fresh.post("uploads.create", given, token=fresh.token("anna"))[0]
        for _ in range(UPLOADS.times)
    ]
    refused = fresh.http.post("/uploads", files={"file": ("a", b"x")}, headers=headers)

    assert set(taken) == {200}
    assert refused.status_code == 429


def test_no_caller_can_name_another_address_without_a_proxy(fresh: Friday) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"

    with hosted(fresh.app, listening), httpx.Client(base_url=address) as http:
        statuses = [
            http.post(
                "/trpc/widget.session",
                json={"siteKey": "demo"},
                headers={"x-forwarded-for": f"203.0.113.{place}"},
            ).status_code
            for place in range(VISITS.times + 1)
        ]

    assert (statuses[0], statuses[-1]) == (200, 429)


@pytest.mark.parametrize("odd", ["²", "1" + "0" * 22, str(2**53 + 1), "-1", "٣"])
def test_an_event_that_no_stream_had_is_refused(friday: Friday, odd: str) -> None:
    given = {"conversationId": "cnv_1", "lastEventId": odd}

    events = friday.stream("chat.events", given, token=friday.token("anna"))

    assert events[-1]["kind"] == "serialized-error"
    assert events[-1]["data"]["data"]["code"] == "BAD_REQUEST"


def test_a_closed_stream_makes_room_for_another() -> None:
    limits = Limits()
    with ExitStack() as first, ExitStack() as others:
        first.enter_context(limits.stream("anna"))
        [others.enter_context(limits.stream("anna")) for _ in range(MOST_STREAMS - 1)]
        others.enter_context(limits.stream("jens"))

        with pytest.raises(TooMany):
            others.enter_context(limits.stream("anna"))
        first.close()
        others.enter_context(limits.stream("anna"))


def test_the_twenty_first_stream_is_refused(fresh: Friday) -> None:
    events = fresh.app.router["chat.events"]
    given = EventsIn(conversation_id=fresh.say("hello")["conversationId"])
    actor = fresh.app.people.authenticate(fresh.token("anna"), channel="api")
    caller = Caller(actor, "127.0.0.1", local=True)

    async def follow() -> None:
        streams = [events.run(caller, given) for _ in range(MOST_STREAMS + 1)]
        [await anext(stream) for stream in streams[:-1]]
        with pytest.raises(TooMany):
            await anext(streams[-1])
        await streams[0].aclose()
        again = events.run(caller, given)
        assert (await anext(again)).value
        [await stream.aclose() for stream in (*streams, again)]

    asyncio.run(asyncio.wait_for(follow(), 20))


@pytest.mark.parametrize("host", ["testserver", "testserver:80"])
def test_no_name_but_this_machines_is_taken(friday: Friday, host: str) -> None:
    assert friday.http.get("/health", headers={"host": host}).status_code == 421
