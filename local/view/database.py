"""The database for as long as pages are shown, whichever process owns its server."""

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack

from local.engine.postgres import Postgres
from local.installation.database import migrate_given_database, migrate_kept_database
from local.installation.kept_server import (
    SYNCING,
    VIEWED,
    ServerBusyError,
    locked,
    running_server_url,
    started_server,
    try_patiently,
)


class ViewedDatabase:
    """The database while pages are shown (a context manager); `on_wait` is called before waiting for a sync.

    `on_start` is called with the database's address as soon as it is known, before the tables are brought up to date.
    A sync that runs first has the server, and takes it down at its end; the next page then starts it again. A sync
    that comes later uses this one's.
    """

    def __init__(self, on_wait: Callable[[], None], on_start: Callable[[str], None]) -> None:
        self._on_wait, self._on_start = on_wait, on_start
        self._lock = threading.Lock()
        self._undo = ExitStack()
        self._own: Postgres | None = None

    def __enter__(self) -> "ViewedDatabase":
        """Bring the tables up to date. Raises as opened_database."""
        if given := os.environ.get("DATABASE_URL"):
            self._on_start(given)
            migrate_given_database()
        else:
            self.url()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the server, if it is ours, but not under a sync that uses it.

        A person who does not want to wait for that leaves the server to the sync; the next to hold the lock stops it.
        """
        if self._own is None:
            return
        with ExitStack() as waiting:
            try:
                waiting.enter_context(locked(SYNCING))
            except ServerBusyError:
                self._wait_for_the_sync(self._own, waiting)
            self._undo.close()

    def url(self) -> str:
        """Return where the database is now, starting the kept server where nobody runs it. Raises NotNowError."""
        if given := os.environ.get("DATABASE_URL"):
            return given
        with self._lock:
            return self._own.url if self._own else try_patiently(self._start_or_share, ServerBusyError)

    def _wait_for_the_sync(self, server: Postgres, waiting: ExitStack) -> None:
        try:
            self._on_wait()
            waiting.enter_context(locked(SYNCING, wait=True))
        except KeyboardInterrupt:
            server.leave_running()
            raise

    def _start_or_share(self) -> str:
        with ExitStack() as undo:
            try:
                server = undo.enter_context(started_server())
            except ServerBusyError:
                return running_server_url()
            self._on_start(server.url)
            with ExitStack() as named:
                migrate_kept_database(server.url, named)
            undo.enter_context(locked(VIEWED))
            self._undo, self._own = undo.pop_all(), server
            return server.url
