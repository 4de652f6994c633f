"""Buckets: what is let in, what is refused, and what the headers say of it."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.engine.clock import VirtualClock
from local.simulator.limits import BASE, BASE_DOWNLOAD, COMMON, Buckets, Rule
from local.simulator.model import ABSENT, SimulatedStore
from local.simulator.tokens import TokenKind
from tests.simulator.asking import Ask, Serve, TokenOf, Wait

CHATS = "/api/v1/seller/chats"
EVENTS = "/api/v1/seller/events"
DOWNLOAD = "/api/v1/seller/download/none"


def test_a_burst_of_ten_counts_down_and_the_eleventh_is_429(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    got = [ask(simulator, EVENTS, store.token) for _ in range(11)]
    assert [answer.status for answer in got] == [200] * 10 + [429]
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in got[:10]] == [str(left) for left in range(9, -1, -1)]


def test_a_429_tells_retry_reset_and_limit_and_neither_remaining_nor_retry_after(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    refused = [ask(simulator, EVENTS, store.token) for _ in range(11)][-1]
    headers = {name.lower(): value for name, value in refused.headers.items()}
    assert (headers["x-ratelimit-retry"], headers["x-ratelimit-reset"], headers["x-ratelimit-limit"]) == (
        "1",
        "10",
        "10",
    )
    assert "x-ratelimit-remaining" not in headers
    assert "retry-after" not in headers
    assert headers["content-type"] == "application/problem+json"
    assert refused.json.keys() == {
        "title", "detail", "code", "requestId", "origin", "status", "statusText", "timestamp",
    }  # fmt: skip


def test_one_token_comes_back_each_second(serve: Serve, store: SimulatedStore, ask: Ask, wait: Wait) -> None:
    simulator = serve(store)
    for _ in range(10):
        ask(simulator, EVENTS, store.token)
    wait(0.9)
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Retry"] == "1"
    wait(0.1)
    assert ask(simulator, EVENTS, store.token).status == 200
    assert ask(simulator, EVENTS, store.token).status == 429


def test_a_base_token_gets_one_request_an_hour(
    serve: Serve, store: SimulatedStore, ask: Ask, wait: Wait, token_of: TokenOf
) -> None:
    simulator = serve(replace(store, token=(token := token_of(TokenKind.BASE))))
    assert ask(simulator, EVENTS, token).headers["X-Ratelimit-Remaining"] == "0"
    wait(60)
    refused = ask(simulator, EVENTS, token)
    told = [refused.headers[f"X-Ratelimit-{name}"] for name in ("Retry", "Reset", "Limit")]
    assert told == ["3540", "3540", "1"]
    wait(3539)
    assert ask(simulator, EVENTS, token).status == 429
    wait(1)
    assert ask(simulator, EVENTS, token).status == 200


def test_a_base_tokens_downloads_come_back_each_six_minutes(
    serve: Serve, store: SimulatedStore, ask: Ask, wait: Wait, token_of: TokenOf
) -> None:
    simulator = serve(replace(store, token=(token := token_of(TokenKind.BASE))))
    assert ask(simulator, DOWNLOAD, token).status == 400
    assert ask(simulator, DOWNLOAD, token).headers["X-Ratelimit-Retry"] == "360"
    wait(360)
    assert ask(simulator, DOWNLOAD, token).status == 400


@pytest.mark.parametrize("kind", [TokenKind.PERSONAL, TokenKind.SERVICE, None])
def test_other_tokens_have_the_common_limits(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf, kind: TokenKind
) -> None:
    token = token_of(kind or TokenKind.PERSONAL, changes={} if kind else {"acc": ABSENT})
    assert ask(serve(store), EVENTS, token).headers["X-Ratelimit-Remaining"] == "9"


def test_each_method_has_a_bucket_of_its_own(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    for _ in range(11):
        ask(simulator, EVENTS, store.token)
    assert ask(simulator, CHATS, store.token).headers["X-Ratelimit-Remaining"] == "9"


def test_all_tokens_and_stores_of_a_seller_share_the_bucket_and_others_do_not(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf
) -> None:
    second = replace(store, id="second", token=token_of(days=50))
    other = replace(store, id="other", seller="someone-else", token=token_of(seller="someone-else"))
    simulator = serve(store, second, other)
    for token in [store.token, second.token, token_of(days=20)] * 4:
        last = ask(simulator, EVENTS, token)
    assert last.status == 429
    assert ask(simulator, EVENTS, other.token).headers["X-Ratelimit-Remaining"] == "9"


def test_a_base_request_of_the_seller_holds_back_its_personal_token_too(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf
) -> None:
    simulator = serve(store)
    ask(simulator, EVENTS, token_of(TokenKind.BASE))
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Retry"] == "3591"


def test_a_drained_bucket_lets_nothing_in_until_its_time(
    serve: Serve, store: SimulatedStore, ask: Ask, wait: Wait
) -> None:
    simulator = serve(store)
    simulator.drain("shop", "events", 120)
    assert ask(simulator, EVENTS, store.token).headers["X-Ratelimit-Retry"] == "120"
    wait(119)
    assert ask(simulator, EVENTS, store.token).status == 429
    wait(1)
    assert [ask(simulator, EVENTS, store.token).status for _ in range(2)] == [200, 429]


def test_without_limits_there_is_no_429(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store, limits=False)
    assert {ask(simulator, EVENTS, store.token).status for _ in range(15)} == {200}


def test_parallel_requests_never_get_more_than_the_burst(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(lambda _: ask(simulator, EVENTS, store.token).status, range(32)))
    assert statuses.count(200) == 10
    assert len(simulator.requests) == 32


@given(
    st.sampled_from([COMMON, BASE, BASE_DOWNLOAD]),
    st.floats(1.7e9, 1.9e9),
    st.lists(st.floats(0, 20) | st.just(None), min_size=1, max_size=60),
)
def test_retry_is_exact_and_the_bucket_is_never_exceeded(rule: Rule, start: float, pauses: list[float | None]) -> None:
    """Given pauses of any length, or (None) exactly the one that a 429 told."""
    buckets, clock, told, let_in = Buckets(), VirtualClock(start), 0, []
    for pause in pauses:
        clock.wait(told if pause is None else pause, threading.Event())
        verdict = buckets.take("seller", "events", rule, clock.now())
        assert verdict.allowed or pause is not None or not told
        assert 0 <= verdict.remaining < rule.burst
        told = verdict.retry
        if verdict.allowed:
            let_in.append(clock.now())
        else:
            assert 1 <= verdict.retry <= math.ceil(rule.spacing)
            assert verdict.retry <= verdict.reset <= rule.burst * rule.spacing
            early = buckets.take("seller", "events", rule, clock.now() + verdict.retry - 1.01)
            assert not early.allowed
    for first, later in zip(let_in, let_in[rule.burst :], strict=False):
        assert later - first >= rule.spacing - 0.01
