"""A store that would not keep tenants apart is refused at start."""

import pytest
import sqlalchemy as sa

from memory.store import Store, StoreUnsafe, open_store, prove_isolation
from memory.tables.identity import Counter
from tests.support.stores import fresh_store, make_tenant

BREAKS = {
    "row security off": (
        "ALTER TABLE leads DISABLE ROW LEVEL SECURITY",
        "forced leads",
    ),
    "row security not for the owner": (
        "ALTER TABLE leads NO FORCE ROW LEVEL SECURITY",
        "forced leads",
    ),
    "a policy gone": ("DROP POLICY tenant_isolation ON leads", "leads.tenant_isolation"),
    "a policy that lets everyone in": (
        "CREATE POLICY open ON counters FOR SELECT TO friday_app USING (true)",
        "rows of others in counters",
    ),
}


@pytest.fixture
def server_store(postgres_url: str) -> Store:
    store = fresh_store(postgres_url)
    make_tenant(store)
    return store


def test_a_migrated_store_is_proved_and_keeps_nothing_of_the_proof(store: Store) -> None:
    prove_isolation(store)

    with store.system() as session:
        assert session.scalars(sa.select(Counter)).all() == []


def test_a_store_without_tables_is_refused(store_url: str, tmp_path: object) -> None:
    store = open_store(store_url, data_dir=tmp_path)  # pyright: ignore[reportArgumentType]

    with pytest.raises(StoreUnsafe, match="migrate it first"):
        prove_isolation(store)
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("way", BREAKS)
def test_a_hole_in_row_security_is_named(server_store: Store, way: str) -> None:
    sql, named = BREAKS[way]
    with server_store.engine.begin() as connection:
        connection.exec_driver_sql(sql)

    with pytest.raises(StoreUnsafe, match=named):
        prove_isolation(server_store)
    server_store.close()


@pytest.mark.postgres
def test_a_login_outside_the_roles_is_refused(server_store: Store, stranger: str) -> None:
    url = sa.make_url(server_store.url).set(username=stranger, password="secret")
    theirs = open_store(url.render_as_string(hide_password=False), data_dir=server_store.data_dir)

    with pytest.raises(StoreUnsafe, match="must be a member"):
        prove_isolation(theirs)
    theirs.close()
    server_store.close()


@pytest.mark.postgres
def test_an_ordinary_owner_can_migrate_and_serve(owner_url: str, tmp_path: object) -> None:
    store = fresh_store(owner_url)
    make_tenant(store, "t1", 1)
    make_tenant(store, "t2", 2)

    prove_isolation(store)
    with store.session("t1") as session:
        session.add(Counter(id="a", value=1))

    with store.reading("t2") as session:
        assert session.scalars(sa.select(Counter)).all() == []
    store.close()
