"""Between the workers and an HTTP server (Wildberries, S3, the parameter store): each exchange held at its points."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.crash.points import AFTER, BEFORE, S3, SSM, WILDBERRIES, CutError, Points

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class HttpProxy(ThreadingHTTPServer):
    """Listens on a loopback port and passes everything on to another one."""

    daemon_threads = True

    def __init__(self, points: Points, target_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.points = points
        self.target_port = target_port

    @property
    def url(self) -> str:
        """Return the address to use in place of the other one."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: HttpProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def relay(self) -> None:
        """Pass one exchange on, or cut the connection off at one of its points."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, what = _kind(self.headers), f"{self.command} {self.path.partition('?')[0]}"
        try:
            self.server.points.reach(kind, BEFORE, what)
            status, headers, answer = self._ask(body)
            self.server.points.reach(kind, AFTER, what)
        except CutError:
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_POST = relay  # noqa: N815 - http.server's names

    def _ask(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.target_port)) as target:
            sent = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            target.request(self.command, self.path, body, sent)
            answer = target.getresponse()
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
            return answer.status, headers, answer.read()

    def handle_expect_100(self) -> bool:
        """Tell the client at once to send its body: it waits a second for that."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


def _kind(headers: Message) -> str:
    """AWS's services are one server here; a request is signed for one of them."""
    signed = headers.get("Authorization", "")
    return S3 if "/s3/" in signed else SSM if "/ssm/" in signed else WILDBERRIES
