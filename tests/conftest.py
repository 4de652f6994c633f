"""A real Postgres for the tests that need one (DATABASE_URL's server, or an embedded one, never a database in use), and
the state machine over it."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import pytest

from chatsync.errors import DatabaseUnavailableError
from database import connection, logins, migrations
from database.connection import Database, transaction
from local.engine.postgres import Postgres
from tests.support.machine import Machine
from tests.support.one_engine import ONE_ENGINE, OneEngine
from tests.support.project import ROOT, TABLES

READER = "chat_reader"  # migrations/0012_people.sql makes it
SHARING = {"machine", "crashing"}  # the fixtures of which each opens the engine that it shares
pytest_plugins = ["tests.support.running"]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A new database of its own, with all migrations; dropped at the end."""
    with ExitStack() as undo:
        server = os.environ.get("DATABASE_URL")
        if not server:
            # Not pytest's own folder, which only root may enter: as root, Postgres runs as another user.
            folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="chat-history-sync-")))
            folder.chmod(0o711)
            server = undo.enter_context(Postgres(folder / "data", durable=False)).url
        name = f"test_{uuid.uuid4().hex[:12]}"
        admin = connection.connect(connection.read_address(server))
        undo.callback(admin.close)
        admin.run(f"CREATE DATABASE {name}")
        undo.callback(admin.run, f"DROP DATABASE {name} WITH (FORCE)")
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            migrations.migrate(ROOT / "migrations")
            yield url


@pytest.fixture(scope="session")
def functions_url(postgres_url: str) -> Iterator[str]:
    """The same database for the user that the deployed functions log in as, with its few rights and no more."""
    user, password = f"functions_{uuid.uuid4().hex[:12]}", "for-servers-that-ask"
    with _admin(postgres_url) as admin:
        is_new = not admin.run("SELECT FROM pg_roles WHERE rolname = 'rds_iam'")
        if is_new:
            admin.run("CREATE ROLE rds_iam")  # every RDS has it
        logins.ensure_user(Database(admin), user)
        admin.run(f"ALTER ROLE {user} PASSWORD '{password}'")
    parts = urlsplit(postgres_url)
    yield urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port}"))
    with _admin(postgres_url) as admin:
        admin.run(f"DROP OWNED BY {user}; DROP ROLE {user}")
        # Another process of this run may need it still.
        if is_new and not admin.run("SELECT FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole"):
            admin.run("DROP ROLE rds_iam")


@pytest.fixture(scope="session")
def reader_url(postgres_url: str) -> Iterator[str]:
    """The same database for the login that ReadDataFunction has; elsewhere than on RDS the role has none by itself."""
    password = "for-servers-that-ask"
    with _admin(postgres_url) as admin:
        admin.run(f"ALTER ROLE {READER} LOGIN PASSWORD '{password}'")
    parts = urlsplit(postgres_url)
    yield urlunsplit(parts._replace(netloc=f"{READER}:{password}@{parts.hostname}:{parts.port}"))
    with _admin(postgres_url) as admin:
        admin.run(f"ALTER ROLE {READER} NOLOGIN PASSWORD NULL")


@contextmanager
def _admin(url: str) -> Iterator[Any]:
    """A connection of its own, not held for long: some tests end all connections."""
    with closing(connection.connect(connection.read_address(url))) as admin:
        yield admin


@pytest.fixture
def emptied(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's database, without any rows; DATABASE_URL names it."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    # A page that a browser asked for and left may be read still: of two who wait for each other, Postgres ends one.
    for passed_over in ((DatabaseUnavailableError,), (DatabaseUnavailableError,), ()):
        with suppress(*passed_over), transaction() as database:
            _empty(database)
            break
    return postgres_url


def _empty(database: Database) -> None:
    """Remove all rows, and let ids begin anew; a test that was rolled back left no more than ids."""
    rows = " OR ".join(f"EXISTS (SELECT FROM {table})" for table in TABLES.split(", "))
    used = "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    if database.rows(f"SELECT {rows} AS found")[0]["found"]:  # TRUNCATE takes ten times as long as all the rest
        database.run(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    for sequence in database.rows(used):
        database.run(f"ALTER SEQUENCE {sequence['name']} RESTART")


@pytest.fixture(scope="module", autouse=True)
def _engine_of_others_closed(request: pytest.FixtureRequest) -> None:
    """Close the engine that tests share before a module that may need another, or moto for itself."""
    here = [item for item in request.session.items if item.path == request.path]
    if not any(SHARING & set(getattr(item, "fixturenames", ())) for item in here):
        ONE_ENGINE.close()


@pytest.fixture(scope="session")
def one_engine(postgres_url: str) -> Iterator[OneEngine]:
    """The engine that tests share; it ends before its database does."""
    yield ONE_ENGINE
    ONE_ENGINE.close()


@pytest.fixture(scope="session")
def shared_machine(one_engine: OneEngine, functions_url: str) -> Callable[[], Machine]:
    """The machine of all tests that run the whole state machine; its workers stay warm."""

    def start(undo: ExitStack) -> Machine:
        machine = Machine(functions_url)
        undo.enter_context(machine.engine)
        return machine

    return lambda: cast(Machine, one_engine.get("machine", start))


@pytest.fixture
def machine(shared_machine: Callable[[], Machine], emptied: str) -> Machine:
    """The state machine over an empty database."""
    return shared_machine()


@pytest.fixture
def database(emptied: str) -> Iterator[Database]:
    """A transaction on the emptied database, rolled back at the end."""
    with pytest.raises(_RolledBackError), transaction() as opened:
        yield opened
        raise _RolledBackError


class _RolledBackError(Exception):
    pass
