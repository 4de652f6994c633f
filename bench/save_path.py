"""The save path alone: bursts of events into Postgres, as Save history stores them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.machine import database
from bench.world import stores_of
from database import leases, messages, stores, sync_logs
from database.connection import transaction
from local.simulator.wire import event_json

BURSTS = (50, 500, 5000)  # a page; what one visit to WB's bucket yields; the most that Fetch history hands over
EVENTS_A_BURST_SIZE = 20_000


@dataclass(frozen=True)
class SaveFigures:
    """How fast bursts of so many events are stored."""

    burst: int
    messages_a_second: float


FETCHED_AT = "2026-03-01T00:00:00Z"


def save_path() -> list[SaveFigures]:
    """Return the speed of each size of burst, into a fresh and durable Postgres."""
    events = [event_json(event) for event in stores_of(1, EVENTS_A_BURST_SIZE * len(BURSTS))[0].events]
    with database():
        with transaction() as open_database:
            stores.register(open_database, "bench", "bench", active=True)
            run_id = leases.open_run(open_database, "bench", "bench", full=False).id
        return [
            SaveFigures(burst, _speed(run_id, burst, events[number * EVENTS_A_BURST_SIZE :][:EVENTS_A_BURST_SIZE]))
            for number, burst in enumerate(BURSTS)
        ]


def _speed(run_id: int | None, burst: int, events: Sequence[Any]) -> float:
    begun = time.perf_counter()
    for start in range(0, len(events), burst):
        part = list(events[start : start + burst])
        with transaction() as open_database:
            leases.renew_lease(open_database, run_id, 0)
            added = messages.save_events(open_database, "bench", run_id or 0, part, FETCHED_AT)
            sync_logs.add_counts(open_database, run_id or 0, requests=1, events=len(part), added=added)
            stores.move_cursor(open_database, "bench", 1_770_000_000_000 + start)
    return len(events) / (time.perf_counter() - begun)
