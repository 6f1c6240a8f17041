"""Slack on loopback: its Web API, its file hosts, its response addresses, its sockets."""

import asyncio
import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.fakes.slack.calls import Asked, Call, Refused, read_arguments
from tests.fakes.slack.faults import Errors, Fails, HangsUp, Plan, RateLimited, Slow
from tests.fakes.slack.hooks import answer_hook
from tests.fakes.slack.methods.catalog import METHODS, NEEDS
from tests.fakes.slack.methods.people import exchange_code
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.state import Token
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]


class FakeSlack:
    """The server around a workspace; `calls` is the log. Use as a context manager."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        self.workspace = workspace or Workspace()
        self.faults = Plan()
        self.calls: list[Call] = []
        self.sockets = Sockets()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "FakeSlack":
        self._thread.start()
        self.do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def do(self, work: Any, *, seconds: float = 30.0) -> Any:
        """What a coroutine answers in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    @property
    def api(self) -> str:
        """The base_url of a client."""
        return f"{self.workspace.url}/api/"

    def asked(self, method: str, *, ok: bool | None = None) -> list[Call]:
        """The calls of a method, oldest first; with `ok` only those that were (not) done."""
        with self.workspace.lock:
            calls = [call for call in self.calls if call.method == method]
        return [call for call in calls if ok is None or call.ok is ok]

    def until(self, happened: Callable[[], Any], *, seconds: float = 5.0) -> Any:
        """What `happened` answers as soon as that is something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.workspace.lock:
                answer = happened()
            if answer:
                return answer
            time.sleep(0.005)
        raise AssertionError(f"not within {seconds} s; calls: {[c.method for c in self.calls]}")

    async def _start(self) -> None:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name}", self._download)
        app.router.add_get("/signin", _sign_in)
        app.router.add_post("/hooks/{id}", self._hook)
        app.router.add_get("/link/", self.sockets.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.workspace.url = f"http://{host}:{port}"

    async def _api(self, request: web.Request) -> web.StreamResponse:
        given, token = await _read(request)
        call = Call(request.match_info["method"], given, token, self.workspace.now())
        with self.workspace.lock:
            self.calls.append(call)
        fault = self.faults.take(call.method)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        if fault is None or isinstance(fault, Slow) or getattr(fault, "done", False):
            call.answer, call.status = self._answer(call), 200
        if isinstance(fault, HangsUp):
            assert request.transport
            request.transport.abort()
            return web.Response()
        if fault is None or isinstance(fault, Slow):
            return web.json_response(call.answer)
        return _faulty(call, fault)

    def _answer(self, call: Call) -> Json:
        """What a call that nothing disturbs is answered."""
        with self.workspace.lock:
            try:
                return {"ok": True, **self._done(call)}
            except Refused as refused:
                return refused.body

    def _done(self, call: Call) -> Json:
        if call.method == "oauth.v2.access":
            return exchange_code(self.workspace, read_arguments(call.method, call.args))
        token = self._token(call)
        if call.method == "apps.connections.open":
            return {"url": self._link(token)}
        if call.method not in METHODS:
            raise Refused("unknown_method", req_method=call.method)
        if token.kind != "bot":
            raise Refused("not_allowed_token_type")
        for begin, scope in NEEDS.items():
            if call.method.startswith(begin) and scope not in token.scopes:
                raise Refused("missing_scope", needed=scope, provided=",".join(token.scopes))
        call.args = read_arguments(call.method, call.args)
        return METHODS[call.method](Asked(self.workspace, call.method, token, call.args))

    def _token(self, call: Call) -> Token:
        if not call.token:
            raise Refused("not_authed")
        token = self.workspace.tokens.get(call.token)
        if token is None:
            raise Refused("invalid_auth")
        if token.revoked:
            raise Refused("token_revoked")
        if token.expires and self.workspace.now() > token.expires:
            raise Refused("token_expired")
        return token

    def _link(self, token: Token) -> str:
        if token.kind != "app":
            raise Refused("not_allowed_token_type")
        host = self.workspace.url.removeprefix("http://")
        return f"ws://{host}/link/?ticket={self.sockets.ticket()}&app_id={token.app_id}"

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None or file.content is not None:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            parts = [part async for part in await request.multipart()]
            content = b"".join([bytes(await part.read()) for part in parts])  # pyright: ignore
        else:
            content = await request.read()
        with self.workspace.lock:
            file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.Response:
        """Who brings no token is sent to sign in, which answers 200 with a page that is no file."""
        _, token = await _read(request)
        known = self.workspace.tokens.get(token or "")
        file = self.workspace.files.get(request.match_info["file"].rpartition("-")[2])
        if known is None or known.revoked or "files:read" not in known.scopes:
            raise web.HTTPFound(f"{self.workspace.url}/signin")
        if file is None or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype)

    async def _hook(self, request: web.Request) -> web.Response:
        given = await request.json()
        with self.workspace.lock:
            call = Call("response_url", given, None, self.workspace.now(), 200)
            self.calls.append(call)
            try:
                answer_hook(self.workspace, request.match_info["id"], given)
            except Refused as refused:
                call.answer, call.status = refused.body, 404
                return web.json_response(refused.body, status=404)
            call.answer = {"ok": True}
        return web.Response(text="ok")


async def _read(request: web.Request) -> tuple[Json, str | None]:
    """The arguments of a call, from wherever they may stand, and its token."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        given |= json.loads(text) if text else {}
    elif request.method == "POST":
        given |= {name: value for name, value in (await request.post()).items()}
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        id, _, secret = b64decode(header.removeprefix("Basic ")).decode().partition(":")
        given |= {"client_id": id, "client_secret": secret}
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else None
    return given, given.pop("token", None) or token


def _faulty(call: Call, fault: RateLimited | Errors | Fails) -> web.Response:
    match fault:
        case RateLimited(seconds):
            call.status, call.answer = 429, {"ok": False, "error": "ratelimited"}
            headers: Mapping[str, str] = {"Retry-After": str(seconds)}
            return web.json_response(call.answer, status=429, headers=headers)
        case Errors(code):
            call.status, call.answer = 200, {"ok": False, "error": code}
            return web.json_response(call.answer)
        case Fails(status):
            call.status = status
            return web.Response(status=status, text="upstream connect error")


async def _sign_in(_: web.Request) -> web.Response:
    return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
