"""Who is let in: tokens, verbs and addresses."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from local.engine.clock import VirtualClock
from local.simulator.model import ABSENT, SimulatedStore
from local.simulator.tokens import TokenKind, read_claims
from tests.simulator.asking import Ask, Serve, TokenOf, Wait

EVENTS = "/api/v1/seller/events"


def test_a_token_carries_the_documented_claims(token_of: TokenOf) -> None:
    claims = read_claims(token_of(TokenKind.SERVICE, read_only=False, changes={"t": ABSENT, "odd": 1}))
    assert claims is not None
    assert (claims["acc"], claims["s"], claims["odd"]) == (4, 512, 1)
    assert str(claims["for"]).startswith("asid:")
    assert "t" not in claims
    claims = read_claims(token_of(chat_access=False))
    assert claims is not None
    assert (claims["acc"], claims["s"], claims["for"], claims["t"]) == (3, 1 << 30, "self", False)


@pytest.mark.parametrize("token", [None, "", "garbage", "a.b.c", "a.W10.c", "Bearer x.y.z"])
def test_no_token_and_no_jwt_are_401(serve: Serve, store: SimulatedStore, ask: Ask, token: str | None) -> None:
    got = ask(serve(store), EVENTS, token)
    assert got.status == 401
    assert got.headers["Content-Type"] == "application/problem+json"
    assert "X-Ratelimit-Remaining" in got.headers
    assert "statusText" in got.json


def test_expired_test_and_unknown_tokens_are_401_and_one_without_chats_is_403(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf
) -> None:
    simulator = serve(store)
    assert ask(simulator, EVENTS, token_of(days=-1)).status == 401
    assert ask(simulator, EVENTS, token_of(TokenKind.TEST)).status == 401
    assert ask(simulator, EVENTS, token_of(seller="nobody")).status == 401
    assert ask(simulator, EVENTS, token_of(chat_access=False)).status == 403
    assert ask(simulator, EVENTS, token_of(read_only=False)).status == 200


def test_a_token_expires_while_the_simulator_runs(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf, wait: Wait
) -> None:
    simulator, token = serve(store), token_of(days=1)
    assert ask(simulator, EVENTS, token).status == 200
    wait(86_400)
    assert ask(simulator, EVENTS, token).status == 401


def test_refusals_at_the_gate_cost_nothing(serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf) -> None:
    simulator = serve(store)
    for _ in range(12):
        ask(simulator, EVENTS, token_of(days=-1))
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Remaining"] == "9"


def test_a_stores_own_token_needs_no_claims_at_all(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf
) -> None:
    bare = token_of(changes=dict.fromkeys(["acc", "exp", "for", "s", "sid", "t"], ABSENT))
    simulator = serve(replace(store, token=bare))
    assert ask(simulator, EVENTS, bare).status == 200


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_anything_but_get_is_405_and_written_down(serve: Serve, store: SimulatedStore, ask: Ask, verb: str) -> None:
    simulator = serve(store)
    assert ask(simulator, EVENTS, store.token, verb=verb).status == 405
    assert [(request.verb, request.method, request.status) for request in simulator.requests] == [(verb, "events", 405)]


@pytest.mark.parametrize(
    "path", ["/", "/ping", "/api/v1/seller/message", "/api/v1/seller/chats/1", "/api/v1/seller/download"]
)
def test_other_addresses_are_404_and_written_down(serve: Serve, store: SimulatedStore, ask: Ask, path: str) -> None:
    simulator = serve(store)
    assert ask(simulator, path, store.token).status == 404
    assert [(request.path, request.method) for request in simulator.requests] == [(path, "")]


def test_requests_tell_when_who_and_what_but_no_token(
    serve: Serve, store: SimulatedStore, ask: Ask, clock: VirtualClock
) -> None:
    simulator = serve(store)
    ask(simulator, f"{EVENTS}?next=7", store.token)
    ask(simulator, EVENTS, "garbage")
    known, stranger = simulator.requests
    assert (known.at, known.seller, known.store_id) == (clock.now(), store.seller, "shop")
    assert (known.method, known.path, known.status) == ("events", f"{EVENTS}?next=7", 200)
    assert (stranger.seller, stranger.store_id, stranger.status) == (None, None, 401)
    assert store.token not in repr(simulator.requests)


def test_tokens_and_reply_signs_are_in_no_repr(store: SimulatedStore) -> None:
    assert store.token not in repr(store)
    assert "sign-" not in repr(store.chats)


def test_a_closed_one_answers_only_under_its_own_address(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store, closed=True)
    secret = urlsplit(simulator.url).path
    for strange in ("", "/guessed", secret[:-1], f"{secret}x"):
        refused = ask(simulator, EVENTS, store.token, prefix=strange)
        assert (refused.status, refused.body) == (403, b"")
    assert simulator.requests == []
    assert ask(simulator, EVENTS, store.token).status == 200
    assert [request.path for request in simulator.requests] == [EVENTS]
