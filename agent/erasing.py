"""Finishes what people had forgotten or erased: the last rows are blanked, and no byte is left in any file."""

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.conversations.forgetting import Blanking, settle_all
from agent.conversations.traces import Search
from memory.erasing import scrub
from memory.store import Store, StoreBusy
from memory.tables.erasures import Erasure
from memory.tables.identity import Tenant
from memory.tables.leads import Mail
from memory.vectors import Vectors, VectorsBusy
from tools.desk.ports import Traces

_log = logging.getLogger(__name__)
LOGS, OUTBOX = "logs", "outbox"
_CLEAN = b'{"event": "erased"}'
Clock = Callable[[], dt.datetime]


class Erasing:
    """What it takes to finish an erasure in one installation. One at a time in a process."""

    def __init__(
        self,
        *,
        store: Store,
        forgetting: Blanking,
        vectors: Vectors | None,
        data_dir: Path,
        clock: Clock,
    ) -> None:
        self._store = store
        self._forgetting = forgetting
        self._vectors = vectors
        self._data_dir = data_dir
        self._clock = clock
        self._alone = threading.Lock()

    def round(self) -> int:
        """Finish what has ended; how many. Nothing but one small table is read when nothing was forgotten."""
        return self._finish(always=False)

    def now(self) -> int:
        """The same, and the files are cleaned in any case. Raises VectorsBusy and StoreBusy."""
        return self._finish(always=True)

    def _finish(self, *, always: bool) -> int:
        with self._alone:
            done = settle_all(self._store, self._forgetting, clock=self._clock)
            if not done and not always:
                return 0
            clean_files(self._data_dir, done.values())
            drop_letters(self._store, self._data_dir / OUTBOX)
            try:
                scrub(self._store, self._vectors)
            except (VectorsBusy, StoreBusy) as error:
                if always:
                    raise
                _log.warning("what was forgotten is still in files: %s", error)
                return 0
            self._strike(done)
        return len(done)

    def _strike(self, done: Iterable[tuple[str, str]]) -> None:
        for tenant_id, id in done:
            with self._store.session(tenant_id) as session:
                session.execute(sa.delete(Erasure).where(Erasure.id == id))
        if done:
            _log.info("erased for good")


def clean_files(data_dir: Path, traces: Iterable[Traces]) -> None:
    """Overwrite the lines of the logs that hold any of it, in place: somebody may be writing to the file."""
    searches = [Search(each) for each in traces]
    if not searches:
        return
    for path in sorted((data_dir / LOGS).glob("*.log*")):
        with path.open("r+b") as file:
            for start, line in _lines(file):
                if any(search.here(_read(line)) for search in searches):
                    file.seek(start)
                    file.write(_CLEAN.ljust(len(line))[: len(line)])
                    file.seek(start + len(line) + 1)


def _lines(file: Any) -> Iterable[tuple[int, bytes]]:
    """Each whole line, with where it begins."""
    while True:
        start = file.tell()
        line = file.readline()
        if not line.endswith(b"\n"):
            return
        yield start, line[:-1]


def _read(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line.decode(errors="replace")


def drop_letters(store: Store, folder: Path) -> int:
    """Remove the letters of the outbox whose mail is not in the store any more; how many."""
    letters = [*folder.glob("*.eml"), *folder.glob(".*.part")]
    if not letters:
        return 0
    kept = set(_letters_of(store))
    gone = [path for path in letters if path.stem.removeprefix(".") not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _letters_of(store: Store) -> Sequence[str]:
    with store.system() as session:
        kept = sa.select(Mail.message_id).join(Tenant, Tenant.id == Mail.tenant_id)
        return [id.strip("<>").partition("@")[0] for id in session.scalars(kept)]
