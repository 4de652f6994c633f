"""The database of the command line: the one that DATABASE_URL names, or the one kept in .local/."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from chatsync.errors import DatabaseUnavailableError, SettingMissingError
from database import marks, migrations
from database.connection import Address, Database, read_address, transaction
from local.errors import NotNowError, UsageError
from local.installation.kept_server import (
    KEPT_DATABASE,
    SYNCING,
    VIEWED,
    Result,
    ServerBusyError,
    is_locked,
    locked,
    running_server_url,
    started_server,
    try_patiently,
)
from local.paths import MIGRATIONS

NEXT_RUN = " The next run tries again."  # true of a schedule's runs, not of a person's


@contextmanager
def opened_database() -> Iterator[bool]:
    """Set DATABASE_URL for this process, bring the tables up to date, and yield whether the database is ours alone.

    Raises:
        AutomaticListInvalidError: The list that AUTOMATIC_FILE names cannot be used.
        UsageError: DATABASE_URL is not the address of a Postgres.
        NotNowError: It is not reached, or another sync uses the kept database.
    """
    if os.environ.get("DATABASE_URL"):
        migrate_given_database()
        marks.mark_messages()
        yield False
        return
    with ExitStack() as undo:
        migrate_kept_database(try_patiently(lambda: _start_or_share(undo), ServerBusyError), undo)
        marks.mark_messages()
        yield True


def query(read: Callable[[Database], Result]) -> Result:
    """Return what `read` returns, in one transaction, also while a sync runs. Raises as opened_database."""
    if os.environ.get("DATABASE_URL"):
        migrate_given_database()
        with transaction() as database:
            return read(database)
    if not (KEPT_DATABASE / "PG_VERSION").exists():
        raise NotNowError("Nothing was synced on this machine yet. Start with `./chats sync` (or `make run`).")
    return try_patiently(lambda: _read_kept(read), DatabaseUnavailableError, ServerBusyError)


def where_it_is() -> str:
    """Return the database's place for people, without user and password. Raises UsageError as opened_database."""
    if not os.environ.get("DATABASE_URL"):
        return ".local/postgres"
    address = _given_address()
    return f"the database {address.database} on {address.host}:{address.port}"


def migrate_given_database() -> None:
    """Bring the tables of DATABASE_URL's database up to date. Raises as opened_database."""
    address = _given_address()
    try:
        migrations.migrate(MIGRATIONS)
        marks.mark_if_never_marked()
    except DatabaseUnavailableError as error:
        raise NotNowError(
            f"{str(error).removesuffix(NEXT_RUN)} Check DATABASE_URL (it names {address.host}:{address.port}), and "
            "that the server runs. Without DATABASE_URL a database is kept in .local/."
        ) from None


def migrate_kept_database(url: str, undo: ExitStack) -> None:
    """Bring the tables of the kept server up to date; DATABASE_URL names it until `undo` closes."""
    os.environ["DATABASE_URL"] = url
    undo.callback(os.environ.pop, "DATABASE_URL")
    migrations.migrate(MIGRATIONS)
    marks.mark_if_never_marked()


def _read_kept(read: Callable[[Database], Result]) -> Result:
    with ExitStack() as undo:
        try:
            url = undo.enter_context(started_server()).url
        except ServerBusyError:
            url = running_server_url()
        migrate_kept_database(url, undo)
        with transaction() as database:
            return read(database)


def _start_or_share(undo: ExitStack) -> str:
    """Start the kept server; where a view has it, use that one, which then outlives the sync."""
    try:
        return undo.enter_context(started_server()).url
    except ServerBusyError:
        if not is_locked(VIEWED):
            raise
        with ExitStack() as lock:
            lock.enter_context(locked(SYNCING))
            url = running_server_url()
            undo.push(lock.pop_all())
        return url


def _given_address() -> Address:
    """Return what DATABASE_URL names; an error never quotes it, it may hold a password."""
    try:
        return read_address(os.environ["DATABASE_URL"])
    except SettingMissingError:
        raise UsageError(
            "DATABASE_URL must look like postgresql://user:password@host:port/database "
            "(special characters of the password as %40 and the like)."
        ) from None
