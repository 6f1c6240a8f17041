"""Socket Mode: connections over which the fake sends what it would else have posted."""

import asyncio
import json
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Literal

from aiohttp import WSMsgType, web

from tests.fakes.slack.workspace import APP_ID

Json = dict[str, Any]


@dataclass
class Sockets:
    """The open connections, and the acknowledgements that are waited for. Lives in the server's loop."""

    tickets: set[str] = field(default_factory=set[str])
    open: list[web.WebSocketResponse] = field(default_factory=list[web.WebSocketResponse])
    waiting: dict[str, asyncio.Future[Json]] = field(
        default_factory=dict[str, "asyncio.Future[Json]"]
    )
    sent: list[Json] = field(default_factory=list[Json])

    def ticket(self) -> str:
        """Leave to open one connection."""
        made = token_hex(8)
        self.tickets.add(made)
        return made

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=403)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open),
                "debug_info": {"host": "fake", "approximate_connection_time": 18_060},
                "connection_info": {"app_id": APP_ID},
            }
        )
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._forget(socket)
        return socket

    def _acknowledged(self, data: str) -> None:
        answer = json.loads(data)
        waiting = self.waiting.pop(answer.get("envelope_id", ""), None)
        if waiting and not waiting.done():
            waiting.set_result(answer)

    async def send(
        self,
        kind: Literal["events_api", "interactive", "slash_commands"],
        payload: Json,
        *,
        retry: tuple[int, str] | None = None,
        seconds: float = 3.0,
    ) -> Json | None:
        """The acknowledgement of an envelope; None where none came in time."""
        if not self.open:
            return None
        id = token_hex(8)
        envelope: Json = {
            "envelope_id": id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            attempt, reason = retry or (0, "")
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        self.waiting[id] = asyncio.get_running_loop().create_future()
        self.sent.append(envelope)
        try:
            await self.open[-1].send_json(envelope)
            return await asyncio.wait_for(self.waiting[id], seconds)
        except TimeoutError:
            return None
        finally:
            self.waiting.pop(id, None)

    async def disconnect(
        self, reason: Literal["warning", "refresh_requested", "link_disabled"] = "refresh_requested"
    ) -> None:
        """Tells every connection to come back on another one; a warning only announces it."""
        for socket in list(self.open):
            if reason != "warning":
                self._forget(socket)
            told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}}
            await socket.send_json(told)

    async def drop(self) -> None:
        """Ends every connection without a word."""
        for socket in list(self.open):
            self._forget(socket)
            await socket.close(code=1011)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        """Nothing more is sent over it."""
        if socket in self.open:
            self.open.remove(socket)
