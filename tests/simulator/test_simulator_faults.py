"""What a test can order to go wrong."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.simulator.faults import cut_body, hang, junk, raw_json, redirect, status
from local.simulator.model import SimulatedStore
from tests.simulator.asking import Ask, Serve
from tests.support.waiting import wait_until

CHATS = "/api/v1/seller/chats"
EVENTS = "/api/v1/seller/events"


def test_faults_are_used_up_in_order_before_the_normal_answer(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", status(500), times=2)
    simulator.faults.add("shop", "events", status(503))
    assert [ask(simulator, EVENTS, store.token).status for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_costs_a_token_and_meets_only_its_store_and_method(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", status(500))
    simulator.faults.add("another", "chats", status(500))
    assert ask(simulator, CHATS, store.token).status == 200
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Remaining"] == "9"
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Remaining"] == "8"


def test_a_429_on_order_carries_only_the_headers_it_was_given(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", status(429, {"X-Ratelimit-Retry": "7"}))
    got = ask(simulator, EVENTS, store.token)
    assert got.status == 429
    assert [name for name in got.headers if name.startswith("X-")] == ["X-Ratelimit-Retry"]


def test_limits_come_before_faults(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.drain("shop", "events", 1)
    simulator.faults.add("shop", "events", status(500))
    assert ask(simulator, EVENTS, store.token).status == 429


def test_a_cut_body_ends_before_its_length(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", cut_body())
    with pytest.raises(http.client.IncompleteRead):
        ask(simulator, EVENTS, store.token)


def test_junk_is_a_web_page_with_status_200(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "chats", junk())
    got = ask(simulator, CHATS, store.token)
    assert (got.status, got.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_redirect_names_its_address_and_raw_json_is_sent_as_it_is(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "chats", redirect("https://example.invalid/"))
    simulator.faults.add("shop", "chats", raw_json('{"result": null}'))
    got = ask(simulator, CHATS, store.token)
    assert (got.status, got.headers["Location"]) == (302, "https://example.invalid/")
    assert ask(simulator, CHATS, store.token).body == b'{"result": null}'


def test_a_hang_is_held_until_the_client_gives_up_and_others_are_served(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", hang())
    with pytest.raises(TimeoutError):
        ask(simulator, EVENTS, store.token, timeout=0.05)
    assert ask(simulator, EVENTS, store.token).status == 200
    assert [request.status for request in simulator.requests] == [0, 200]


def test_closing_lets_go_of_what_hangs_and_of_idle_connections(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", hang())
    idle = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    idle.request("GET", CHATS, headers={"Authorization": store.token})
    idle.getresponse().read()
    with ThreadPoolExecutor(1) as thread:
        held = thread.submit(ask, simulator, EVENTS, store.token)
        wait_until(lambda: any(request.status == 0 for request in simulator.requests))
        simulator.__exit__(None, None, None)
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            held.result()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        idle.request("GET", CHATS)
        idle.getresponse()


def test_connections_are_kept_alive(serve: Serve, store: SimulatedStore) -> None:
    simulator = serve(store)
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    connection.request("GET", CHATS, headers={"Authorization": store.token})
    connection.getresponse().read()
    socket = connection.sock
    connection.request("GET", EVENTS, headers={"Authorization": store.token})
    assert connection.getresponse().status == 200
    assert connection.sock is socket is not None
    connection.close()
