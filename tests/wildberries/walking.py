"""Walks over a simulated seller's events, as the state machine makes them: burst after burst until caught up."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from local.engine.clock import VirtualClock
from local.simulator.model import Event, SimulatedStore, World
from local.simulator.server import Simulator
from tests.support.given import a_store
from wildberries.client import WildberriesClient
from wildberries.walk import Burst, walk_events

MOST_BURSTS = 500  # A walk that never ends fails instead of hanging.


@contextmanager
def wildberries(
    events: Iterable[Event] = (), *, limits: bool = False, page_size: int = 50, **store: Any
) -> Iterator[tuple[Simulator, SimulatedStore, WildberriesClient]]:
    """Serve one store, and make a client with its token."""
    seller = a_store(events, **store)
    with Simulator(World((seller,)), VirtualClock(), limits=limits, events_page_size=page_size) as simulator:
        yield simulator, seller, WildberriesClient(simulator.url, seller.token)


def walk_to_the_end(client: WildberriesClient, cursor: int | None = None) -> list[Burst]:
    """Return all bursts of a walk, each going on from the cursor of the one before."""
    bursts: list[Burst] = []
    while not bursts or not bursts[-1].caught_up:
        assert len(bursts) < MOST_BURSTS
        bursts.append(walk_events(client, bursts[-1].cursor if bursts else cursor, "personal"))
    return bursts


def ids(bursts: Iterable[Burst]) -> list[str]:
    """Return the ids of the events that the bursts brought, repeats included."""
    return [event["eventID"] for burst in bursts for event in burst.events]


def asked(simulator: Simulator) -> list[str]:
    """Return the `next` of each request so far, "" where it was left out."""
    return [request.path.partition("next=")[2] for request in simulator.requests]
