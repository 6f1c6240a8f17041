"""The OpenAPI document of every procedure and route, and a page that shows it without leaving this server."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from agent.channels.http.site import GUARDS


def install(app: FastAPI, described: Callable[[], Mapping[str, Any]]) -> None:
    """`/openapi.json` with what `described` gives (paths and components of procedures), and `/docs` over it.

    It is asked when the document is first wanted: describing every procedure takes half a second.
    """
    page = files("agent.channels.http").joinpath("page", "docs.html").read_bytes()

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            whole = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes
            )
            procedures = described()
            whole["paths"] |= procedures["paths"]
            for kind, parts in procedures["components"].items():
                whole.setdefault("components", {}).setdefault(kind, {}).update(parts)
            app.openapi_schema = whole
        return app.openapi_schema

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        return HTMLResponse(page, headers=GUARDS)

    app.openapi = document
