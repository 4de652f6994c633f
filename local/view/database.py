"""The database for as long as pages are shown."""

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack

from local.installation.database import migrate, migrate_given_database, named
from local.installation.kept_server import VIEWER, entered, kept_server


class ViewedDatabase:
    """The database while pages are shown (a context manager).

    `on_start` is called with the viewer's address of it as soon as that is known, before the tables are brought up to
    date.
    """

    def __init__(self, on_start: Callable[[str], None]) -> None:
        # Read once: the variable also names the kept database while its tables are brought up to date.
        self._given = os.environ.get("DATABASE_URL")
        self._on_start = on_start
        self._lock = threading.Lock()
        self._undo = ExitStack()
        self._server = kept_server()

    def __enter__(self) -> "ViewedDatabase":
        """Bring the tables up to date. Raises as opened_database."""
        if self._given:
            self._on_start(self._given)
            migrate_given_database()
        else:
            self._enter()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Leave the server."""
        self._undo.close()

    def url(self) -> str:
        """Return where the database is now; a kept server that was killed is started again. Raises NotNowError."""
        if self._given:
            return self._given
        with self._lock:
            if not self._server.is_running:
                self._undo.close()
                self._enter()
            return self._server.url_for(VIEWER)

    def _enter(self) -> None:
        with ExitStack() as undo:
            undo.enter_context(entered(self._server))
            self._on_start(self._server.url_for(VIEWER))
            with named(self._server):
                migrate()
            self._undo = undo.pop_all()
