"""Each fault that can be ordered by name is served, to its store and method alone."""

from __future__ import annotations

import json
import socket

import pytest

from local.simulator.model import SimulatedStore
from local.simulator.named_faults import NAMED_FAULTS, FaultsCollideError, names_as_text, order
from local.simulator.tokens import TokenKind, read_claims
from tests.simulator.asking import Ask, Serve

PATHS = {"chats": "/api/v1/seller/chats", "events": "/api/v1/seller/events"}
LATEST = PATHS["events"] + "?next=1760000100000"
LATEST_OF_ALL = PATHS["events"] + "?next=1760000200000"
SHOWN = {
    "errors-in-answer": b'"errors":["upstream timeout"]',
    "errors-beside-data": b'"errors":["upstream timeout"]',
    "short-page": b'"totalEvents":50',
    "short-pages": b'"totalEvents":50',
    "null-result": b'"result":null',
    "empty-list": b'"result":[]',
    "bot-guard": b"<!DOCTYPE html>",
    "request-timeout": b'"status":408',
    "doubled-keys": b'"result":null',
    "retired-type": b'"eventType":"refund"',
    "undocumented-fields": b'"clientID":""',
    "control-character": "до\nпосле".encode(),
    "broken-utf8": b'\xf0\x9f\x98"',
    "nan": b'"price":NaN',
    "endless-number": b"9" * 5000,
    "deep-nesting": b"[" * 5000,
    "float-next": b'.0,"newestEventTime"',
    "future-event": b'"event-119-ahead"',
    "empty-timestamp": b'"addTimestamp":""',
    "zero-timestamp": b'"addTimestamp":0',
    "endless-rid": "я".encode() * 4000,
    "price-as-text": b'"price":"1200"',
    "price-as-float": b'"price":1200.0',
    "null-entries": b",null]",
    "broken-entry": b',"chatID"',
    "chatless-event": b'"event-119-chatless"',
    "changed-message": "(изменено)".encode(),
    "moved-message": b'"addTimestamp":1760000120000',
    "old-version-again": "(раньше)".encode(),
    "numeric-chat-ids": b'"chatID":1,',
    "epoch-retry": b'"status":429',
}
IN_THE_STREAM = {
    "future-event",
    "chatless-event",
    "changed-message",
    "moved-message",
    "old-version-again",
    "retired-type",
}
# These have tests of their own below.
ELSEWHERE = {"slow-headers", "empty-times", "base-token", "another-seller", "withheld-chat"}


def methods(name: str) -> list[str]:
    return NAMED_FAULTS[name].method.split("+")


@pytest.mark.parametrize("name", SHOWN)
def test_a_named_fault_is_served_once_or_always(serve: Serve, store: SimulatedStore, ask: Ask, name: str) -> None:
    simulator = serve(store, limits=False, events_page_size=50)
    whole = {method: ask(simulator, path, store.token).body for method, path in PATHS.items()}
    order(simulator, name, "shop")
    in_stream = name in IN_THE_STREAM
    for method in methods(name):
        path = LATEST if in_stream else PATHS[method]
        first, second = (ask(simulator, path, store.token).body for _ in range(2))
        assert SHOWN[name] in first
        assert (SHOWN[name] in second) is NAMED_FAULTS[name].always or second == whole[method]
    for method in set(PATHS) - set(methods(name)):
        assert in_stream or ask(simulator, PATHS[method], store.token).body == whole[method]


def test_slow_headers_drip_from_the_status_line_on(serve: Serve, store: SimulatedStore) -> None:
    simulator = serve(store)
    order(simulator, "slow-headers", "shop")
    host, port = simulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET {PATHS['events']} HTTP/1.1\r\nAuthorization: {store.token}\r\n\r\n".encode())
        assert connection.recv(100) == b"H"


def test_only_the_page_without_events_has_empty_times(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store, events_page_size=200)
    order(simulator, "empty-times", "shop")
    full, empty = (ask(simulator, path, store.token).json["result"] for path in (PATHS["events"], LATEST_OF_ALL))
    assert full["oldestEventTime"] == "2025-10-09T08:53:20Z"
    assert (empty["newestEventTime"], empty["oldestEventTime"], empty["totalEvents"]) == ("", "", 0)


def test_a_withheld_chat_is_listed_and_none_of_its_events_is_sent(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store, limits=False, events_page_size=50)
    listed, sent = (ask(simulator, path, store.token).json["result"] for path in PATHS.values())
    order(simulator, "withheld-chat", "shop")
    withheld = store.events[len(store.events) // 2].chat_id
    result = ask(simulator, PATHS["events"], store.token).json["result"]
    assert ask(simulator, PATHS["chats"], store.token).json["result"] == listed
    assert result["totalEvents"] == len(result["events"]) == 50
    assert withheld in {event["chatID"] for event in sent["events"]}
    assert withheld not in {event["chatID"] for event in result["events"]}
    simulator.withhold_events("shop", None)
    assert ask(simulator, PATHS["events"], store.token).json["result"] == sent


def test_a_base_token_is_the_sellers_own_with_one_request_an_hour(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    order(simulator, "base-token", "shop")
    token = simulator.token("shop")
    assert read_claims(token) == {**(read_claims(store.token) or {}), "acc": int(TokenKind.BASE)}
    assert [ask(simulator, PATHS["chats"], token).status for _ in range(2)] == [200, 429]


def test_another_sellers_token_is_let_in_and_names_another_seller(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    order(simulator, "another-seller", "shop")
    claims = read_claims(simulator.token("shop")) or {}
    assert claims["sid"] != store.seller
    assert claims == {**(read_claims(store.token) or {}), "sid": claims["sid"]}
    assert ask(simulator, PATHS["chats"], simulator.token("shop")).status == 200


def test_two_faults_that_would_change_the_same_answers_are_refused(serve: Serve, store: SimulatedStore) -> None:
    simulator = serve(store)
    order(simulator, "nan", "shop")
    with pytest.raises(FaultsCollideError, match="every answer of chats for shop"):
        order(simulator, "null-entries", "shop")
    order(simulator, "empty-times", "shop")


def test_a_short_page_holds_one_event_less_than_it_says(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store, events_page_size=50)
    order(simulator, "short-page", "shop")
    result = json.loads(ask(simulator, PATHS["events"], store.token).body)["result"]
    assert (result["totalEvents"], len(result["events"])) == (50, 49)


def test_every_named_fault_has_a_test_and_a_line_in_the_help() -> None:
    assert set(NAMED_FAULTS) == {*SHOWN, *ELSEWHERE}
    text = names_as_text()
    assert [line.split()[0] for line in text.splitlines() if not line.startswith("   ")] == list(NAMED_FAULTS)
    unwrapped = " ".join(text.split())
    assert all(" ".join(fault.shows.split()) in unwrapped for fault in NAMED_FAULTS.values())
