"""The events of a running turn: kept together while it is quick, stored at once when somebody watches or it is slow."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.conversations.events import Draft, append
from agent.conversations.turns import Held
from memory.store import Store

SLOW, BETWEEN_PIECES = 0.05, 0.1


class Feed:
    """Takes events from any thread. `rest` gives what was not stored on the way, for the turn's last transaction."""

    def __init__(
        self,
        held: Held,
        *,
        store: Store,
        clock: Callable[[], dt.datetime],
        watched: Callable[[], bool],
        woken: Callable[[], None],
    ) -> None:
        self._held = held
        self._store = store
        self._clock = clock
        self._watched = watched
        self._woken = woken
        self._lock = threading.Lock()
        self._waiting: list[Draft] = []
        self._begun: dict[str, Mapping[str, Any]] = {}
        self._over = False
        self._piece = ""
        self._flushed = time.monotonic()
        self._piece_at = 0.0

    def emit(
        self, kind: str, body: Mapping[str, Any], *, seen: Sequence[Any] | None = None
    ) -> None:
        """One event. A step that has ended takes the place of its beginning while both are still here.

        After `rest` nothing is taken any more: a tool of a stopped turn may end later than its turn.
        """
        with self._lock:
            if self._over:
                return
            if kind == "step":
                self._note(body)
            self._waiting = [d for d in self._waiting if not _begun(d, kind, body)]
            self._waiting.append(Draft(kind, dict(body), seen))
            due = self._watched() or time.monotonic() - self._flushed > SLOW
        if due:
            self.flush()

    def piece(self, text: str) -> bool:
        """A piece of the answer's text; whether it is time to `flush`."""
        with self._lock:
            self._piece += "" if self._over else text
            return time.monotonic() - self._piece_at > BETWEEN_PIECES

    def flush(self) -> None:
        """Store what has come in so far, in a transaction of its own."""
        with self._lock:
            drafts = self._taken()
            if not drafts:
                return
            with self._store.session(self._held.tenant_id) as session:
                stored = append(
                    session, self._held.conversation_id, self._held.id, drafts, now=self._clock()
                )
            self._held.events += stored
        self._woken()

    def rest(self, *, cut_off: str = "") -> list[Draft]:
        """What has not been stored, and the end; pieces of text are left out, since the whole text follows.

        Steps that have not ended fail with `cut_off`.
        """
        with self._lock:
            self._piece, self._over = "", True
            ended = {"state": "failed", "error": cut_off}
            cut = [Draft("step", {**body, **ended}) for body in self._begun.values()]
            kept = [d for d in self._taken() if d.kind != "step" or d.body["id"] not in self._begun]
            return [*kept, *cut]

    def _note(self, body: Mapping[str, Any]) -> None:
        self._begun.pop(str(body["id"]), None)
        if body["state"] == "running":
            self._begun[str(body["id"])] = dict(body)

    def _taken(self) -> list[Draft]:
        drafts, self._waiting = self._waiting, []
        if self._piece:
            drafts.append(Draft("delta", {"text": self._piece}))
            self._piece, self._piece_at = "", time.monotonic()
        self._flushed = time.monotonic()
        return drafts


def _begun(draft: Draft, kind: str, body: Mapping[str, Any]) -> bool:
    return kind == draft.kind == "step" and draft.body.get("id") == body.get("id")
