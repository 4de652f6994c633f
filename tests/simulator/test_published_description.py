"""Without a fault the simulator keeps to WB's published description, as a client reads it that is generated from it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.engine.clock import VirtualClock
from local.simulator.faults import status
from local.simulator.model import SimulatedStore, StoredFile
from local.simulator.named_faults import order
from local.simulator.server import Simulator
from local.simulator.world import small_world
from tests.simulator.asking import Serve, TokenOf
from tests.support.project import ROOT

pytestmark = pytest.mark.generated

PYTHON = ROOT / ".local/tools/wildberries-sdk/bin/python"  # made by make check-simulator
READER = Path(__file__).with_name("generated_client.py")
CHATS, EVENTS = 261, 1725  # of the four stores of the default world whose token is good
NO_TOKEN = "no-token"
# WB sends them with every card, and does not describe them; a client that is generated passes over them.
SEEN_ON_CARDS = (".goodCard.date", ".goodCard.statusID", ".goodCard.name")


@dataclass(frozen=True)
class Reading:
    """What the client made of one answer; see generated_client.py."""

    status: int = 0
    kept: Any = None
    refused: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class GeneratedClient:
    """The client in its own process, reading one request after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([PYTHON, READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> GeneratedClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.communicate()

    def read(self, simulator: Simulator, token: str, method: str, **arguments: Any) -> Reading:
        """Send one request."""
        assert self._process.stdin
        assert self._process.stdout
        request = {"url": simulator.url, "token": token, "method": method, "arguments": arguments}
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return Reading(**json.loads(self._process.stdout.readline()))

    def walk(self, simulator: Simulator, token: str) -> Iterator[Reading]:
        """Read one events page after the other, up to the empty one or one that is refused."""
        page = self.read(simulator, token, "events")
        yield page
        while not page.refused and page.kept["result"]["totalEvents"]:
            page = self.read(simulator, token, "events", next=page.kept["result"]["next"])
            yield page


@pytest.fixture(scope="module")
def client() -> Iterator[GeneratedClient]:
    with GeneratedClient() as running:
        yield running


@pytest.fixture
def stores(clock: VirtualClock) -> tuple[SimulatedStore, ...]:
    """The default world."""
    return small_world(datetime.fromtimestamp(clock.now(), UTC)).stores


def test_all_chats_and_events_of_the_default_world_are_read_and_nothing_is_lost(
    serve: Serve, client: GeneratedClient, stores: tuple[SimulatedStore, ...]
) -> None:
    simulator, chats, events = serve(*stores, limits=False), 0, 0
    for store in stores:
        listed = client.read(simulator, store.token, "chats")
        if listed.status == 401:  # the store with the expired token
            assert (listed.refused, listed.lost) == ([], [])
            continue
        pages = list(client.walk(simulator, store.token))
        answers = (listed, *pages)
        assert [place for answer in answers for place in answer.refused] == []
        assert [place for answer in answers for place in answer.lost if not place.endswith(SEEN_ON_CARDS)] == []
        told = [event["eventID"] for page in pages for event in page.kept["result"]["events"]]
        assert told == [event.id for event in store.events]
        ids = [chat["chatID"] for chat in listed.kept["result"]]
        assert sorted(ids) == sorted(chat.id for chat in store.chats)
        chats, events = chats + len(ids), events + len(told)
    assert (chats, events) == (CHATS, EVENTS)


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("retired-type", "eventType"),
        ("empty-times", "newestEventTime"),
        ("undocumented-fields", ".result.events[0].clientID"),
        ("empty-timestamp", "addTimestamp"),
        ("short-page", None),  # keeps to the description
    ],
)
def test_a_fault_that_leaves_the_description_is_noticed(
    serve: Serve, client: GeneratedClient, store: SimulatedStore, fault: str, noticed: str | None
) -> None:
    simulator = serve(store, limits=False)
    order(simulator, fault, store.id)
    pages = list(client.walk(simulator, store.token))
    assert next((place for page in pages for place in (*page.refused, *page.lost)), None) == noticed


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"method": "events", "next": 0}, 400),
        ({"method": "download_id", "id": "unknown"}, 400),
        ({"method": "download_id", "id": "good"}, 200),
        ({"method": "download_id", "id": "pending"}, 202),
        ({"method": "download_id", "id": "refused"}, 451),
    ],
)
def test_what_a_method_answers_beside_its_entries_is_as_described(
    serve: Serve, client: GeneratedClient, store: SimulatedStore, call: dict[str, Any], code: int
) -> None:
    good, slow = StoredFile("image/jpeg"), StoredFile("image/jpeg", pending_seconds=30)
    files = {"good": good, "pending": slow, "refused": replace(good, refused=True)}
    got = client.read(serve(replace(store, files=files)), store.token, **call)
    assert (got.status, got.refused, got.lost) == (code, [], [])


@pytest.mark.parametrize("code", [401, 402, 403, 429])
def test_a_refusal_at_the_gate_is_as_described(
    serve: Serve, client: GeneratedClient, store: SimulatedStore, token_of: TokenOf, code: int
) -> None:
    simulator = serve(store)
    tokens = {401: NO_TOKEN, 403: token_of(chat_access=False)}
    if code == 402:  # of services that WB's catalogue sells, which the simulator has none of
        simulator.faults.add(store.id, "chats", status(code))
    if code == 429:
        simulator.drain(store.id, "chats", 60)
    got = client.read(simulator, tokens.get(code, store.token), "chats")
    assert (got.status, got.refused, got.lost) == (code, [], [])
