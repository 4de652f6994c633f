"""How answers travel: HTTP/1.1 with keep-alive on a loopback port, cut or held where a fault says so."""

from __future__ import annotations

import select
import socket
import socketserver
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event

from local.simulator.answers import Answer

LOOK_AGAIN_SECONDS = 0.05  # how often a held request looks whether its client is still there


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer and how it is sent. No answer: the request is held. `missing_bytes` are promised and never sent."""

    answer: Answer | None
    missing_bytes: int = 0


Answering = Callable[[str, str, str | None], Delivery]
"""From the HTTP verb, the path with its query, and the Authorization header, to what is sent."""


class Server(ThreadingHTTPServer):
    """One thread a connection; `closing` set ends every wait in it."""

    daemon_threads = True
    request_queue_size = 256  # hundreds of stores connect at once

    def __init__(self, port: int, answering: Answering, answer_seconds: float) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answering = answering
        self.answer_seconds = answer_seconds
        self.closing = Event()
        self.connections: set[socket.socket] = set()

    def close(self) -> None:
        """Stop listening, and hang up on every client, so that no thread stays behind."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            with suppress(OSError):  # the client may have hung up first
                connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Bind without asking the DNS for our own name, which takes seconds on some machines."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about clients that went away; anything else is a fault of the simulator and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Passes each request on and sends what comes back."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    def setup(self) -> None:
        """Begin to serve one connection."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """End with it."""
        self.server.connections.discard(self.connection)
        super().finish()

    def serve(self) -> None:
        """Answer one request of any verb."""
        self.close_connection = self.close_connection or self.command != "GET"  # a body would be left unread
        delivery = self.server.answering(self.command, self.path, self.headers.get("Authorization"))
        self.server.closing.wait(self.server.answer_seconds)
        if delivery.answer is None:
            self._hold()
        else:
            self._send(delivery.answer, delivery.missing_bytes)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815

    def _send(self, answer: Answer, missing_bytes: int) -> None:
        self.close_connection = self.close_connection or missing_bytes > 0
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + missing_bytes))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _hold(self) -> None:
        """Send nothing until the client gives up or the simulator closes."""
        self.close_connection = True
        while not self.server.closing.wait(LOOK_AGAIN_SECONDS):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def log_message(self, *_args: object) -> None:
        """Keep addresses and cursors off stderr; Simulator.requests has them."""
