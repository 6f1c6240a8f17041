"""Makes sure that no byte remains of what was blanked or deleted."""

import time
from typing import Any

from memory.engine import sqlite_file
from memory.store import Store, StoreBusy
from memory.upkeep import INDEXES, unmarked
from memory.vectors import Vectors

TRIES = 100
PAUSE = 0.05
"""Seconds between two tries; a reader is done in much less."""


def scrub(store: Store, vectors: Vectors | None) -> None:
    """Rewrite what a database keeps of removed rows: index, free pages, log, vectors, copies from before upgrades.

    Call it with no session open; it takes the write lock and, at 100,000 texts, some seconds. Vectors are removed
    and made anew by the job. On PostgreSQL dead rows are vacuumed; its write-ahead log and backups follow the
    server's own retention. Raises VectorsBusy where another process has the vectors, and StoreBusy. It may be cut
    off anywhere and begun again.
    """
    if vectors is not None and vectors.there:
        # In this order: what is cut off in between has vectors that nobody counts on, and never the other way round.
        with store.system() as session:
            unmarked(session)
        vectors.erase()
    if store.dialect == "postgresql":
        _vacuum_postgresql(store)
        return
    _pack_sqlite(store)
    file = sqlite_file(store.engine)
    for copy in file.parent.glob(f"{file.stem}.before-*{file.suffix}"):
        copy.unlink(missing_ok=True)


def _pack_sqlite(store: Store) -> None:
    """VACUUM writes live rows into a new file; the log, which holds old pages, is cut to nothing after it."""
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for index in INDEXES:  # puts every piece into one, and leaves out what was deleted
            driver.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        # In memory the copy would take as much of it as the whole store; it holds nothing but live rows.
        driver.execute("PRAGMA temp_store=FILE")
        try:
            driver.execute("VACUUM")
            _cut_log(driver)
        finally:
            driver.execute("PRAGMA temp_store=MEMORY")


def _cut_log(driver: Any) -> None:
    for _ in range(TRIES):
        busy, *_counts = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return
        time.sleep(PAUSE)
    raise StoreBusy("The store's log could not be cut, because somebody was reading all the time.")


def _vacuum_postgresql(store: Store) -> None:
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("VACUUM")
