"""How often one address may do a thing: sliding windows kept in this process."""

import datetime as dt
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tools.errors import TooMany

# A window per (rule, address); the oldest are dropped so that a scan of addresses cannot fill the memory.
MOST_WINDOWS = 50_000


@dataclass(frozen=True)
class Limit:
    """At most `times` in `seconds`, for one address."""

    name: str
    times: int
    seconds: int


CHAT = Limit("messages", 60, 60)
SIGN_IN = Limit("sign-in attempts", 5, 15 * 60)
REDEEM = Limit("sign-in attempts", 20, 15 * 60)
LEADS = Limit("new leads", 10, 60 * 60)
OFFICE_LEADS = Limit("new leads", 300, 60 * 60)
VISITS = Limit("new visits", 60, 60 * 60)
UPLOADS = Limit("files", 50, 60 * 60)
MOST_STREAMS = 20
"""Subscriptions that one caller may have open at a time."""


class Limits:
    """The windows of one process."""

    def __init__(self) -> None:
        self._windows: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._addresses: OrderedDict[str, str] = OrderedDict()
        self._streams: Counter[str] = Counter()
        self._lock = threading.Lock()

    def came_from(self, actor_id: str, address: str) -> None:
        """Remember where somebody called from, for what Friday does for them later."""
        with self._lock:
            self._addresses[actor_id] = address
            self._addresses.move_to_end(actor_id)
            while len(self._addresses) > MOST_WINDOWS:
                self._addresses.popitem(last=False)

    def address_of(self, actor_id: str) -> str:
        """Where they last called from; their own id when that was another process."""
        return self._addresses.get(actor_id, actor_id)

    @contextmanager
    def stream(self, whose: str) -> Generator[None]:
        """Count a subscription while the block runs. Raises TooMany when the caller has as many as allowed."""
        with self._lock:
            if self._streams[whose] >= MOST_STREAMS:
                raise TooMany(
                    f"At most {MOST_STREAMS} streams may be open at a time. Close one of them.",
                    retry_after=5,
                )
            self._streams[whose] += 1
        try:
            yield
        finally:
            with self._lock:
                self._streams[whose] -= 1
                if not self._streams[whose]:
                    del self._streams[whose]

    def take(self, limit: Limit, address: str, *, now: dt.datetime) -> None:
        """Count one. Raises TooMany, with the seconds to wait, when the window is full."""
        at = now.timestamp()
        with self._lock:
            window = self._windows.setdefault((limit.name, address), deque())
            self._windows.move_to_end((limit.name, address))
            while window and window[0] <= at - limit.seconds:
                window.popleft()
            if len(window) >= limit.times:
                wait = max(1, int(window[0] + limit.seconds - at) + 1)
                raise TooMany(
                    f"Too many {limit.name} from here. Please wait {_words(wait)}.",
                    retry_after=wait,
                )
            window.append(at)
            while len(self._windows) > MOST_WINDOWS:
                self._windows.popitem(last=False)


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
