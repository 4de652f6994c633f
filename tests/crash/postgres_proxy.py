"""Between the workers and Postgres: whole exchanges of the wire protocol, held at each crash point.

https://www.postgresql.org/docs/current/protocol-message-formats.html: after its first message every message is a byte
of kind, a length, and a body. The client then waits for ReadyForQuery, once it has sent a Query or a Sync.
"""

import socket
import socketserver
from contextlib import closing, suppress
from typing import BinaryIO

from tests.crash.points import AFTER, BEFORE, LOGIN, STATEMENT, CutError, Points

QUERY, PARSE, SYNC, TERMINATE, READY = b"Q", b"P", b"S", b"X", b"Z"
LENGTH_BYTES = 4
SHOWN_CHARACTERS = 60


class PostgresProxy(socketserver.ThreadingTCPServer):
    """Listens on a loopback port; each connection is relayed to Postgres by a thread of its own."""

    daemon_threads = True

    def __init__(self, points: Points, host: str, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.points = points
        self.target = (host, port)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])


class _Session(socketserver.BaseRequestHandler):
    server: PostgresProxy

    def handle(self) -> None:
        """Relay one connection until one side leaves, or both are cut off."""
        with closing(socket.create_connection(self.server.target)) as postgres:
            for side in (postgres, self.request):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(EOFError, CutError, ConnectionError):
                self._relay(self.request.makefile("rb"), postgres.makefile("rb"), postgres)
            # A reader that is still open would keep its connection open.
            for side in (postgres, self.request):
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def _relay(self, client: BinaryIO, answers: BinaryIO, postgres: socket.socket) -> None:
        self._exchange(LOGIN, "startup", _body(client), answers, postgres)
        sql = ""
        while True:
            flight, kinds, named = _flight(client)
            if kinds == TERMINATE:
                postgres.sendall(flight)
                return
            sql = named or sql
            self._exchange(STATEMENT, f"{kinds.decode()}: {sql}", flight, answers, postgres)

    def _exchange(self, kind: str, what: str, flight: bytes, answers: BinaryIO, postgres: socket.socket) -> None:
        self.server.points.reach(kind, BEFORE, what)
        postgres.sendall(flight)
        answer = _answer(answers)
        self.server.points.reach(kind, AFTER, what)
        self.request.sendall(answer)


def _flight(client: BinaryIO) -> tuple[bytes, bytes, str | None]:
    """Return what the client sends before it waits for an answer, the kinds of its messages, and their SQL."""
    flight, kinds, sql = b"", b"", None
    while not kinds.endswith((QUERY, SYNC, TERMINATE)):
        kind = _read(client, 1)
        body = _body(client)
        if kind in {QUERY, PARSE}:
            sql = _shown(body[LENGTH_BYTES:])
        flight += kind + body
        kinds += kind
    return flight, kinds, sql


def _answer(answers: BinaryIO) -> bytes:
    """Return what Postgres sends until it is ready for the next exchange."""
    answer = b""
    while True:
        kind = _read(answers, 1)
        answer += kind + _body(answers)
        if kind == READY:
            return answer


def _body(stream: BinaryIO) -> bytes:
    length = _read(stream, LENGTH_BYTES)
    return length + _read(stream, int.from_bytes(length, "big") - LENGTH_BYTES)


def _read(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


def _shown(body: bytes) -> str:
    """Return the beginning of the SQL; a Parse has the (here empty) name of its statement before it."""
    return " ".join(body.lstrip(b"\0").split(b"\0")[0].decode().split())[:SHOWN_CHARACTERS]
