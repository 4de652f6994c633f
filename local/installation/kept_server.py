"""The server of the database kept in .local/: one process starts it, and others use it meanwhile.

A sync that runs first has the server and stops it at its end. A sync that comes while `./chats view` has the server
uses that one, and may outlive the view: two lock files tell whose turn it is.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.errors import NotNowError
from local.paths import KEPT

KEPT_DATABASE = KEPT / "postgres"
VIEWED = KEPT / "postgres.viewed"  # locked by a view while a sync may use its server
SYNCING = KEPT / "postgres.syncing"  # locked by the sync that does
SYNC_RUNS = f"Another sync is using the database kept in {KEPT_DATABASE}. Wait until it has finished."
PATIENCE_SECONDS = 3.0  # A command that only reads has the server for about a second.
RETRY_SECONDS = 0.1
PORT_LINE, STATE_LINE = 3, 7  # of postmaster.pid, counted from 0

Result = TypeVar("Result")


class ServerBusyError(NotNowError):
    """Another process has the kept server."""


@contextmanager
def started_server() -> Iterator[Postgres]:
    """Start the kept server, and stop it in the end.

    Raises:
        ServerBusyError: Another process has it, or a sync still uses the server that a view left to it.
        NotNowError: It does not start, or belongs to another user.
    """
    KEPT.mkdir(exist_ok=True)
    if is_locked(SYNCING):
        raise ServerBusyError(SYNC_RUNS)
    with ExitStack() as undo:
        try:
            server = undo.enter_context(Postgres(KEPT_DATABASE, durable=True))
        except PostgresInUseError as error:
            raise ServerBusyError(f"{error}, or wait until it has finished.") from None
        except PostgresFailedError as error:
            raise NotNowError(f"The database kept in {KEPT_DATABASE} does not start. {error}") from None
        except PermissionError as error:
            raise NotNowError(f"{error.filename} belongs to another user. Run this as that user.") from None
        yield server


def running_server_url() -> str:
    """Return the address of the server that another process runs; raises ServerBusyError while it starts or stops."""
    try:
        lines = (KEPT_DATABASE / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    if len(lines) <= STATE_LINE or lines[STATE_LINE].strip() != "ready":
        raise ServerBusyError(f"The database kept in {KEPT_DATABASE} is being started or stopped. Try again.")
    return f"postgresql://postgres@127.0.0.1:{lines[PORT_LINE].strip()}/postgres"


def try_patiently(attempt: Callable[[], Result], *passing: type[Exception]) -> Result:
    """Return the attempt's result; try again while it fails for a moment only, with one of these errors."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except passing:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)


@contextmanager
def locked(path: Path, wait: bool = False) -> Iterator[None]:
    """Hold a lock file; the system releases it when this process ends. Raises ServerBusyError if another has it."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise ServerBusyError(SYNC_RUNS) from None
        yield


def is_locked(path: Path) -> bool:
    """Return whether a process holds a lock file."""
    try:
        with locked(path):
            return False
    except ServerBusyError:
        return True
