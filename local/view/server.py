"""HTTP on this machine in front of the viewer's function: each request becomes API Gateway's event, payload 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from local.engine.loopback import HOST, LoopbackHandler, ThreadingLoopbackServer
from local.view.key import has_key, take_key

LARGEST_BODY = 64_000
IDLE_SECONDS = 60
HTTP_PORT = 80
AT_ONCE = 4  # each needs a worker with its own connection to the database
OWN = {"host", "x-forwarded-proto", "x-forwarded-for", "x-forwarded-port", "cookie"}

LOCKED = (
    "These pages are for whoever started them. In this browser, open once the address that ./chats view printed.\n"
    "Эти страницы — для того, кто их запустил. Откройте в этом браузере адрес, который напечатала ./chats view.\n"
)

Answer = Callable[[dict[str, Any]], Mapping[str, Any]]


class ViewerServer(ThreadingLoopbackServer):
    """Serves the pages to browsers with the key. `answer` takes an event and returns the function's answer."""

    def __init__(self, port: int, key: str, answer: Answer) -> None:
        super().__init__(port, _Request)
        self.key = key
        self.answer = answer
        self.room = threading.BoundedSemaphore(AT_ONCE)

    @property
    def url(self) -> str:
        """Return the address of the first page."""
        return f"http://{self.address}"

    def is_ours(self, host: str) -> bool:
        """Return whether a request was meant for this server.

        Any web page may send a browser here under a host name of its own (DNS rebinding), and would then read chats.
        Browsers leave the port out of Host where it is HTTP's own.
        """
        names = {HOST, "localhost"}
        return host in {f"{name}:{self.server_port}" for name in names} or (
            self.server_port == HTTP_PORT and host in names
        )


class _Request(LoopbackHandler):
    server: ViewerServer
    server_version, sys_version = "viewer", ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        self._answer("GET", b"")

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:  # noqa: N802
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self._refuse(411, "A form has a length.")
        elif int(length) > LARGEST_BODY:
            self._refuse(413, "This form is too long.")
        else:
            self._answer("POST", self.rfile.read(int(length)))

    def _answer(self, method: str, body: bytes) -> None:
        host = self.headers.get("Host", "")
        if not self.server.is_ours(host):
            self._refuse(421, f"This page is at {self.server.url} only.")
            return
        if not has_key(self.headers.get("Cookie", ""), self.server.key):
            self._let_in(method)
            return
        with self.server.room:
            answered = self.server.answer(self._event(method, host, body))
        content = answered.get("body") or ""
        self.send(
            int(answered.get("statusCode", 502)),
            [*answered.get("headers", {}).items(), *(("Set-Cookie", cookie) for cookie in answered.get("cookies", []))],
            base64.b64decode(content) if answered.get("isBase64Encoded") else content.encode(),
        )

    def _let_in(self, method: str) -> None:
        """Give the cookie to a browser that was told the key; all others learn nothing."""
        taken = take_key(self.path, self.server.key) if method == "GET" else None
        if taken is None:
            self._refuse(403, LOCKED)
            return
        address, cookie = taken
        self.send(303, [("Location", address), ("Set-Cookie", cookie), ("Cache-Control", "no-store")], b"")

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
        self.send(status, [("Content-Type", "text/plain; charset=utf-8")], sentence.encode())
