"""Whatever is damaged in an answer of WB: it costs itself, no store stops, no run says success over a loss."""

import json
from typing import Any

from hypothesis import example, given

from database import stores
from database.connection import transaction
from local.engine.clock import VirtualClock
from local.simulator.answers import Answer
from local.simulator.faults import Fault
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator
from local.simulator.wire import encoded, event_json
from tests.properties.damage import Damage, damages
from tests.properties.steps import Functions, execution
from tests.support.given import a_store, events_of
from tests.support.sampling import examples

EVENTS = 9
PAGE_SIZE = 4
MOST_REQUESTS = 8  # to /events in one run: nine events in pages of four take four
UNCHANGED = Fault(change=lambda answer: answer)


@examples(400)
@given(damages())
@example(Damage("events", 0, "value", 0.99, None))
def test_one_damage_costs_itself_alone(emptied: str, damage: Damage) -> None:
    store = a_store(events_of(EVENTS))
    with transaction() as database:
        stores.register(database, store.id, store.name, active=True)
    with Simulator(World((store,)), VirtualClock(), limits=False, events_page_size=PAGE_SIZE) as simulator:
        functions, served = Functions(store, simulator.url), Served(damage)
        simulator.faults.add(store.id, damage.method, UNCHANGED, times=damage.nth)
        simulator.faults.add(store.id, damage.method, Fault(change=served.change))
        for run in range(3):
            before = len(simulator.requests)
            list(execution(functions))
            asked = [request for request in simulator.requests[before:] if request.method == "events"]
            assert len(asked) <= MOST_REQUESTS
            check_no_success_over_a_loss(store)
            if run:
                check_the_healthy_run(store, served)


class Served:
    """Damages an answer, and remembers which events it left whole."""

    def __init__(self, damage: Damage) -> None:
        self._damage = damage
        self._before = self._after = b""

    def change(self, answer: Answer) -> Answer:
        """Return the damaged answer."""
        changed = self._damage.change(answer)
        self._before, self._after = answer.body, changed.body
        return changed

    def is_whole(self, event: dict[str, Any]) -> bool:
        """Return whether the event came as it is, or with another answer."""
        written = encoded(event)
        return written not in self._before or written in self._after


def check_no_success_over_a_loss(store: SimulatedStore) -> None:
    """A run is over, and a success only if all events are there, under whatever id they came."""
    status = rows(store, "SELECT status FROM sync_logs WHERE store_id = :store ORDER BY id DESC LIMIT 1")[0]["status"]
    assert status in {"success", "partial", "error"}
    open_ones = rows(store, "SELECT kind FROM problems WHERE store_id = :store AND closed_at IS NULL")
    assert status != "success" or not open_ones
    assert status != "success" or len(stored(store)) >= EVENTS
    assert status != "partial" or open_ones


def check_the_healthy_run(store: SimulatedStore, served: Served) -> None:
    """It reached the end, has all that came whole, and names what it lacks."""
    last = rows(store, "SELECT * FROM sync_logs WHERE store_id = :store ORDER BY id DESC LIMIT 1")[0]
    assert last["status"] in {"success", "partial"}, last["error_message"]
    found = stored(store)
    whole = {event.id: event for event in store.events if served.is_whole(event_json(event))}
    assert whole.keys() <= found.keys()
    assert all(json.loads(found[key]) == event_json(event) for key, event in whole.items())
    lacking = {event.id for event in store.events} - found.keys()
    named = rows(store, "SELECT kind FROM problems WHERE store_id = :store AND closed_at IS NULL")
    assert len(lacking) <= len(named) or len(found) >= EVENTS


def stored(store: SimulatedStore) -> dict[str, str]:
    """Return the raw of each message by its id."""
    found = rows(store, "SELECT id, raw::text AS raw FROM chat_messages WHERE store_id = :store")
    return {row["id"]: row["raw"] for row in found}


def rows(store: SimulatedStore, sql: str) -> list[dict[str, Any]]:
    with transaction() as database:
        return database.rows(sql, store=store.id)
