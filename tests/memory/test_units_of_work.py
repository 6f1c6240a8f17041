"""A session commits at exit, rolls back on an error, and tells whoever waits."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from memory.store import CrossTenant, ReadOnly, Store, TenantSession, open_store
from memory.tables.identity import Tenant
from memory.tables.leads import CustomerEmail, Note
from tests.memory.rows import a_customer, a_note, an_address
from tests.support.stores import EPOCH


def test_what_a_session_adds_is_there_after_it(store: Store) -> None:
    with store.session("t1") as session:
        session.add(a_note())

    with store.reading("t1") as session:
        found = session.fetch(Note, "n1")
    assert found is not None
    assert (found.tenant_id, found.at) == ("t1", EPOCH)


def add_and_fail(
    session: TenantSession, id: str, wake_up: Callable[[], None] = lambda: None
) -> None:
    session.after_commit(wake_up)
    session.add(a_note(id))
    session.flush()
    raise ZeroDivisionError


def test_an_error_undoes_everything(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.session("t1") as session:
        add_and_fail(session, "n1")

    with store.reading("t1") as session:
        assert session.fetch(Note, "n1") is None


def test_a_savepoint_can_be_undone_alone(store: Store) -> None:
    with store.session("t1") as session:
        session.add(a_note("n1"))
        session.flush()
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            add_and_fail(session, "n2")

    with store.reading("t1") as session:
        assert session.scalars(sa.select(Note.id)).all() == ["n1"]


def test_rows_can_be_read_after_their_session(store: Store) -> None:
    with store.session("t1") as session:
        note = a_note()
        session.add(note)

    assert note.text == "words"


def test_a_child_may_be_added_in_one_flush_with_its_parent(store: Store) -> None:
    with store.session("t1") as session:
        session.add(an_address("mail_1", "cus_1"))
        session.add(a_customer("cus_1"))

    with store.reading("t1") as session:
        assert session.scalars(sa.select(CustomerEmail.id)).all() == ["mail_1"]


def test_a_firm_may_change_its_own_settings(store: Store) -> None:
    with store.session("t1") as session:
        session.get_one(Tenant, "t1").settings = {"notice_hours": 24}

    with store.reading("t1") as session:
        assert session.get_one(Tenant, "t1").settings == {"notice_hours": 24}


def test_a_wake_up_comes_once_and_after_the_commit(store: Store) -> None:
    seen: list[int] = []

    def look() -> None:
        with store.session("t1") as inner:
            seen.append(len(inner.scalars(sa.select(Note)).all()))

    with store.session("t1") as session:
        session.after_commit(look)
        session.add(a_note())

    assert seen == [1]


def test_nobody_is_woken_after_a_rollback(store: Store) -> None:
    seen: list[str] = []

    with pytest.raises(ZeroDivisionError), store.session("t1") as session:
        add_and_fail(session, "n1", lambda: seen.append("woken"))

    assert seen == []


def test_a_reading_session_refuses_a_new_row(store: Store) -> None:
    with pytest.raises(ReadOnly), store.reading("t1") as session:
        session.add(a_note())


def test_a_reading_session_refuses_a_changed_row(store: Store) -> None:
    with store.session("t1") as session:
        session.add(a_note())

    with pytest.raises(ReadOnly), store.reading("t1") as session:
        session.get_one(Note, ("t1", "n1")).text = "other words"


def test_a_reading_session_refuses_a_bulk_update(store: Store) -> None:
    with pytest.raises(ReadOnly), store.reading("t1") as session:
        session.execute(sa.update(Note).values(text="x"))


def test_the_database_refuses_what_goes_round_a_reading_session(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError), store.reading("t1") as session:
        session.connection().exec_driver_sql("DELETE FROM notes")


def test_a_reading_session_waits_for_no_writer(store: Store) -> None:
    with store.session("t1") as writer:
        writer.add(a_note())
        writer.flush()
        with store.reading("t1") as reader:
            found = reader.fetch(Note, "n1")

    assert found is None


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="has no zone"), store.session("t1") as session:
        session.add(a_note(at=dt.datetime(2026, 11, 16, 8, 0)))


def test_a_time_comes_back_as_the_same_instant_in_utc(store: Store) -> None:
    copenhagen = dt.timezone(dt.timedelta(hours=1))
    with store.session("t1") as session:
        session.add(a_note(at=dt.datetime(2026, 11, 16, 9, 0, tzinfo=copenhagen)))

    with store.reading("t1") as session:
        at = session.get_one(Note, ("t1", "n1")).at
    assert at == EPOCH
    assert at.tzinfo is dt.UTC


def test_a_system_session_must_say_whose_row_it_fetches(store: Store) -> None:
    with pytest.raises(CrossTenant), store.system() as session:
        session.fetch(Note, "n1")


@pytest.mark.parametrize("tenant_id", ["", "t1'; RESET ROLE; --", "t1 ", "x" * 41, "t\n1"])
def test_a_session_wants_a_tenant(store: Store, tenant_id: str) -> None:
    with pytest.raises(ValueError, match="not a tenant's id"), store.session(tenant_id):
        pass


def test_a_ping_says_how_long_it_took(store: Store) -> None:
    assert 0 < store.ping() < 30


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/friday"])
def test_other_databases_are_refused(url: str, tmp_path: object) -> None:
    with pytest.raises(ValueError, match="store"):
        open_store(url, data_dir=tmp_path)  # pyright: ignore[reportArgumentType]
