"""Which browsers may call from another origin."""

from collections.abc import Container

from starlette.types import Scope

from agent.channels.trpc.request import header

Headers = list[tuple[bytes, bytes]]


def cors_headers(scope: Scope, origins: Container[str]) -> Headers:
    """What every answer to an allowed origin carries, errors and streams included."""
    origin = header(scope, b"origin")
    if origin is None or origin not in origins:
        return []
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]


def is_preflight(scope: Scope) -> bool:
    """A browser asking whether it may ask."""
    asked = header(scope, b"access-control-request-method")
    return scope["method"] == "OPTIONS" and asked is not None


def preflight_headers(allowed: Headers) -> Headers:
    """The answer to a preflight; for a foreign origin it names nothing, which is a no."""
    if not allowed:
        return []
    return [
        *allowed,
        (b"access-control-allow-methods", b"GET, POST"),
        (
            b"access-control-allow-headers",
            b"content-type, authorization, trpc-accept, last-event-id",
        ),
        (b"access-control-max-age", b"600"),
    ]
