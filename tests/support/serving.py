"""`./chats view` as a process of its own, on any free port."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.view.key import COOKIE
from tests.support.program import Program


@dataclass(frozen=True)
class Site:
    """Where the pages are."""

    port: int
    key: str = ""

    @property
    def cookie(self) -> str:
        """Return what a browser that was let in sends."""
        return f"{COOKIE}={self.key}"

    @property
    def address(self) -> str:
        """Return the pages' address without a path."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(database: str = "", root: Path | None = None, **variables: str) -> Iterator[Site]:
    """Serve the pages of a database, or of the one kept in root's .local/."""
    environment = variables | ({"DATABASE_URL": database} if database else {})
    with Program("view", "--port", "0", root=root, environment=environment) as program:
        program.until("Ctrl-C")
        where = re.search(r"http://127\.0\.0\.1:(\d+)/\S*key=(\S+)", program.seen)
        assert where is not None
        yield Site(int(where[1]), where[2])
        program.send(signal.SIGTERM)
        assert program.ended() == 0, program.seen
