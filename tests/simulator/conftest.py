"""A small store of known events, a simulator that serves it, and a client that knows no retries."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.engine.clock import VirtualClock
from local.simulator.model import Chat, Event, SimulatedStore, World
from local.simulator.server import Simulator
from local.simulator.tokens import TokenKind, make_token
from tests.simulator.asking import Ask, Got, Serve, TokenOf, Wait

SELLER = "0b6a2c3e-6f3e-4b8e-9d6a-5b1f2a7c9e10"
FIRST_MS = 1_760_000_000_000
CHATS = "/api/v1/seller/chats"
EVENTS = "/api/v1/seller/events"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def wait(clock: VirtualClock) -> Wait:
    return lambda seconds: clock.wait(seconds, threading.Event())


@pytest.fixture
def token_of(clock: VirtualClock) -> TokenOf:
    """Make a token of SELLER that is valid for 100 days."""

    def make(kind: TokenKind = TokenKind.PERSONAL, days: float = 100, **claims: Any) -> str:
        expires_at = datetime.fromtimestamp(clock.now(), UTC) + timedelta(days=days)
        return make_token(kind, claims.pop("seller", SELLER), expires_at, **claims)

    return make


@pytest.fixture
def store(token_of: TokenOf) -> SimulatedStore:
    """120 events, a second apart, in three chats."""
    chats = tuple(Chat(f"1:chat-{n}", f"Анна {n}", f"sign-{n}", {"nmID": n}) for n in range(3))
    events = tuple(
        Event(f"event-{n}", f"1:chat-{n % 3}", FIRST_MS + n * 1000, "client", f"вопрос {n} 🙂", "ios")
        for n in range(120)
    )
    return SimulatedStore("shop", "ИП Проверка", token_of(), SELLER, chats, events)


@pytest.fixture
def serve(clock: VirtualClock) -> Iterator[Serve]:
    """Start a simulator of these stores; it ends with the test."""
    with ExitStack() as running:

        def start(*stores: SimulatedStore, **options: Any) -> Simulator:
            return running.enter_context(Simulator(World(stores), clock, **options))

        yield start


@pytest.fixture
def ask() -> Ask:
    """Send one request on a connection of its own."""

    def send(
        simulator: Simulator,
        path: str,
        token: str | None,
        *,
        verb: str = "GET",
        timeout: float = 10,
        prefix: str | None = None,
    ) -> Got:
        address = urlsplit(simulator.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=timeout)
        try:
            before = address.path if prefix is None else prefix
            connection.request(verb, before + path, headers={"Authorization": token} if token is not None else {})
            response = connection.getresponse()
            return Got(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    return send
