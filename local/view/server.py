"""HTTP on this machine in front of the viewer's function: each request becomes API Gateway's event, payload 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

HOST = "127.0.0.1"
LARGEST_BODY = 64_000
IDLE_SECONDS = 60
HTTP_PORT = 80
AT_ONCE = 4  # each needs a worker with its own connection to the database
OWN = {"host", "x-forwarded-proto", "x-forwarded-for", "x-forwarded-port", "cookie"}

Answer = Callable[[dict[str, Any]], Mapping[str, Any]]


class ViewerServer(ThreadingHTTPServer):
    """Listens on the loopback interface only. `answer` takes an event and returns the function's answer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, answer: Answer) -> None:
        super().__init__((HOST, port), _Request)
        self.answer = answer
        self.room = threading.BoundedSemaphore(AT_ONCE)

    @property
    def address(self) -> str:
        """Return the pages' address."""
        return f"http://{HOST}:{self.server_port}"

    def is_ours(self, host: str) -> bool:
        """Return whether a request was meant for this server.

        Any web page may send a browser here under a host name of its own (DNS rebinding), and would then read chats.
        Browsers leave the port out of Host where it is HTTP's own.
        """
        names = {HOST, "localhost"}
        return host in {f"{name}:{self.server_port}" for name in names} or (
            self.server_port == HTTP_PORT and host in names
        )


class _Request(BaseHTTPRequestHandler):
    server: ViewerServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "viewer", ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_HEAD(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self._refuse(411, "A form has a length.")
        elif int(length) > LARGEST_BODY:
            self._refuse(413, "This form is too long.")
        else:
            self._answer("POST", self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: addresses hold what people search for."""

    def _answer(self, method: str, body: bytes) -> None:
        host = self.headers.get("Host", "")
        if not self.server.is_ours(host):
            self._refuse(421, f"This page is at {self.server.address} only.")
            return
        with self.server.room:
            answered = self.server.answer(self._event(method, host, body))
        content = answered.get("body") or ""
        self._send(
            int(answered.get("statusCode", 502)),
            base64.b64decode(content) if answered.get("isBase64Encoded") else content.encode(),
            [*answered.get("headers", {}).items(), *(("Set-Cookie", cookie) for cookie in answered.get("cookies", []))],
        )

    def _event(self, method: str, host: str, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in OWN}
        cookies = [part.strip() for part in self.headers.get("Cookie", "").split(";") if part.strip()]
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": unquote(path),
            "rawQueryString": query,
            "cookies": cookies,
            "headers": headers | {"host": host, "x-forwarded-proto": "http"},
            "requestContext": {
                "stage": "$default",
                "requestId": str(uuid.uuid4()),
                "timeEpoch": int(time.time() * 1000),
                "http": {"method": method, "path": unquote(path), "protocol": self.request_version},
            },
            "isBase64Encoded": bool(body),
        }
        return event | ({"body": base64.b64encode(body).decode()} if body else {})

    def _refuse(self, status: int, sentence: str) -> None:
        self.close_connection = True
        self._send(status, sentence.encode(), [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")])

    def _send(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
