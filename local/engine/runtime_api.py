"""Lambda's Runtime API for one worker, on a loopback port of its own.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the runtime client in the worker asks for the next
event, waits as long as there is none, and posts the answer or the error. As on Lambda, every worker has its own API,
so an answer needs no other proof of where it came from.
"""

import contextlib
import queue
import socket
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

from local.engine.loopback import HOST, is_from_a_program

_PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Event:
    """One invocation on its way to the worker."""

    request_id: str
    function_arn: str
    deadline_ms: int
    payload: bytes


@dataclass(frozen=True)
class Ready:
    """The worker has imported its handler and asked for its first event."""


@dataclass(frozen=True)
class InitFailed:
    """The worker could not import its handler; `payload` is Lambda's error object as JSON."""

    payload: bytes


@dataclass(frozen=True)
class Answered:
    """The worker answered an event; when `failed`, `payload` is Lambda's error object as JSON."""

    request_id: str
    payload: bytes
    failed: bool


@dataclass(frozen=True)
class Exited:
    """The worker's process ended; `code` as subprocess gives it: negative for a signal."""

    code: int


Report = Ready | InitFailed | Answered | Exited


class RuntimeApi(HTTPServer):
    """Serves `events` to one worker and collects what it reports.

    One thread serves the worker's connection, which the client keeps open. close() may be called from any thread.
    """

    request_queue_size = 1

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.announced = False
        self._closing = False
        threading.Thread(target=self._serve, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """Return `host:port`, as the worker's AWS_LAMBDA_RUNTIME_API wants it."""
        return f"{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without http.server's reverse DNS lookup of the own host, which may take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_port = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about a worker that was killed: whoever waits for it learns it from Exited."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def close(self) -> None:
        """End the serving thread. The worker must be dead: it would only see its API vanish."""
        self._closing = True
        self.events.put(None)
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.server_port), timeout=1):
            pass  # wakes the thread if it waits for a connection

    def _serve(self) -> None:
        while not self._closing:
            self.handle_request()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    # Without these two an answer leaves in several small packets and each call costs 88 ms instead of 1.4.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer `invocation/next` once there is an event."""
        if not self._is_from_a_program():
            return
        if self.path != f"{_PREFIX}/invocation/next":
            self._send(404, {}, b"")
            return
        if not self.server.announced:
            self.server.announced = True
            self.server.reports.put(Ready())
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
        }
        self._send(200, headers, event.payload)

    def do_POST(self) -> None:
        """Take `init/error`, `invocation/{id}/response` and `invocation/{id}/error`."""
        if not self._is_from_a_program():
            return
        payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.removeprefix(_PREFIX).split("/"):
            case ["", "init", "error"]:
                self.server.reports.put(InitFailed(payload))
            case ["", "invocation", request_id, "response" | "error" as kind]:
                self.server.reports.put(Answered(request_id, payload, failed=kind == "error"))
            case _:
                self._send(404, {}, b"")
                return
        self._send(202, {}, b"")

    def _is_from_a_program(self) -> bool:
        """Refuse a web page, which would take the worker's events away, and read them."""
        ours = is_from_a_program(self.headers.get("Host"), self.headers.get("Origin"), self.server.server_port)
        if not ours:
            self.close_connection = True  # a body is left unread
            self._send(403, {}, b"")
        return ours

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet: the worker's own log tells what happens."""
