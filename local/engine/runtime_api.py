"""Lambda's Runtime API for one worker, on a loopback port of its own.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the runtime client in the worker asks for the next
event, waits as long as there is none, and posts the answer or the error. As on Lambda, every worker has its own API.
Other users of the machine reach its port too: every path begins with a secret that only the worker was told.
"""

import contextlib
import hmac
import queue
import secrets
import socket
import threading
from dataclasses import dataclass

from local.engine.loopback import HOST, SECRET_BYTES, LoopbackHandler, ThreadingLoopbackServer

PREFIX = "/2018-06-01/runtime"


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


class RuntimeApi(ThreadingLoopbackServer):
    """Serves `events` to one worker and collects what it reports.

    A thread serves the worker's connection, which the client keeps open; a stranger's has one of its own, so that it
    holds nobody up. close() may be called from any thread.
    """

    def __init__(self) -> None:
        super().__init__(0, _Handler)
        self.secret = secrets.token_urlsafe(SECRET_BYTES)
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.announced = False
        self._closing = False
        threading.Thread(target=self._serve, name="runtime-api", daemon=True).start()

    @property
    def secret_address(self) -> str:
        """Return what the worker is told in AWS_LAMBDA_RUNTIME_API."""
        return f"{self.address}/{self.secret}"

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


class _Handler(LoopbackHandler):
    server: RuntimeApi

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        """Answer `invocation/next` once there is an event."""
        path = self._path_behind_secret()
        if path is None:
            return
        if path != f"{PREFIX}/invocation/next":
            self.send(404, (), b"")
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
            "Content-Type": "application/json",
        }
        self.send(200, headers.items(), event.payload)

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        """Take `init/error`, `invocation/{id}/response` and `invocation/{id}/error`."""
        path = self._path_behind_secret()
        if path is None:
            return
        payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match path.removeprefix(PREFIX).split("/"):
            case ["", "init", "error"]:
                self.server.reports.put(InitFailed(payload))
            case ["", "invocation", request_id, "response" | "error" as kind]:
                self.server.reports.put(Answered(request_id, payload, failed=kind == "error"))
            case _:
                self.send(404, (), b"")
                return
        self.send(202, (), b"")

    def _path_behind_secret(self) -> str | None:
        """Return the path; None after refusing who does not know the secret: he would read the worker's events."""
        told, _, path = self.path[1:].partition("/")
        if hmac.compare_digest(told.encode(), self.server.secret.encode()):
            return f"/{path}"
        self.close_connection = True  # a body is left unread
        self.send(403, (), b"")
        return None
