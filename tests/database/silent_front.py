"""A way to Postgres on which a connection falls silent, as when its server is gone without closing it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from urllib.parse import urlsplit, urlunsplit

from database.connection import POSTGRES_PORT

# A silent connection goes on after this time. Who waits longer for it takes it for a living one, and a test sees that.
PATIENCE_SECONDS = 5.0


class Front:
    """Hands bytes on, connection by connection, until it is closed."""

    def __init__(self, postgres: tuple[str, int]) -> None:
        self._postgres = postgres
        self._silenced = 0
        self._closing = threading.Event()
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = int(self._sockets[0].getsockname()[1])
        threading.Thread(target=self._accept, args=(self._sockets[0],), daemon=True).start()

    def silence(self, connections: int) -> None:
        """Let the first so many connections, made or yet to be made, hand nothing on any more."""
        self._silenced = connections

    def close(self) -> None:
        self._closing.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            for number in count(1):
                client, _ = listening.accept()
                server = socket.create_connection(self._postgres)
                self._sockets += [client, server]
                for way in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(*way, number), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, number: int) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if number <= self._silenced:
                    self._closing.wait(PATIENCE_SECONDS)
                target.sendall(piece)
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def front(url: str) -> Iterator[tuple[Front, str]]:
    """Yield a front of the Postgres at this address, and the address that leads through it."""
    parts = urlsplit(url)
    opened = Front((parts.hostname or "", parts.port or POSTGRES_PORT))
    user = parts.netloc.rpartition("@")[0]
    try:
        yield opened, urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{opened.port}"))
    finally:
        opened.close()
