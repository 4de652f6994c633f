"""What leaves this program for WB, and what never does: one GET, to one host, with the token in one header."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from urllib3.util import connection

from chatsync.errors import (
    ChatSyncError,
    WildberriesRefusedError,
    WildberriesRejectedError,
    WildberriesUnavailableError,
)
from chatsync.observability import logger
from local.simulator.faults import Fault, cut_body, junk, raw_json, redirect, status
from tests.support.byte_server import TOKEN, ByteServer, head, ok
from tests.support.given import events_of
from tests.wildberries.walking import walk_to_the_end, wildberries
from wildberries.chats import fetch_chats
from wildberries.client import RateLimitedError, WildberriesClient

EMPTY = b'{"result": []}'


@pytest.fixture
def elsewhere() -> Iterator[ByteServer]:
    """A host that must never be asked anything."""
    with ByteServer(ok(EMPTY)) as server:
        yield server
    assert server.heads == []


def test_only_gets_reach_wb_and_only_its_two_methods() -> None:
    with wildberries(events_of(120)) as (simulator, _, client):
        fetch_chats(client, "personal")
        walk_to_the_end(client)
    assert {(request.verb, request.method) for request in simulator.requests} == {("GET", "chats"), ("GET", "events")}


def test_the_token_travels_in_its_header_alone() -> None:
    with ByteServer(ok(EMPTY)) as server:
        server.client().get("/path", {"next": 5}, "eventID")
    request, *headers = server.heads[0].splitlines()
    assert request == "GET /path?next=5 HTTP/1.1"
    assert [header for header in headers if TOKEN in header] == [f"Authorization: {TOKEN}"]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_its_target_never_asked(code: int, elsewhere: ByteServer) -> None:
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", redirect(elsewhere.url, code))
        with pytest.raises(WildberriesRejectedError, match="redirect"):
            fetch_chats(client, "personal")


def test_all_requests_of_a_client_share_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    connect = connection.create_connection

    def count(*address: Any, **options: Any) -> Any:
        made.append(address)
        return connect(*address, **options)

    monkeypatch.setattr(connection, "create_connection", count)
    with wildberries(events_of(120)) as (simulator, _, client):
        fetch_chats(client, "personal")
        walk_to_the_end(client)
    assert (len(made), len(simulator.requests) > 3) == (1, True)


def test_a_redirect_without_a_target_is_refused_too() -> None:
    with ByteServer(head("Content-Length: 0", status="302 Found")) as server, pytest.raises(WildberriesRejectedError):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_environments_proxy_is_not_used(
    variable: str, elsewhere: ByteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, elsewhere.url)
    with wildberries() as (simulator, _, client):
        fetch_chats(client, "personal")
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_the_proxy_of_the_models_server_is_not_used_for_wb(
    variable: str, elsewhere: ByteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, elsewhere.url)
    with ByteServer() as wb, pytest.raises(WildberriesUnavailableError):
        WildberriesClient(wb.url.replace("http:", "https:"), TOKEN).get("/", {}, "eventID")
    assert len(wb.heads) == 1, "WB itself was asked"


def test_a_netrc_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with ByteServer(ok(EMPTY)) as server:
        server.client().get("/", {}, "eventID")
    assert f"Authorization: {TOKEN}" in server.heads[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://buyer-chat-api.wildberries.ru",
        "http://localhost.example.org",
        "http://127.0.0.1@example.org",
        "http://10.0.0.1",
        "ftp://example.org",
        "https://[::1",
        "buyer-chat-api.wildberries.ru",
        "",
    ],
)
def test_the_token_goes_nowhere_unencrypted_but_to_this_machine(address: str) -> None:
    with pytest.raises(WildberriesRejectedError, match="https://"):
        WildberriesClient(address, TOKEN)


@pytest.mark.parametrize("address", ["https://example.org", "http://localhost:1", "http://[::1]:1/", "HTTPS://a.b"])
def test_encrypted_hosts_and_this_machine_are_accepted(address: str) -> None:
    WildberriesClient(address, TOKEN)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, WildberriesRefusedError),
        (402, WildberriesRefusedError),
        (403, WildberriesRefusedError),
        (400, WildberriesRejectedError),
        (404, WildberriesRejectedError),
        (405, WildberriesRejectedError),
        (418, WildberriesRejectedError),
        (202, WildberriesUnavailableError),
        (204, WildberriesUnavailableError),
        (408, WildberriesUnavailableError),
        (425, WildberriesUnavailableError),
        (500, WildberriesUnavailableError),
        (503, WildberriesUnavailableError),
        (504, WildberriesUnavailableError),
        (599, WildberriesUnavailableError),
    ],
)
def test_the_status_decides_who_must_act(code: int, error: type[ChatSyncError]) -> None:
    problem = f'{{"title": "any", "detail": "thing", "status": {code}}}'.encode()
    answer = head(f"Content-Length: {len(problem)}", status=f"{code} Anything") + problem
    with ByteServer(answer) as server, pytest.raises(error, match=str(code)):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Are you a robot?</html>",
        b"[]",
        b'"forbidden"',
        b"{}",
        b'{"status": "blocked", "support_id": "1"}',
        b'{"title": "Attention required"}',
        b'{"detail": "Forbidden"}',
        b'{"timestamp": "2026-02-02", "status": 403, "error": "Forbidden", "path": "/"}',
    ],
)
@pytest.mark.parametrize("code", [400, 401, 402, 403, 404])
def test_a_refusal_that_is_not_in_wbs_words_is_a_passing_fault(code: int, body: bytes) -> None:
    answer = head(f"Content-Length: {len(body)}", status=f"{code} Anything") + body
    with ByteServer(answer) as server, pytest.raises(WildberriesUnavailableError, match="bot guard or a proxy"):
        server.client().get("/", {}, "eventID")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Ratelimit-Retry": "12"}, 12.0),
        ({"X-Ratelimit-Retry": "0.5"}, 0.5),
        ({"X-Ratelimit-Retry": "-4"}, 0.0),
        ({"X-Ratelimit-Retry": "86400"}, 86_400.0),
        ({"X-Ratelimit-Retry": "86401"}, None),
        ({"X-Ratelimit-Retry": "1795703796"}, None),
        ({"X-Ratelimit-Retry": "nan"}, None),
        ({"X-Ratelimit-Retry": "1e999"}, None),
        ({"Retry-After": "12"}, None),
        ({}, None),
    ],
)
def test_a_429_says_how_long_in_wbs_own_header(headers: dict[str, str], seconds: float | None) -> None:
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", status(429, headers))
        with pytest.raises(RateLimitedError) as limited:
            client.get("/api/v1/seller/chats", {}, "eventID")
    assert limited.value.retry_seconds == seconds


def test_a_wait_that_is_not_believed_is_logged_with_its_header_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[dict[str, str]] = []
    monkeypatch.setattr(logger, "warning", lambda _, extra: logged.append(extra))
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", status(429, {"X-Ratelimit-Retry": "1795703796"}))
        with pytest.raises(RateLimitedError):
            client.get("/api/v1/seller/chats", {}, "eventID")
    assert logged == [{"header": "X-Ratelimit-Retry", "value": "1795703796"}]


@pytest.mark.parametrize(
    ("said", "remaining"), [("7", 7), ("0", 0), ("", None), ("many", None), ("inf", None), ("nan", None), ("-1", 0)]
)
def test_the_rest_of_the_bucket_is_read_or_unknown(said: str, remaining: int | None) -> None:
    with ByteServer(ok(EMPTY, f"X-Ratelimit-Remaining: {said}")) as server:
        assert server.client().get("/", {}, "eventID").remaining == remaining


@pytest.mark.parametrize(
    "fault",
    [
        status(401),
        status(403),
        status(400),
        status(500),
        status(429),
        cut_body(),
        junk(),
        raw_json("{}"),
        redirect("/"),
    ],
)
def test_no_error_shows_the_token(fault: Fault) -> None:
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", fault)
        with pytest.raises((ChatSyncError, RateLimitedError)) as failed:
            client.get("/api/v1/seller/chats", {}, "eventID")
    assert store.token not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize("token", ["secret\ntoken", "secret\r\nX-Other: header"])
def test_a_token_that_no_header_can_hold_is_sent_nowhere_and_shown_nowhere(token: str) -> None:
    with ByteServer(ok(EMPTY)) as server, pytest.raises(WildberriesUnavailableError) as failed:
        WildberriesClient(server.url, token).get("/", {}, "eventID")
    assert server.heads == []
    shown = "".join(traceback.format_exception(failed.value))
    assert "secret" not in shown.partition("WildberriesUnavailableError: ")[2]


def test_nobody_listening_is_a_passing_fault() -> None:
    with ByteServer() as server:
        client = server.client()
    with pytest.raises(WildberriesUnavailableError, match="ConnectionError"):
        client.get("/", {}, "eventID")
