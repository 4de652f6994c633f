"""The scenarios' Wildberries: how long it takes to answer, and what its bucket alone would take."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from local.simulator.model import SimulatedStore
from local.simulator.server import Request
from local.simulator.world import grown_world
from wildberries.limits import BURST_REQUESTS, SECONDS_A_REQUEST

ANSWER_SECONDS = 0.366  # a call of /events was seen to take as long


def stores_of(stores: int, events: int, largest: int | None = None) -> tuple[SimulatedStore, ...]:
    """Return so many stores with so many events each, the first with `largest`."""
    return grown_world(datetime.now(UTC), stores, events, largest=largest).stores


def bucket_seconds(requests: Sequence[Request]) -> float:
    """Return the seconds (s) that WB's bucket needs for the seller with the most requests: a burst, then a pace."""
    most = max(Counter((request.seller, request.method) for request in requests).values(), default=0)
    return float(max(0, most - BURST_REQUESTS) * SECONDS_A_REQUEST)
