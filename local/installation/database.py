"""The database of the command line: the one that DATABASE_URL names, or the one kept in .local/."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from chatsync.errors import DatabaseUnavailableError, SettingMissingError
from database import fills, logins, marks, migrations, search_indexes
from database.connection import Address, Database, read_address, transaction
from local.engine.postgres import Postgres
from local.errors import NotNowError, UsageError
from local.installation.kept_server import FUNCTIONS, KEPT_DATABASE, entered, kept_server
from local.paths import MIGRATIONS

NEXT_RUN = " The next run tries again."  # true of a schedule's runs, not of a person's

Result = TypeVar("Result")


@dataclass(frozen=True)
class OpenedDatabase:
    """A database with its tables up to date: what the functions log in with, and whether it is the one in .local/."""

    functions_url: str = field(repr=False)
    is_kept: bool


@contextmanager
def opened_database() -> Iterator[OpenedDatabase]:
    """Set DATABASE_URL for this process, bring the tables up to date, and yield the database for a sync.

    Raises:
        AutomaticListInvalidError: The list that AUTOMATIC_FILE names cannot be used.
        UsageError: DATABASE_URL is not the address of a Postgres.
        NotNowError: It is not reached, or the kept database cannot be opened.
    """
    if given := os.environ.get("DATABASE_URL"):
        migrate_given_database()
        marks.mark_messages()
        yield OpenedDatabase(given, is_kept=False)
        return
    with entered(kept_server()) as server, named(server):
        migrate()
        marks.mark_messages()
        with transaction() as database:
            logins.grant_rights(database, FUNCTIONS)
        yield OpenedDatabase(server.url_for(FUNCTIONS), is_kept=True)


def query(read: Callable[[Database], Result]) -> Result:
    """Return what `read` returns, in one transaction, also while a sync runs. Raises as opened_database."""
    if os.environ.get("DATABASE_URL"):
        migrate_given_database()
        with transaction() as database:
            return read(database)
    require_kept_database()
    with entered(kept_server()) as server, named(server):
        migrate()
        with transaction() as database:
            return read(database)


def require_kept_database() -> None:
    """Raise NotNowError where no database was made yet."""
    if not (KEPT_DATABASE / "PG_VERSION").exists():
        raise NotNowError("Nothing was synced on this machine yet. Start with `./chats sync` (or `make run`).")


def where_it_is() -> str:
    """Return the database's place for people, without user and password. Raises UsageError as opened_database."""
    if not os.environ.get("DATABASE_URL"):
        return ".local/postgres"
    address = given_address()
    return f"the database {address.database} on {address.host}:{address.port}"


def migrate_given_database() -> None:
    """Bring the tables of DATABASE_URL's database up to date. Raises as opened_database."""
    address = given_address()
    try:
        migrate()
    except DatabaseUnavailableError as error:
        raise NotNowError(
            f"{str(error).removesuffix(NEXT_RUN)} Check DATABASE_URL (it names {address.host}:{address.port}), and "
            "that the server runs. Without DATABASE_URL a database is kept in .local/."
        ) from None


@contextmanager
def named(server: Postgres) -> Iterator[None]:
    """Let DATABASE_URL name the kept database meanwhile, for its owner."""
    os.environ["DATABASE_URL"] = server.url
    try:
        yield
    finally:
        del os.environ["DATABASE_URL"]


def migrate() -> None:
    """Bring the tables of the database that DATABASE_URL names up to date."""
    migrations.migrate(MIGRATIONS)
    fills.fill_tables()
    marks.mark_if_never_marked()
    search_indexes.rebuild_search_indexes()


def given_address() -> Address:
    """Return what DATABASE_URL names; an error never quotes it, it may hold a password. Raises UsageError."""
    try:
        return read_address(os.environ["DATABASE_URL"])
    except SettingMissingError:
        raise UsageError(
            "DATABASE_URL must look like postgresql://user:password@host:port/database "
            "(special characters of the password as %40 and the like)."
        ) from None
