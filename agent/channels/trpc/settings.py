"""How a mounted router behaves, where it may differ between two mounts."""

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class Wiring:
    """Sizes in bytes, times in seconds."""

    channel: str = "trpc"
    """What callers are told apart by: which door they came in through."""
    origins: Container[str] = frozenset[str]()
    """Browsers on these may call, e.g. `https://example.com`. Anything that knows `in` will do."""
    max_batch: int = 20
    max_body: int = 1_000_000
    ping_every: float = 10.0
    """Silence on an SSE stream, or a JSONL answer, after which a sign of life is sent."""
    reconnect_after: float = 30.0
    """Silence on an SSE stream after which a client opens a new one."""
    computing: int = 4
    """Calls of procedures that compute at a time: more of them would only wait for each other."""

    def __post_init__(self) -> None:
        if self.ping_every >= self.reconnect_after:
            raise ValueError("A client would reconnect before it hears a ping.")
