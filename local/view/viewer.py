"""The viewer's function, served to the browsers of this machine."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.engine.lambdas import LambdaService
from local.engine.stack import StackInvalidError, load_stack
from local.errors import NotNowError, UsageError
from local.paths import KEPT, LIVE_RUNS, ROOT
from local.terminal.tables import console
from local.view.key import FIELD, kept_key
from local.view.server import Answer, ViewerServer

VIEWER = "viewer"
# What makes the template have a viewer; nobody logs in on one's own machine.
PARAMETERS = {"ViewerIssuer": "https://this.machine", "ViewerAudience": "local"}
UNAVAILABLE, FAILED = 503, 502
PASSED_ON = "TAXONOMY_FILE"


def view(port: int, store_id: str | None) -> int:
    """Serve the pages, first the chats of a store if one is named, until Ctrl-C; 0 then."""
    if not (KEPT / "layers" / "viewer").exists():
        raise UsageError(f"The viewer's libraries are not installed. Run `make setup` in {ROOT} first.")
    with closing(Viewer()) as viewer:
        # Only now: the process that workers are forked from imports meanwhile.
        from local.installation.database import where_it_is  # noqa: PLC0415
        from local.view.database import ViewedDatabase  # noqa: PLC0415

        database = ViewedDatabase(viewer.use)
        with database, _server(port, lambda event: viewer.answer(database.url, event)) as server:
            fields = ({"store": store_id} if store_id else {}) | {FIELD: server.key}
            where = f"/{'chats' if store_id else ''}?{urlencode(fields)}"
            console.sentence(f"Showing {where_it_is()} at")
            print(f"{server.url}{where}")  # in one line, however long
            console.sentence("The key in it lets your browser in, now and later: keep it to yourself. Ctrl-C ends it.")
            sys.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                console.sentence("Stopped.")
    return 0


@contextmanager
def _server(port: int, answer: Answer) -> Iterator[ViewerServer]:
    try:
        key = kept_key(KEPT / "view.key")
    except OSError as error:
        raise NotNowError(f"{error.filename} cannot be written: {error.strerror}. Let this user write there.") from None
    try:
        server = ViewerServer(port, key, answer)
    except OSError as error:
        raise NotNowError(f"Port {port} is not available ({error.strerror}). Choose another with --port.") from None
    with server:
        yield server


class Viewer:
    """The viewer's function in worker processes, as on Lambda, on whichever server has the database now."""

    def __init__(self) -> None:
        """Start the process that the workers are forked from. Raises NotNowError where the template has no viewer."""
        self._lock = threading.Lock()
        self._url = ""
        self._service = _service()
        self._on_database = ExitStack()

    def use(self, url: str) -> None:
        """Answer from this database from now on; a first worker starts at once."""
        with self._lock:
            if url == self._url:
                return
            self._on_database.close()  # workers learn the address only when they start
            self._on_database.enter_context(self._service.changed_environment([VIEWER], {"DATABASE_URL": url}))
            self._url = url
            self._service.warm_up([VIEWER])

    def answer(self, find_database: Callable[[], str], event: dict[str, Any]) -> Mapping[str, Any]:
        """Return the function's answer to an event; where it gave none, one that says so."""
        try:
            self.use(find_database())
        except NotNowError as error:
            return _plain(UNAVAILABLE, str(error))
        done = self._service.invoke(VIEWER, event)
        if done.failed or not isinstance(done.payload, dict):
            return _plain(FAILED, f"The page failed. {KEPT / 'logs' / 'viewer.log'} says why.")
        return done.payload

    def close(self) -> None:
        """End the workers."""
        self._on_database.close()
        self._service.close()


def _service() -> LambdaService:
    environment = {"LIVE_RUNS_FOLDER": str(LIVE_RUNS), "CONSOLE_URL": "", "POWERTOOLS_TRACE_DISABLED": "true"}
    own = os.environ.get(PASSED_ON)
    environment |= {PASSED_ON: str(Path(own).absolute())} if own else {}  # the workers run in other folders
    try:
        return LambdaService(load_stack(ROOT, PARAMETERS, environment), KEPT / "logs")
    except StackInvalidError as error:
        raise NotNowError(str(error)) from None


def _plain(status: int, sentence: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "text/plain; charset=utf-8"}, "body": sentence}
