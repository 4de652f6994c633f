"""A server that sends exactly the bytes a test gives it, over real sockets, and remembers what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from wildberries.client import WildberriesClient

TOKEN = "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl"
TRICKLE_SECONDS = 0.01

Answering = Callable[[socket.socket], None]


def ok(body: bytes, *headers: str) -> bytes:
    """Return a whole 200 with this body."""
    return head(f"Content-Length: {len(body)}", *headers) + body


def head(*headers: str, status: str = "200 OK") -> bytes:
    """Return a status line and headers; nothing is added to them."""
    return ("\r\n".join([f"HTTP/1.1 {status}", *headers]) + "\r\n\r\n").encode()


class ByteServer:
    """Answers each connection once with these pieces, then hangs up, or stays on: silent (b"") or trickling."""

    def __init__(self, *pieces: bytes, then: bytes | None = None) -> None:
        self.heads: list[str] = []
        self._pieces = pieces
        self._then = then
        self._closing = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def client(self) -> WildberriesClient:
        """Return a client of this server, with TOKEN."""
        return WildberriesClient(self.url, TOKEN)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self.heads.append(connection.recv(65536).decode(errors="replace"))
                self._send(connection)

    def _send(self, connection: socket.socket) -> None:
        try:
            for piece in self._pieces:
                connection.sendall(piece)
            while self._then is not None and not self._closing.wait(TRICKLE_SECONDS):
                connection.sendall(self._then)
        except OSError:
            return


def chunks(*pieces: bytes) -> Iterable[bytes]:
    """Return the pieces in HTTP's chunked encoding, without the chunk that ends it."""
    return (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
