"""Servers on a loopback port: whom they answer, and how little they say about it."""

import socket
import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import TCPServer, ThreadingMixIn

HOST = "127.0.0.1"
WAITING_CONNECTIONS = 128
SECRET_BYTES = 32  # of a secret of one run: other users of the machine, and web pages in its browser, do not guess it


def listening_socket() -> socket.socket:
    """Return a socket on a free port, whose connections wait until a server takes it over."""
    return socket.create_server((HOST, 0), backlog=WAITING_CONNECTIONS)


class LoopbackServer(HTTPServer):
    """Listens on the loopback interface only; port 0 is any free one."""

    def __init__(self, port: int, handler: type["LoopbackHandler"]) -> None:
        super().__init__((HOST, port), handler)

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without http.server's reverse DNS lookup of the own host, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about a client that went away; anything else is a fault of the server and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class ThreadingLoopbackServer(ThreadingMixIn, LoopbackServer):
    """Serves each connection in a thread of its own."""

    daemon_threads = True


class LoopbackHandler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive, and nothing on stderr."""

    protocol_version = "HTTP/1.1"
    # Without these two an answer leaves in several small packets and each call costs 88 ms instead of 1.4.
    disable_nagle_algorithm = True
    wbufsize = -1

    def send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes, missing_bytes: int = 0) -> None:
        """Send an answer; `missing_bytes` are promised by its Content-Length and never sent."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + missing_bytes))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: addresses hold cursors, and what people search for."""
