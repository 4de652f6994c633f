"""The database of the command line: the one that DATABASE_URL names, or the one kept in .local/."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from chatsync.errors import DatabaseUnavailableError, SettingMissingError
from database import migrations
from database.connection import Address, Database, read_address, transaction
from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.errors import NotNowError, UsageError
from local.paths import KEPT, MIGRATIONS

KEPT_DATABASE = KEPT / "postgres"
# Locks: held by `view` while a sync may use its server, and by the sync that does.
VIEWED, SYNCING = KEPT / "postgres.viewed", KEPT / "postgres.syncing"
SYNC_RUNS = f"Another sync runs on the database kept in {KEPT_DATABASE}: wait for its end."
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
        raise NotNowError("Nothing was synced on this machine yet. Start with `./chats sync` (or `make run`).")
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
    """Start the kept server; where `./chats view` has it, use that one, which then outlives the sync."""
    with ExitStack() as undo:
        yield _patiently(lambda: _own_or_viewed(undo), _ServerBusyError)


def _own_or_viewed(undo: ExitStack) -> str:
    try:
        return undo.enter_context(_started()).url
    except _ServerBusyError:
        if not _is_held(VIEWED):
            raise
        with ExitStack() as held:
            held.enter_context(_held(SYNCING))
            url = _url_of_running_server()
            undo.push(held.pop_all())
        return url


@contextmanager
def _started() -> Iterator[Postgres]:
    """Start the kept server, and stop it in the end.

    A sync may outlive the `view` whose server it uses. Then nobody has the server, and yet it must not be touched.
    """
    KEPT.mkdir(exist_ok=True)
    if _is_held(SYNCING):
        raise _ServerBusyError(SYNC_RUNS)
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


class ViewedDatabase:
    """The database for as long as pages are shown (a context manager), whoever's server it is at a moment.

    A sync that runs first has the server, and takes it down at its end; the next page then starts it again. A sync
    that comes later uses this one's.
    """

    def __init__(self, on_wait: Callable[[], None]) -> None:
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._undo = ExitStack()
        self._own: Postgres | None = None

    def __enter__(self) -> "ViewedDatabase":
        """Bring the tables up to date. Raises as opened_database."""
        if os.environ.get("DATABASE_URL"):
            _migrate_given()
        else:
            self.url()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the server, if it is ours: not under a sync that uses it.

        Who does not want to wait for that leaves the server to the sync; whoever has the lock next stops it.
        """
        if self._own is None:
            return
        with ExitStack() as waiting:
            try:
                waiting.enter_context(_held(SYNCING))
            except _ServerBusyError:
                self._wait_for_the_sync(self._own, waiting)
            self._undo.close()

    def _wait_for_the_sync(self, server: Postgres, waiting: ExitStack) -> None:
        try:
            self._on_wait()
            waiting.enter_context(_held(SYNCING, patient=True))
        except KeyboardInterrupt:
            server.leave_running()
            raise

    def url(self) -> str:
        """Return where the database is now, starting the kept server where nobody runs it. Raises NotNowError."""
        if given := os.environ.get("DATABASE_URL"):
            return given
        with self._lock:
            return self._own.url if self._own else _patiently(self._of_now, _ServerBusyError)

    def _of_now(self) -> str:
        with ExitStack() as undo:
            try:
                server = undo.enter_context(_started())
            except _ServerBusyError:
                return _url_of_running_server()
            with _named(server.url):
                migrations.migrate(MIGRATIONS)
            undo.enter_context(_held(VIEWED))
            self._undo, self._own = undo.pop_all(), server
            return server.url


@contextmanager
def _held(path: Path, patient: bool = False) -> Iterator[None]:
    """Hold a lock file; the system releases it when this process ends. Raises _ServerBusyError if another has it."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        except BlockingIOError:
            raise _ServerBusyError(SYNC_RUNS) from None
        yield


def _is_held(path: Path) -> bool:
    try:
        with _held(path):
            return False
    except _ServerBusyError:
        return True


class _ServerBusyError(NotNowError):
    """Another process has the kept server."""
