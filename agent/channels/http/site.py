"""The start page and its files, under a policy that lets nothing in from elsewhere."""

from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from tools.errors import NotFound

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GUARDS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}


def routes() -> APIRouter:
    """`/`, `/sign-in` and `/page/…`."""
    router = APIRouter(include_in_schema=False)
    held = {
        entry.name: entry.read_bytes()
        for entry in files("agent.channels.http").joinpath("page").iterdir()
    }

    @router.get("/")
    def start() -> Response:
        return HTMLResponse(held["index.html"], headers=GUARDS)

    @router.get("/sign-in")
    def sign_in() -> Response:
        return HTMLResponse(held["sign-in.html"], headers=GUARDS)

    @router.get("/page/{name}")
    def page(name: str, request: Request) -> Response:
        content = held.get(name)
        if content is None or name.endswith(".html"):
            raise NotFound(f"There is no file {name!r} here.")
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        headers = GUARDS | {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        kind = TYPES.get("." + name.rpartition(".")[2], "application/octet-stream")
        return Response(content, media_type=kind, headers=headers)

    return router
