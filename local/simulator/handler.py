"""How answers travel: HTTP/1.1 with keep-alive on a loopback port, cut or held where a fault says so."""

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from local.engine.loopback import LoopbackHandler, ThreadingLoopbackServer
from local.simulator.answers import Answer

DRIP_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.05  # how often a held request looks whether its client is still there


@dataclass(frozen=True)
class Delivery:
    """An answer and how it is sent. No answer: the request is held. `missing_bytes` are promised and never sent.

    `drips`: a byte a second is sent.
    """

    answer: Answer | None
    missing_bytes: int = 0
    drips: bool = False


Answering = Callable[[str, str, str | None], Delivery]
"""From the HTTP verb, the path with its query, and the Authorization header, to what is sent."""


class Server(ThreadingLoopbackServer):
    """One thread a connection; `closing` set ends every wait in it."""

    request_queue_size = 256  # hundreds of stores connect at once

    def __init__(self, port: int, answering: Answering, answer_seconds: float) -> None:
        super().__init__(port, Handler)
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


class Handler(LoopbackHandler):
    """Passes each request on and sends what comes back."""

    server: Server

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
        delivery = self.server.answering(self.command, self.path, self.headers.get("Authorization"))
        self.server.closing.wait(self.server.answer_seconds)
        if delivery.answer is None:
            self._hold()
            return
        if delivery.drips:
            self._drip(delivery.answer)
            return
        if self.command != "GET" or delivery.missing_bytes:  # a body would be left unread, or its end is never sent
            self.close_connection = True
        answer = delivery.answer
        self.send(answer.status, answer.headers.items(), answer.body, delivery.missing_bytes)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815

    def _drip(self, answer: Answer) -> None:
        """Send the answer a byte a second, until it ends, the client gives up or the simulator closes."""
        self.close_connection = True
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        with suppress(OSError):
            for byte in f"HTTP/1.1 {answer.status} OK\r\n{headers}\r\n".encode() + answer.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.closing.wait(DRIP_SECONDS):
                    return

    def _hold(self) -> None:
        """Send nothing until the client gives up or the simulator closes."""
        self.close_connection = True
        while not self.server.closing.wait(LOOK_AGAIN_SECONDS):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return
