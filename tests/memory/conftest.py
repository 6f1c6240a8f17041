"""Logins of a PostgreSQL server that are not its superuser."""

from collections.abc import Iterator
from secrets import token_hex

import pytest
import sqlalchemy as sa

from memory.guards import install_guards


@pytest.fixture
def stranger(postgres_url: str) -> Iterator[str]:
    """A login that is a member of nothing; its password is `secret`."""
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"friday_test_{token_hex(4)}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
        yield name
        connection.exec_driver_sql(f"REASSIGN OWNED BY {name} TO current_user")
        connection.exec_driver_sql(f"DROP OWNED BY {name}")
        connection.exec_driver_sql(f"DROP ROLE {name}")


@pytest.fixture
def prepared_server(postgres_url: str) -> None:
    """Both roles exist on the server once any store was migrated there."""
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        install_guards(connection)


@pytest.fixture
def owner_url(postgres_url: str, stranger: str, prepared_server: None) -> str:
    """An empty database that an ordinary login owns, as an installation's would."""
    url = sa.make_url(postgres_url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" OWNER TO {stranger}')
        connection.exec_driver_sql("DROP SCHEMA dbos CASCADE")
        # What a superuser does once for a login that serves Friday.
        connection.exec_driver_sql(f"GRANT friday_app, friday_system TO {stranger}")
    return url.set(username=stranger, password="secret").render_as_string(hide_password=False)
