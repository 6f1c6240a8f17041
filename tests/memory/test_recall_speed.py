"""Search in a table that was just filled, of which PostgreSQL knows nothing yet."""

import pytest
import sqlalchemy as sa

from evals.bench.recalling import TENANT, fill
from memory.guards_texts import FUNCTION
from memory.recall import search
from memory.store import Store, migrate
from tests.support.stores import EPOCH, fresh_store

pytestmark = pytest.mark.postgres
SIZE = 10_000


@pytest.fixture
def filled(postgres_url: str):
    store = fresh_store(postgres_url)
    with store.engine.connect() as connection:
        if not connection.exec_driver_sql(
            "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
        ).scalar_one():
            store.close()
            pytest.skip("this PostgreSQL has no pg_trgm")
    fill(store, SIZE)
    yield store
    store.close()


FETCHED = "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'texts'"


def test_a_search_without_statistics_reads_few_texts(filled: Store) -> None:
    with filled.reading(TENANT) as session:
        found = search(session, "bathroom limescale", roles=["office"], now=EPOCH)
        read = session.execute(sa.text(FETCHED), execution_options={"tenant_checked": True})

        assert found
        # Once for each word of the question, as without the index, were fifteen times all of them.
        assert read.scalar_one() < 5 * SIZE


def test_an_earlier_versions_function_is_made_anew(postgres_url: str) -> None:
    store = fresh_store(postgres_url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"COMMENT ON FUNCTION {FUNCTION} IS 'from before'")

    migrate(store)

    shown = sa.text("SELECT obj_description(oid, 'pg_proc') FROM pg_proc WHERE proname = :name")
    with store.engine.connect() as connection:
        told = connection.execute(shown, {"name": FUNCTION}).scalar_one()
    store.close()
    assert told != "from before"
