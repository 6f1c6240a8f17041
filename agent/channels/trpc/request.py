"""One HTTP request, taken apart: its calls, how it wants to be answered, who is asking."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from agent.channels.trpc.errors import TrpcError
from agent.channels.trpc.procedures import Procedure, Router
from agent.channels.trpc.reading import query_parameters, strict_json
from agent.channels.trpc.settings import Wiring

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Form = Literal["single", "batch", "jsonl", "sse"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a request before anybody is recognised."""

    client: str | None
    """The address it came from."""
    origin: str | None
    user_agent: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a request: the procedure that it reached, or why it reached none."""

    index: int
    path: str
    target: Procedure | TrpcError
    allow: str | None = None
    """What an `allow` header has to say about a method that was not supported."""

    def procedure(self) -> Procedure:
        """Raises TrpcError when there is none to run."""
        if isinstance(self.target, TrpcError):
            raise self.target
        return self.target


@dataclass(frozen=True, slots=True)
class Request:
    """`form` is how the answer leaves; `single` and `sse` have exactly one call."""

    method: str
    form: Form
    calls: tuple[Call, ...]
    parameters: dict[str, bytes]
    last_event_id: str | None
    bearer: str | None
    facts: Facts


def header(scope: Scope, name: bytes) -> str | None:
    """The first header called `name` (lower case)."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def request_of(scope: Scope, router: Router, wiring: Wiring) -> Request:
    """Raises TrpcError when the request fails as a whole, before any call is known."""
    method: str = scope["method"]
    path = _path(scope)
    _check_content_type(scope, method)
    parameters = query_parameters(scope["query_string"])
    batched = parameters.get("batch") == b"1"
    paths = path.split(",") if batched else [path]
    if len(paths) > wiring.max_batch:
        raise TrpcError("BAD_REQUEST", "Batch call exceeds maximum size")

    found = [router.get(piece) for piece in paths]
    _check_kinds(found)
    connection = _connection_parameters(parameters)
    form = _form(batched, _wants_jsonl(scope), found[0])
    calls = (
        _call(index, piece, procedure, method, batched)
        for index, (piece, procedure) in enumerate(zip(paths, found, strict=True))
    )
    return Request(
        method=method,
        form=form,
        calls=tuple(calls),
        parameters=parameters,
        last_event_id=_last_event_id(scope, parameters),
        bearer=_bearer(scope) or connection.get("token"),
        facts=_facts(scope, wiring),
    )


def _path(scope: Scope) -> str:
    """Everything behind the mount, decoded once and by us: ASGI hides bytes that are not UTF-8."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    mount = _mount(scope).strip("/")
    slashes = mount.count("/") + 2 if mount else 1
    pieces = raw.split(b"/", slashes)
    tail = pieces[slashes].removesuffix(b"/") if len(pieces) > slashes else b""
    try:
        if _BAD_ESCAPE.search(tail):
            raise ValueError("an escape without its two digits")
        return unquote_to_bytes(tail).decode()
    except ValueError as error:
        shown = tail.decode("latin-1")
        raise TrpcError("BAD_REQUEST", f'Invalid URL-encoding in path "{shown}"') from error


def _mount(scope: Scope) -> str:
    """The part of the path that led here; a proxy may have taken the application's own prefix."""
    root: str = scope.get("root_path", "")
    if scope["path"].startswith(root):
        return root
    return root.removeprefix(scope.get("app_root_path", ""))


def _check_content_type(scope: Scope, method: str) -> None:
    if method == "GET":
        return
    given = header(scope, b"content-type")
    if not given:
        raise TrpcError("UNSUPPORTED_MEDIA_TYPE", "Missing content-type header")
    if given.split(";", 1)[0].strip().lower() != "application/json":
        problem = f'Unsupported content-type "{given}"'
        raise TrpcError("UNSUPPORTED_MEDIA_TYPE", problem)


def _check_kinds(found: list[Procedure | None]) -> None:
    kinds = list(dict.fromkeys(procedure.kind for procedure in found if procedure))
    if len(kinds) > 1:
        problem = f"Cannot mix procedure types in call: {', '.join(kinds)}"
        raise TrpcError("BAD_REQUEST", problem)


def _connection_parameters(parameters: dict[str, bytes]) -> dict[str, str]:
    raw = parameters.get("connectionParams")
    if raw is None:
        return {}
    try:
        value = strict_json(raw)
    except TrpcError as error:
        raise TrpcError("PARSE_ERROR", "Not JSON-parsable query params") from error
    match value:
        case None:
            return {}
        case dict():
            texts = {name: text for name, text in value.items() if isinstance(text, str)}
            if len(texts) == len(value):
                return texts
        case _:
            pass
    raise TrpcError("PARSE_ERROR", "Invalid connection params shape")


def _wants_jsonl(scope: Scope) -> bool:
    asked = header(scope, b"trpc-accept")
    if asked is not None:
        return asked == "application/jsonl"
    accepted = header(scope, b"accept") or ""
    return "application/jsonl" in (entry.strip() for entry in accepted.split(","))


def _form(batched: bool, jsonl: bool, first: Procedure | None) -> Form:
    if jsonl and not batched:
        problem = "Streaming requests must be batched (you can do a batch of 1)"
        raise TrpcError("BAD_REQUEST", problem)
    if batched:
        return "jsonl" if jsonl else "batch"
    return "sse" if first and first.kind == "subscription" else "single"


def allowed_methods(procedure: Procedure) -> tuple[str, ...]:
    """Queries and subscriptions may be sent as POST too: `methodOverride` in the client."""
    return ("POST",) if procedure.kind == "mutation" else ("GET", "POST")


def _call(index: int, path: str, procedure: Procedure | None, method: str, batched: bool) -> Call:
    if procedure is None:
        return Call(index, path, TrpcError("NOT_FOUND", f'No procedure found on path "{path}"'))
    allowed = allowed_methods(procedure)
    if method not in allowed:
        problem = f'Unsupported {method}-request to {procedure.kind} procedure at path "{path}"'
        return Call(index, path, TrpcError("METHOD_NOT_SUPPORTED", problem), ", ".join(allowed))
    if batched and procedure.kind == "subscription":
        return Call(index, path, TrpcError("BAD_REQUEST", "Cannot batch subscription calls"))
    return Call(index, path, procedure)


def _last_event_id(scope: Scope, parameters: dict[str, bytes]) -> str | None:
    sent = header(scope, b"last-event-id")
    if sent is not None:
        return sent.encode("latin-1").decode("utf-8", "replace")
    raw = parameters.get("lastEventId", parameters.get("Last-Event-Id"))
    return None if raw is None else raw.decode("utf-8", "replace")


def _bearer(scope: Scope) -> str | None:
    scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None


def _facts(scope: Scope, wiring: Wiring) -> Facts:
    client = scope.get("client")
    return Facts(
        client=client[0] if client else None,
        origin=header(scope, b"origin"),
        user_agent=header(scope, b"user-agent"),
        channel=wiring.channel,
    )
