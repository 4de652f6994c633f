"""The database of the command line: the one that DATABASE_URL names, or the one kept in .local/."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from chatsync.errors import DatabaseUnavailableError, SettingMissingError
from database import migrations
from database.connection import Address, Database, read_address, transaction
from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.errors import NotNowError, UsageError
from local.paths import KEPT, MIGRATIONS

KEPT_DATABASE = KEPT / "postgres"
PATIENCE_SECONDS = 3.0  # Somebody who only reads has the kept database for about a second.
LOOK_AGAIN_SECONDS = 0.1
NEXT_RUN = " The next run tries again."  # true of a schedule's runs, not of a person's
PORT_LINE, STATE_LINE = 3, 7  # of postmaster.pid, counted from 0

Seen = TypeVar("Seen")


@contextmanager
def opened_database() -> Iterator[bool]:
    """Set DATABASE_URL for this process and bring the tables up to date; yield whether the database is ours alone.

    Raises:
        UsageError: DATABASE_URL is no address of a Postgres.
        NotNowError: It is not reached, or another sync runs on the kept database.
    """
    if os.environ.get("DATABASE_URL"):
        _migrate_given()
        yield False
        return
    with _kept_server() as url, _named(url):
        migrations.migrate(MIGRATIONS)
        yield True


def query(look: Callable[[Database], Seen]) -> Seen:
    """Return what `look` finds or does in one transaction, also while a sync runs. Raises as opened_database."""
    if os.environ.get("DATABASE_URL"):
        _migrate_given()
        with transaction() as database:
            return look(database)
    if not (KEPT_DATABASE / "PG_VERSION").exists():
        raise NotNowError("Nothing was synced on this machine yet. Start with `python -m local sync` (or `make run`).")
    return _patiently(lambda: _read_kept(look), DatabaseUnavailableError, _ServerBusyError)


def where_it_is() -> str:
    """Return the database's place for people, without user and password. Raises UsageError as opened_database."""
    if not os.environ.get("DATABASE_URL"):
        return ".local/postgres"
    address = _given_address()
    return f"the database {address.database} on {address.host}:{address.port}"


def _read_kept(look: Callable[[Database], Seen]) -> Seen:
    with ExitStack() as undo:
        try:
            url = undo.enter_context(_started()).url
        except _ServerBusyError:
            url = _url_of_running_server()
        undo.enter_context(_named(url))
        migrations.migrate(MIGRATIONS)
        with transaction() as database:
            return look(database)


@contextmanager
def _kept_server() -> Iterator[str]:
    with ExitStack() as undo:
        server = _patiently(lambda: undo.enter_context(_started()), _ServerBusyError)
        yield server.url


@contextmanager
def _started() -> Iterator[Postgres]:
    """Start the kept server, and stop it in the end."""
    KEPT.mkdir(exist_ok=True)
    with ExitStack() as undo:
        try:
            server = undo.enter_context(Postgres(KEPT_DATABASE, durable=True))
        except PostgresInUseError as error:
            raise _ServerBusyError(f"{error}, or wait for its end.") from None
        except PostgresFailedError as error:
            raise NotNowError(f"The database kept in {KEPT_DATABASE} does not start. {error}") from None
        except PermissionError as error:
            raise NotNowError(f"{error.filename} belongs to another user. Run this as that user.") from None
        yield server


def _url_of_running_server() -> str:
    try:
        lines = (KEPT_DATABASE / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    if len(lines) <= STATE_LINE or lines[STATE_LINE].strip() != "ready":
        raise _ServerBusyError(f"The database kept in {KEPT_DATABASE} is just being started or stopped. Try again.")
    return f"postgresql://postgres@127.0.0.1:{lines[PORT_LINE].strip()}/postgres"


def _patiently(attempt: Callable[[], Seen], *passing: type[Exception]) -> Seen:
    """Try again while another process has the kept server only for a moment."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except passing:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)


@contextmanager
def _named(url: str) -> Iterator[None]:
    os.environ["DATABASE_URL"] = url
    try:
        yield
    finally:
        del os.environ["DATABASE_URL"]


def _migrate_given() -> None:
    address = _given_address()
    try:
        migrations.migrate(MIGRATIONS)
    except DatabaseUnavailableError as error:
        raise NotNowError(
            f"{str(error).removesuffix(NEXT_RUN)} Check DATABASE_URL (it names {address.host}:{address.port}), and "
            "that the server runs. Without DATABASE_URL a database is kept in .local/."
        ) from None


def _given_address() -> Address:
    """Return what DATABASE_URL names; an error never quotes it, it may hold a password."""
    try:
        return read_address(os.environ["DATABASE_URL"])
    except SettingMissingError:
        raise UsageError(
            "DATABASE_URL must look like postgresql://user:password@host:port/database "
            "(special characters of the password as %40 and the like)."
        ) from None


class _ServerBusyError(NotNowError):
    """Another process has the kept server."""
