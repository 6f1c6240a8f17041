"""Numbers come without gaps or repeats, under threads and after rollbacks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from memory.store import Store, next_number, take_seq
from memory.tables.conversations import Conversation
from tests.support.stores import EPOCH


def test_a_series_starts_at_one_and_is_the_tenants_own(store: Store) -> None:
    with store.session("t1") as session:
        assert [next_number(session, "bookings") for _ in range(3)] == [1, 2, 3]
        assert next_number(session, "leads") == 1
    with store.session("t2") as session:
        assert next_number(session, "bookings") == 1


def test_a_rollback_gives_its_number_back(store: Store) -> None:
    with store.session("t1") as session:
        next_number(session, "bookings")
    with pytest.raises(ZeroDivisionError), store.session("t1") as session:
        _ = next_number(session, "bookings") / 0

    with store.session("t1") as session:
        assert next_number(session, "bookings") == 2


def test_threads_get_numbers_without_gaps(store: Store) -> None:
    def take(attempt: int) -> int:
        try:
            with store.session("t1") as session:
                number = next_number(session, "bookings")
                _ = 1 / (attempt % 4)
                return number
        except ZeroDivisionError:
            return 0

    with ThreadPoolExecutor(8) as threads:
        numbers = sorted(set(threads.map(take, range(80))) - {0})

    assert numbers == list(range(1, 61))


def test_events_of_a_conversation_are_numbered_in_order(store: Store) -> None:
    def take(_: int) -> int:
        with store.session("t1") as session:
            return take_seq(session, "cnv_1")

    with store.session("t1") as session:
        session.add(
            Conversation(
                id="cnv_1", owner_id="usr_1", channel="chat", created_at=EPOCH, updated_at=EPOCH
            )
        )
    with ThreadPoolExecutor(8) as threads:
        numbers = sorted(threads.map(take, range(40)))

    assert numbers == list(range(1, 41))


def test_another_tenants_conversation_has_no_numbers(store: Store) -> None:
    with store.session("t1") as session:
        session.add(
            Conversation(
                id="cnv_1", owner_id="usr_1", channel="chat", created_at=EPOCH, updated_at=EPOCH
            )
        )

    with pytest.raises(LookupError), store.session("t2") as session:
        take_seq(session, "cnv_1")
