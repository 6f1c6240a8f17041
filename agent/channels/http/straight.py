"""Sends the requests below one path past the routes and layers of the application around it."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Middleware: `prefix` and all below it goes to `to`, told where it is mounted as a Starlette `Mount` would."""

    def __init__(self, app: ASGIApp, *, prefix: str, to: ASGIApp) -> None:
        self._app = app
        self._prefix = prefix
        self._to = to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root: str = scope.get("root_path", "")
        if scope["type"] in ("http", "websocket") and self._leads(scope["path"].removeprefix(root)):
            outer: str = scope.get("app_root_path", root)
            scope = {**scope, "root_path": root + self._prefix, "app_root_path": outer}
            await self._to(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _leads(self, path: str) -> bool:
        """Whether the path begins with the prefix as whole segments: `/trpcs` is another path."""
        return path == self._prefix or path.startswith(self._prefix + "/")
