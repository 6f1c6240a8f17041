"""What can be called: procedures as frozen values, and the router that holds them.

A module of procedures is a few lines over functions that exist anyway:

    def history(caller: Caller, given: HistoryInput) -> History: ...

    PROCEDURES = (
        query("chat.history", history, input=HistoryInput, output=History,
              summary="The messages of one conversation"),
    )
"""

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

Kind = Literal["query", "mutation", "subscription"]
Value = TypeVar("Value")
Caller = TypeVar("Caller")

# A procedure's types are only known to pydantic, at run time: this is the one place where `Any`
# stands for "whatever `input` and `output` say".
Run = Callable[[Any, Any], Any]

_SEGMENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_REFUSED = frozenset({"then", "call", "apply"})
"""Keys that a client's proxy object answers itself."""


@dataclass(frozen=True, slots=True)
class Tracked(Generic[Value]):
    """One value of a subscription. A client that lost its connection resumes after `id`."""

    id: str
    value: Value

    def __post_init__(self) -> None:
        if not self.id or any(char in self.id for char in "\0\r\n"):
            raise ValueError("A tracked id is a non-empty string without NUL, CR or LF.")


@dataclass(frozen=True, slots=True)
class Later(Generic[Value]):
    """What a plain function returns when the rest has to wait for something: `rest` is awaited on the event loop."""

    rest: Callable[[], Awaitable[Value]]


@dataclass(frozen=True)
class Procedure:
    """One thing that can be called.

    `run(caller, input)` is a plain function (run in the thread pool; it may return `Later`), an
    `async def` (run on the event loop) or, for a subscription, an async generator of `Tracked` values.
    One that `computes` keeps a processor busy: few of its calls run at a time. `input` and `output`
    are types that pydantic knows; None means that it takes, or returns, nothing. Without `auth`
    nobody needs to be signed in.
    """

    path: str
    kind: Kind
    run: Run
    input: Any = None
    output: Any = None
    auth: bool = True
    summary: str = ""
    computes: bool = False

    reads: TypeAdapter[Any] | None = field(init=False, repr=False, compare=False)
    writes: TypeAdapter[Any] | None = field(init=False, repr=False, compare=False)
    without_input: bytes | None = field(init=False, repr=False, compare=False)
    """The JSON that a missing input stands for; None when an input is required."""
    runs_on_loop: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_path(self.path)
        reads = None if self.input is None else TypeAdapter[Any](self.input)
        writes = None if self.output is None else TypeAdapter[Any](self.output)
        object.__setattr__(self, "reads", reads)
        object.__setattr__(self, "writes", writes)
        object.__setattr__(self, "without_input", _stand_in(reads))
        object.__setattr__(self, "runs_on_loop", is_async(self.run))
        if self.kind == "subscription":
            _check_subscription(self)


def query(
    path: str, run: Run, *, input: Any = None, output: Any = None, auth: bool = True, summary: str
) -> Procedure:
    """A procedure that changes nothing, so that GET is allowed to call it."""
    return Procedure(path, "query", run, input, output, auth, summary)


def mutation(
    path: str,
    run: Run,
    *,
    input: Any = None,
    output: Any = None,
    auth: bool = True,
    summary: str,
    computes: bool = False,
) -> Procedure:
    """A procedure that may change something: POST only."""
    return Procedure(path, "mutation", run, input, output, auth, summary, computes)


def subscription(
    path: str,
    run: Callable[[Any, Any], AsyncIterator[Tracked[Any]]],
    *,
    input: Any = None,
    output: Any,
    auth: bool = True,
    summary: str,
) -> Procedure:
    """A procedure that yields `Tracked` values of `output` until it is done.

    An object input must have an optional `last_event_id` (`lastEventId` on the wire): the id of the
    last value that the client saw, after which the procedure goes on.
    """
    return Procedure(path, "subscription", run, input, output, auth, summary)


class Router(Mapping[str, Procedure]):
    """Every procedure by its full dotted path. Nothing is ever looked up as an attribute."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        """Raises ValueError for two procedures on one path, or a path inside another."""
        flat: dict[str, Procedure] = {}
        for procedure in procedures:
            if procedure.path in flat:
                raise ValueError(f"Two procedures are called {procedure.path!r}.")
            flat[procedure.path] = procedure
        for path in flat:
            parent = _parent_in(flat, path)
            if parent is not None:
                raise ValueError(f"{parent!r} cannot be a procedure and hold {path!r}.")
        self._flat = MappingProxyType(dict(sorted(flat.items())))

    def __getitem__(self, path: str) -> Procedure:
        return self._flat[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat)

    def __len__(self) -> int:
        return len(self._flat)


def _check_path(path: str) -> None:
    for key in path.split("."):
        if key in _REFUSED:
            raise ValueError(f"{path!r}: a client answers .{key} itself.")
        if not _SEGMENT.fullmatch(key):
            raise ValueError(f"{path!r}: {key!r} is not a name (letters, digits, - and _).")


def _parent_in(flat: Mapping[str, Procedure], path: str) -> str | None:
    keys = path.split(".")
    return next((p for n in range(1, len(keys)) if (p := ".".join(keys[:n])) in flat), None)


def is_async(run: Callable[..., object]) -> bool:
    """Whether calling it gives something to await."""
    return inspect.iscoroutinefunction(run) or inspect.iscoroutinefunction(
        getattr(run, "__call__", None)  # noqa: B004 - an object with an async __call__ is meant
    )


def _stand_in(reads: TypeAdapter[Any] | None) -> bytes | None:
    """A call without input means "all fields at their defaults" or null, where that is valid."""
    for candidate in (b"{}", b"null"):
        if reads is not None and _takes(reads, candidate):
            return candidate
    return None


def _takes(reads: TypeAdapter[Any], raw: bytes) -> bool:
    try:
        reads.validate_json(raw, strict=True)
    except ValidationError:
        return False
    return True


def _check_subscription(procedure: Procedure) -> None:
    if procedure.writes is None:
        raise ValueError(f"{procedure.path!r}: a subscription yields something.")
    if procedure.runs_on_loop or inspect.isgeneratorfunction(procedure.run):
        raise ValueError(f"{procedure.path!r}: a subscription is an async generator function.")
    if procedure.reads is None:
        return
    properties = procedure.reads.json_schema(mode="validation").get("properties")
    if properties is not None and "lastEventId" not in properties:
        raise ValueError(f"{procedure.path!r}: its input needs an optional `last_event_id`.")
