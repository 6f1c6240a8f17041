"""Which requests go past the application's own routes, and what they are told of where they are."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from agent.channels.http.straight import Straight


async def _procedures(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"procedures at {scope['root_path']}")(scope, receive, send)


def _page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("page")


def _client(root: str = "") -> TestClient:
    app = Starlette(routes=[Route("/trpcs", _page), Route("/", _page)])
    app.add_middleware(Straight, prefix="/trpc", to=_procedures)
    return TestClient(app, root_path=root)


def test_the_prefix_and_all_below_it_goes_straight() -> None:
    assert _client().get("/trpc").text == "procedures at /trpc"
    assert _client().get("/trpc/books.get").text == "procedures at /trpc"


def test_a_path_that_only_begins_alike_stays_with_the_application() -> None:
    assert _client().get("/trpcs").text == "page"
    assert _client().get("/").text == "page"
    assert _client().get("/other/trpc").status_code == 404


def test_behind_a_proxy_it_is_told_the_whole_mount() -> None:
    assert _client("/friday").get("/friday/trpc/x").text == "procedures at /friday/trpc"
