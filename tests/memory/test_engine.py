"""Transactions: one writer at a time on SQLite, and the job library's engine beside ours."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from memory.store import Store, StoreBusy, jobs_engine
from memory.tables.identity import Counter
from tests.support.stores import fresh_store, make_tenant


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Store:
    store = fresh_store(sqlite_url)
    make_tenant(store)
    return store


def test_two_write_sessions_in_one_thread_fail_loudly_and_soon(sqlite_store: Store) -> None:
    started = time.monotonic()

    with pytest.raises(StoreBusy, match="already has a write session"):
        write_twice_at_once(sqlite_store)

    assert time.monotonic() - started < 10
    with sqlite_store.session("t1") as session:
        assert session.scalars(sa.select(Counter)).all() == []
    sqlite_store.close()


def write_twice_at_once(store: Store) -> None:
    with store.session("t1") as outer:
        outer.add(Counter(id="a"))
        outer.flush()
        with store.session("t1") as inner:
            inner.scalars(sa.select(Counter)).all()


def test_a_session_that_does_nothing_takes_no_lock(sqlite_store: Store) -> None:
    with sqlite_store.session("t1"), sqlite_store.session("t1") as session:
        session.add(Counter(id="a"))

    sqlite_store.close()


def test_a_writer_waits_for_the_other_threads_writer(sqlite_store: Store) -> None:
    writing, order = threading.Event(), list[str]()

    def write_second() -> None:
        writing.wait(10)
        with sqlite_store.session("t1") as session:
            session.get_one(Counter, ("t1", "a"))
            order.append("second")

    thread = threading.Thread(target=write_second)
    thread.start()
    with sqlite_store.session("t1") as session:
        session.add(Counter(id="a"))
        session.flush()
        writing.set()
        time.sleep(0.05)
        order.append("first")
    thread.join(10)

    assert order == ["first", "second"]
    sqlite_store.close()


def test_no_update_is_lost_between_threads(store: Store) -> None:
    with store.session("t1") as session:
        session.add(Counter(id="a", value=0))

    def increase(_: int) -> None:
        with store.session("t1") as session:
            counter = session.get_one(Counter, ("t1", "a"), with_for_update=True)
            counter.value += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(increase, range(100)))

    with store.reading("t1") as session:
        assert session.get_one(Counter, ("t1", "a")).value == 100


def test_a_broken_connection_lets_the_next_writer_in(sqlite_store: Store) -> None:
    with sqlite_store.session("t1") as session:
        session.connection().invalidate()
        session.rollback()

    with sqlite_store.session("t1") as session:
        session.add(Counter(id="a"))
    sqlite_store.close()


def test_the_jobs_engine_knows_the_time(store_url: str) -> None:
    engine = jobs_engine(store_url)
    query = {
        "sqlite": "SELECT unixepoch('subsec')",
        "postgresql": "SELECT extract(epoch FROM now())",
    }[engine.dialect.name]

    with engine.connect() as connection:
        seconds = connection.exec_driver_sql(query).scalar_one()
    engine.dispose()

    assert abs(float(seconds) - time.time()) < 60


def test_the_jobs_engine_writes_beside_the_store(store: Store) -> None:
    engine = jobs_engine(store.url)

    with store.session("t1") as session:
        session.add(Counter(id="a"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE their_own (id integer)")
        connection.exec_driver_sql("INSERT INTO their_own VALUES (1)")
        count = connection.exec_driver_sql("SELECT count(*) FROM counters").scalar_one()
    engine.dispose()

    assert count in (0, 1)  # PostgreSQL shows our rows to our roles only, whoever logs in
