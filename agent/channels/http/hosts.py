"""Refuses requests under a foreign host name while the server is only meant for this machine."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.settings import is_loopback


class LocalOnly:
    """Without this any web page could point its own name at 127.0.0.1 and talk to Friday (DNS rebinding)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_loopback(_host(scope)):
            refused = JSONResponse({"message": "This server only answers on this machine."}, 421)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host = given.decode("latin-1").lower()
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare
