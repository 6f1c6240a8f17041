"""Wakes whoever follows a conversation: in this process at once, across processes through PostgreSQL's NOTIFY."""

import asyncio
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager

import psycopg

from agent.conversations.events import CHANNEL, STOP
from memory.store import Store

log = logging.getLogger(__name__)

FLOOR = 1.0
"""Seconds after which a follower looks by itself."""

Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Wake:
    """Followers of conversations, by "tenant:conversation"."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiters: dict[str, set[Waiter]] = defaultdict(set)
        self._watching: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.on_stop: Callable[[], None] = lambda: None
        """Called, in the listening thread, when another process was asked to stop a turn."""
        self.over = False
        """Whether nobody may follow any longer, because this process stops."""
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def watched(self, key: str) -> bool:
        """Whether somebody in this process follows it; with several processes somebody always may."""
        return self._store.dialect == "postgresql" or self._watching[key] > 0

    @contextmanager
    def following(self, key: str) -> Generator[asyncio.Event]:
        """An event that is set whenever the conversation has something new."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiters[key].add(waiter)
            self._watching[key] += 1
        try:
            yield waiter[1]
        finally:
            with self._lock:
                self._waiters[key].discard(waiter)
                self._watching[key] -= 1
                if not self._waiters[key]:
                    del self._waiters[key], self._watching[key]

    def notify(self, key: str) -> None:
        """Something new in the conversation; callable from any thread."""
        with self._lock:
            waiters = list(self._waiters.get(key, ()))
        for loop, event in waiters:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def notify_tenant(self, tenant_id: str) -> None:
        """The same for every conversation of a firm that somebody follows here."""
        with self._lock:
            keys = [key for key in self._waiters if key.startswith(f"{tenant_id}:")]
        for key in keys:
            self.notify(key)

    def end(self) -> None:
        """Nobody is to follow any longer: whoever does is woken and cut off."""
        self.over = True
        with self._lock:
            keys = list(self._waiters)
        for key in keys:
            self.notify(key)

    def start(self) -> None:
        """Listen to other processes, where there may be some."""
        if self._store.dialect == "postgresql" and self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="friday-listen", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=3)

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                self._listen_once()
            except psycopg.Error as error:
                log.warning("listening for events failed, trying again: %s", type(error).__name__)
                self._ending.wait(FLOOR)

    def _listen_once(self) -> None:
        plain = self._store.url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._ending.is_set():
                for note in connection.notifies(timeout=FLOOR):
                    self._heard(note.payload)

    def _heard(self, note: str) -> None:
        self.notify(note.removesuffix(STOP))
        if note.endswith(STOP):
            self.on_stop()
