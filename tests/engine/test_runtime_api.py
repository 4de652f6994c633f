"""The Runtime API as any runtime client may speak to it, and as a killed one leaves it."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from local.engine.runtime_api import Answered, Event, InitFailed, Ready, RuntimeApi

PREFIX = "/2018-06-01/runtime"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    api = RuntimeApi()
    yield api
    api.close()


def test_an_event_and_its_answer(api: RuntimeApi) -> None:
    worker = http.client.HTTPConnection(api.address)
    api.events.put(Event("r-1", "arn:f", 1234, b'{"a": 1}'))
    worker.request("GET", f"/{api.secret}{PREFIX}/invocation/next")
    event = worker.getresponse()
    assert (event.status, event.read()) == (200, b'{"a": 1}')
    assert event.headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
    assert event.headers["Lambda-Runtime-Deadline-Ms"] == "1234"
    worker.request("POST", f"/{api.secret}{PREFIX}/invocation/r-1/response", b"2")
    assert worker.getresponse().status == 202
    assert [api.reports.get(), api.reports.get()] == [Ready(), Answered("r-1", b"2", failed=False)]
    worker.close()


def test_errors_are_told_apart(api: RuntimeApi) -> None:
    for path in ("init/error", "invocation/r-2/error"):
        worker = http.client.HTTPConnection(api.address)
        worker.request("POST", f"/{api.secret}{PREFIX}/{path}", b"{}")
        assert worker.getresponse().status == 202
        worker.close()
    assert [api.reports.get(), api.reports.get()] == [InitFailed(b"{}"), Answered("r-2", b"{}", failed=True)]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", f"{PREFIX}/invocation/r-1/other")])
def test_nothing_else_is_served(api: RuntimeApi, method: str, path: str) -> None:
    worker = http.client.HTTPConnection(api.address)
    worker.request(method, f"/{api.secret}{path}")
    assert worker.getresponse().status == 404
    worker.close()


@pytest.mark.parametrize("before", ["", "/", "/guessed", "/%C3%A9", "//", "/secret"])
@pytest.mark.parametrize(("method", "path"), [("GET", "invocation/next"), ("POST", "invocation/r-1/response")])
def test_who_does_not_know_the_secret_neither_takes_an_event_nor_answers_one(
    api: RuntimeApi, method: str, path: str, before: str
) -> None:
    api.events.put(Event("r-1", "arn:f", 1234, b'{"a": 1}'))
    stranger = http.client.HTTPConnection(api.address)
    stranger.request(method, f"{before}{PREFIX}/{path}", b"{}" if method == "POST" else None)
    answered = stranger.getresponse()
    assert (answered.status, answered.read()) == (403, b"")
    assert (api.events.qsize(), api.reports.qsize()) == (1, 0)
    stranger.close()


def test_a_stranger_who_stays_holds_nobody_up(api: RuntimeApi) -> None:
    api.events.put(Event("r-1", "arn:f", 1234, b'{"a": 1}'))
    with socket.create_connection(("127.0.0.1", api.server_port)):
        worker = http.client.HTTPConnection(api.address, timeout=20)
        worker.request("GET", f"/{api.secret}{PREFIX}/invocation/next")
        assert worker.getresponse().read() == b'{"a": 1}'
        worker.close()


def test_a_worker_that_is_killed_is_not_shouted_about(capfd: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    api = RuntimeApi()
    (serving,) = set(threading.enumerate()) - before
    worker = socket.create_connection(("127.0.0.1", api.server_port))
    worker.sendall(b"GET ")
    worker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    worker.close()
    api.close()
    serving.join(timeout=10)
    assert not serving.is_alive()
    assert capfd.readouterr().err == ""
