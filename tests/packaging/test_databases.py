"""The databases that tests are given."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic_ai import models

from tests.conftest import LOOPBACK, Databases, PostgresServer, answers, own_server


def execute(url: str, statement: str) -> list[object]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return list(result.scalars()) if result.returns_rows else []


def prepare(url: str) -> None:
    execute(url, "CREATE TABLE prepared (id integer)")
    execute(url, "INSERT INTO prepared VALUES (7)")


def test_no_model_can_be_asked() -> None:
    assert models.ALLOW_MODEL_REQUESTS is False


def test_a_store_is_empty_and_can_be_written(store_url: str) -> None:
    execute(store_url, "CREATE TABLE mine (id integer)")

    assert execute(store_url, "SELECT count(*) FROM mine") == [0]


def test_copies_of_a_prepared_database_do_not_see_each_other(databases: Databases) -> None:
    one = databases.like("packaging", prepare)
    other = databases.like("packaging", prepare)

    execute(one, "DELETE FROM prepared")

    assert execute(one, "SELECT id FROM prepared") == []
    assert execute(other, "SELECT id FROM prepared") == [7]


@pytest.mark.postgres
def test_a_postgres_database_is_gone_after_its_test(postgres_server: PostgresServer) -> None:
    url = postgres_server.empty()

    postgres_server.drop(url)

    assert not answers(url)


def test_a_sqlite_database_is_gone_after_its_test(sqlite_files: Databases) -> None:
    url = sqlite_files.empty()
    execute(url, "CREATE TABLE mine (id integer)")

    sqlite_files.drop(url)

    assert not Path(sa.make_url(url).database or "").exists()


@pytest.mark.slow
@pytest.mark.postgres
def test_a_server_of_our_own_starts_where_none_is_installed() -> None:
    with own_server() as url:
        server = PostgresServer(url, prefix="friday_test_own")
        created = server.empty()
        found = execute(created, "SELECT 1")
        server.drop_all()

    assert found == [1]
    assert url != LOOPBACK
