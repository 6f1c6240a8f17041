"""A small tRPC client for our own terminal commands, over a server's address or over an application in this process."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import httpx

from tools.errors import ToolError, Unavailable

JsonObject = dict[str, Any]

COMES_BACK = -32603
"""The error of a server that stops, or is not there: a subscription is taken up again after it."""


class Refused(ToolError):
    """The server's own sentence, with its code, the fields that were wrong, and what would be right."""

    def __init__(self, shape: Mapping[str, Any]) -> None:
        facts: Mapping[str, Any] = shape.get("data") or {}
        super().__init__(
            str(shape.get("message", "The server refused.")), fields=facts.get("fields")
        )
        self.code = str(facts.get("code", "UNKNOWN"))
        self.choices = [str(one["label"]) for one in facts.get("choices", ())]


class Client:
    """One bearer's calls."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"}

    @property
    def address(self) -> str:
        """Where the server is, without a slash at the end."""
        return str(self._http.base_url).rstrip("/")

    async def query(self, path: str, given: object = None) -> Any:
        """The answer's data. Raises Refused, or Unavailable when nobody answers."""
        params = {} if given is None else {"input": json.dumps(given)}
        return await self._answer("GET", path, params=params)

    async def mutate(self, path: str, given: object = None) -> Any:
        """The same for a mutation."""
        content = b"" if given is None else json.dumps(given).encode()
        headers = {"content-type": "application/json"}
        return await self._answer("POST", path, content=content, headers=headers)

    async def upload(self, filename: str, content: bytes) -> JsonObject:
        """Store a file; the answer has its id."""
        response = await self._http.post(
            "/uploads", files={"file": (filename, content)}, headers=self._headers
        )
        body = response.json()
        if response.is_error:
            raise Refused({"message": body.get("message", "The file was not taken.")})
        return body

    async def subscribe(self, path: str, given: JsonObject) -> AsyncGenerator[JsonObject]:
        """Every event's data; a lost connection is taken up again after the last one. Close it (`aclosing`)."""
        last: str | None = None
        for attempt in range(6):
            again = given if last is None else {**given, "lastEventId": last}
            try:
                async with aclosing(self._events(path, again)) as events:
                    async for kind, name, data in events:
                        if kind == "return":
                            return
                        if kind == "serialized-error":
                            shape = json.loads(data)
                            if shape["code"] != COMES_BACK:
                                raise Refused(shape)
                            await asyncio.sleep(0.2 * 2**attempt)
                            break
                        if kind == "message":
                            last = name or last
                            yield json.loads(data)
            except httpx.TransportError:
                await asyncio.sleep(0.2 * 2**attempt)
        raise Unavailable("The server stopped answering. Is it still running?")

    async def _events(self, path: str, given: JsonObject) -> AsyncGenerator[tuple[str, str, str]]:
        params = {"input": json.dumps(given)}
        headers = self._headers | {"accept": "text/event-stream"}
        async with self._http.stream(
            "GET", f"/trpc/{path}", params=params, headers=headers, timeout=None
        ) as response:
            if response.is_error:
                await response.aread()
                raise Refused(response.json().get("error", {}))
            kind, name, data = "message", "", None
            async for line in response.aiter_lines():
                field, _, value = line.partition(":")
                value = value.removeprefix(" ")
                match field:
                    case "event":
                        kind = value
                    case "id":
                        name = value
                    case "data":
                        data = value if data is None else f"{data}\n{value}"
                    case "" if not line and data is not None:
                        yield kind, name, data
                        kind, name, data = "message", "", None
                    case _:
                        continue

    async def _answer(self, method: str, path: str, **more: Any) -> Any:
        headers = self._headers | more.pop("headers", {})
        try:
            response = await self._http.request(method, f"/trpc/{path}", headers=headers, **more)
        except httpx.TransportError as error:
            raise Unavailable("The server does not answer. Is it still running?") from error
        body = response.json()
        if "error" in body:
            raise Refused(body["error"])
        return body.get("result", {}).get("data")
