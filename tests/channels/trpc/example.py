"""A small lending library as a router: one procedure for each thing the wire can do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import anyio
from pydantic import Field
from starlette.applications import Starlette

from agent.channels.trpc.errors import Code, TrpcError
from agent.channels.trpc.procedures import Router, Tracked, mutation, query, subscription
from agent.channels.trpc.protocol import trpc_app, trpc_routes
from agent.channels.trpc.request import Facts
from agent.channels.trpc.settings import Wiring
from agent.channels.trpc.wire import Wire
from tools.errors import (
    Choice,
    Conflict,
    Forbidden,
    Moved,
    NotFound,
    Rejected,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unclear,
)

TOKEN = "alices-token"

TOOL_ERRORS = {
    "Rejected": Rejected("A loan lasts 1 to 30 days.", fields={"days": "is 90"}),
    "NotFound": NotFound("There is no book 99."),
    "Unclear": Unclear("Which Emma?", choices=[Choice("Emma (1815)", "get_book", {"id": 1})]),
    "Conflict": Conflict("Emma is already lent."),
    "Stale": Stale(
        "The price has changed.",
        moved=[Moved("price", "100 kr", "120 kr")],
        choices=[Choice("Propose again")],
    ),
    "Forbidden": Forbidden("Only librarians may do this."),
    "Unauthenticated": Unauthenticated("Your sign-in has run out."),
    "TooMany": TooMany("Five a minute, please.", retry_after=12),
    "TooLarge": TooLarge("A title has at most 200 letters."),
    "Unavailable": Unavailable("The catalogue does not answer."),
}


@dataclass(frozen=True)
class Reader:
    name: str
    facts: Facts


def authenticate(bearer: str | None, facts: Facts) -> Reader | None:
    match bearer:
        case None:
            return None
        case "alices-token":
            return Reader("Alice", facts)
        case "flooders-token":
            raise TooMany("Too many requests from this address.", retry_after=30)
        case _:
            raise Unauthenticated("That token is not known here.")


class Genre(StrEnum):
    NOVEL = "novel"
    VERSE = "verse"


class Book(Wire):
    """A book on the shelf."""

    id: int
    title: str
    genre: Genre = Genre.NOVEL
    lent_until: datetime | None = None


class FindBooks(Wire):
    title_part: str | None = Field(default=None, max_length=200)
    genre: Genre | None = None


class BookId(Wire):
    id: int


class LendBook(Wire):
    book_id: int
    days: int = Field(ge=1, le=30)
    to_whom: str
    password: str = Field(default="long enough", min_length=8)


class Loan(Wire):
    book: Book
    borrower: str
    due: datetime


class Count(Wire):
    up_to: int = Field(ge=0, le=100_000)
    pause: float = Field(default=0, ge=0)
    last_event_id: str | None = Field(default=None, pattern=r"^\d{1,9}$")


class Tick(Wire):
    kind: Literal["tick"] = "tick"
    number: int


class Done(Wire):
    kind: Literal["done"] = "done"
    total_ticks: int


Counted = Annotated[Tick | Done, Field(discriminator="kind")]


class Fail(Wire):
    code: Code
    message: str = "as asked"


class FailAs(Wire):
    error: str
    last_event_id: str | None = None


class Nap(Wire):
    seconds: float = Field(ge=0, le=1)
    name: str


class Me(Wire):
    name: str
    client: str | None
    user_agent: str | None
    origin: str | None
    channel: str


BOOKS = (Book(id=1, title="Emma"), Book(id=2, title="Digte 1820", genre=Genre.VERSE))


def ping(caller: Reader | None, given: None) -> str:
    return "pong"


def find_books(caller: Reader, given: FindBooks) -> list[Book]:
    part = (given.title_part or "").lower()
    genres = {given.genre} if given.genre else set(Genre)
    return [book for book in BOOKS if part in book.title.lower() and book.genre in genres]


def get_book(caller: Reader, given: BookId) -> Book:
    found = [book for book in BOOKS if book.id == given.id]
    if not found:
        raise NotFound(f"There is no book {given.id}.")
    return found[0]


def lend(caller: Reader, given: LendBook) -> Loan:
    due = datetime(2026, 12, given.days, tzinfo=UTC)
    return Loan(book=get_book(caller, BookId(id=given.book_id)), borrower=given.to_whom, due=due)


def forget(caller: Reader, given: BookId) -> None:
    get_book(caller, given)


async def me(caller: Reader, given: None) -> Me:
    facts = caller.facts
    return Me(
        name=caller.name,
        client=facts.client,
        user_agent=facts.user_agent,
        origin=facts.origin,
        channel=facts.channel,
    )


async def nap(caller: Reader, given: Nap) -> str:
    await anyio.sleep(given.seconds)
    return given.name


async def echo(caller: Reader | None, given: Any) -> Any:
    return given


def fail(caller: Reader | None, given: Fail) -> str:
    raise TrpcError(given.code, given.message)


def fail_as(caller: Reader | None, given: FailAs) -> str:
    raise TOOL_ERRORS[given.error]


def crash(caller: Reader | None, given: None) -> str:
    raise ZeroDivisionError("the password is hunter2")


def stop(caller: Reader | None, given: None) -> str:
    raise StopIteration


def misbuild(caller: Reader | None, given: None) -> Book:
    return Book.model_validate({"id": "seven", "title": "Emma"})


def lie(caller: Reader | None, given: None) -> Any:
    return {"not": "a book"}


async def count(caller: Reader | None, given: Count) -> AsyncIterator[Tracked[Tick | Done]]:
    first = int(given.last_event_id or 0) + 1
    for number in range(first, given.up_to + 1):
        yield Tracked(str(number), Tick(number=number))
        await anyio.sleep(given.pause)
    if first <= given.up_to + 1:
        yield Tracked(str(given.up_to + 1), Done(total_ticks=given.up_to))


async def fail_stream(caller: Reader | None, given: FailAs) -> AsyncIterator[Tracked[Tick]]:
    yield Tracked("1", Tick(number=1))
    raise TOOL_ERRORS.get(given.error) or ZeroDivisionError("the password is hunter2")


def library(*more: Any) -> Router:
    return Router(
        [
            query("ping", ping, output=str, auth=False, summary="Says pong"),
            query("me", me, output=Me, summary="Who is asking"),
            query("books.find", find_books, input=FindBooks, output=list[Book], summary="Look"),
            query("books.get", get_book, input=BookId, output=Book, summary="One book"),
            mutation("books.lend", lend, input=LendBook, output=Loan, summary="Lend a book"),
            mutation("books.forget", forget, input=BookId, summary="Forget a book"),
            query("debug.nap", nap, input=Nap, output=str, summary="Answers late"),
            query("debug.echo", echo, input=Any, output=Any, auth=False, summary="Echo"),
            query("debug.fail", fail, input=Fail, output=str, auth=False, summary="Any code"),
            query("debug.failAs", fail_as, input=FailAs, output=str, auth=False, summary="Fails"),
            query("debug.crash", crash, output=str, auth=False, summary="A bug"),
            query("debug.stop", stop, output=str, auth=False, summary="An odd bug"),
            query("debug.misbuild", misbuild, output=Book, auth=False, summary="Bad inside"),
            query("debug.lie", lie, output=Book, auth=False, summary="Breaks its promise"),
            subscription(
                "ticks.count", count, input=Count, output=Counted, auth=False, summary="Counts"
            ),
            subscription(
                "ticks.mine", count, input=Count, output=Counted, summary="Counts for readers"
            ),
            subscription(
                "ticks.fail", fail_stream, input=FailAs, output=Tick, auth=False, summary="Fails"
            ),
            *more,
        ]
    )


def library_app(router: Router | None = None, **wiring: Any) -> Starlette:
    app = trpc_app(router or library(), authenticate, Wiring(**wiring))
    return Starlette(routes=trpc_routes(app))
