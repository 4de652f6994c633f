"""Whatever is damaged in an answer of WB: it costs itself, no store stops, no run says success over a loss."""

import json
from typing import Any

from hypothesis import example, given

from database import stores
from database.connection import transaction
from local.engine.clock import VirtualClock
from local.simulator.answers import Answer
from local.simulator.faults import Fault
from local.simulator.model import Event, SimulatedStore, World
from local.simulator.server import Simulator
from local.simulator.wire import encoded, event_json
from tests.properties.damage import CONTENT, Damage, damages
from tests.properties.steps import Functions, execution
from tests.support.given import a_store, events_of
from tests.support.sampling import examples

EVENTS = 9
PAGE_SIZE = 4
MOST_REQUESTS = 8  # to /events in one run: nine events in pages of four take four
OPEN_PROBLEMS = """
    SELECT kind, subject, details, raw::text AS raw
    FROM problems LEFT JOIN quarantined_events AS kept ON kept.store_id = problems.store_id AND kept.id = subject
    WHERE problems.store_id = :store AND closed_at IS NULL
"""
UNCHANGED = Fault(change=lambda answer: answer)


@examples(400)
@given(damages())
@example(Damage("events", 0, "value", 0.99, None))
@example(Damage("events", 1, "value", 0.553, True))
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
                check_the_end(store, served)
        check_that_problems_name_what_is_damaged(store)


@examples(200)
@given(damages(CONTENT))
@example(Damage("events", 0, "byte", 0.5, b"{"))
@example(Damage("events", 3, "byte", 0.49, b'"'))
def test_a_damage_that_stays_stops_no_store(emptied: str, damage: Damage) -> None:
    """Whatever page holds it, and however often it is asked for: all other events are stored.

    Damage around the events is no page's but the answer's: its store has to wait until WB sends another answer.
    """
    store = a_store(events_of(EVENTS))
    with transaction() as database:
        stores.register(database, store.id, store.name, active=True)
    with Simulator(World((store,)), VirtualClock(), limits=False, events_page_size=PAGE_SIZE) as simulator:
        functions, served = Functions(store, simulator.url), Served(damage)
        simulator.faults.add(store.id, damage.method, UNCHANGED, times=damage.nth)
        simulator.faults.add(store.id, damage.method, Fault(change=served.change_again), times=3 * MOST_REQUESTS)
        for _ in range(2):
            list(execution(functions))
            check_no_success_over_a_loss(store)
    if served.is_inside_the_list:
        check_the_end(store, served)


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

    def change_again(self, answer: Answer) -> Answer:
        """Return the damaged answer to the first request, and to each that WB has the same page for."""
        return self.change(answer) if self._before in {b"", answer.body} else answer

    @property
    def is_inside_the_list(self) -> bool:
        """Whether only what stands between the brackets of the list of events or chats was damaged."""
        start, end = self._before.find(b"[") + 1, len(self._before) - self._before.rfind(b"]")
        around = (self._before[:start], self._before[len(self._before) - end :])
        return bool(self._after.startswith(around[0]) and self._after.endswith(around[1]))

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


def check_the_end(store: SimulatedStore, served: Served) -> None:
    """The run reached the end, has all that came whole, and names each event that is stored under no id."""
    last = rows(store, "SELECT * FROM sync_logs WHERE store_id = :store ORDER BY id DESC LIMIT 1")[0]
    assert last["status"] in {"success", "partial"}, last["error_message"]
    found = stored(store)
    whole = {event.id: event for event in store.events if served.is_whole(event_json(event))}
    assert whole.keys() <= found.keys()
    assert all(json.loads(found[key]) == event_json(event) for key, event in whole.items())
    lacking = [event for event in store.events if not any(is_about(raw, event) for raw in found.values())]
    problems = rows(store, OPEN_PROBLEMS)
    unnamed = [event.id for event in lacking if not any(names(problem, event) for problem in problems)]
    # An event of which nothing at all is left, such as {}, is a problem by what came in its place.
    assert len(unnamed) <= sum(came_damaged(problem, store) for problem in problems), unnamed


def check_that_problems_name_what_is_damaged(store: SimulatedStore) -> None:
    """Each open problem is about an event that is not there whole, or has what came in the place of one.

    That stays a problem although the event itself came later: nothing tells that they are one.
    """
    found = stored(store)
    not_whole = [event for event in store.events if json.loads(found.get(event.id, "null")) != event_json(event)]
    for problem in rows(store, OPEN_PROBLEMS):
        assert came_damaged(problem, store) or any(names(problem, event) for event in not_whole), problem


def came_damaged(problem: dict[str, Any], store: SimulatedStore) -> bool:
    """Tell whether a problem is about what came in the place of an event."""
    return problem["kind"] == "event" and json.loads(problem["raw"]) not in map(event_json, store.events)


def is_about(raw: str, event: Event) -> bool:
    """Tell whether what is stored is this event, of which one value may be damaged."""
    signs = (event.id, str(event.at), str(event.text))
    return sum(sign in raw or json.dumps(sign).strip('"') in raw for sign in signs) >= len(signs) - 1


def names(problem: dict[str, Any], event: Event) -> bool:
    """Tell whether a problem says that this event is missing: by its raw, its stretch of the stream, or its chat."""
    details = problem["details"]
    if problem["kind"] == "event":
        return is_about(problem["raw"] or "", event)
    if problem["kind"] == "stretch":
        return bool((details["after"] or 0) < event.at <= details["until"])
    return str(problem["subject"]) == event.chat_id


def stored(store: SimulatedStore) -> dict[str, str]:
    """Return the raw of each message by its id."""
    found = rows(store, "SELECT id, raw::text AS raw FROM chat_messages WHERE store_id = :store")
    return {row["id"]: row["raw"] for row in found}


def rows(store: SimulatedStore, sql: str) -> list[dict[str, Any]]:
    with transaction() as database:
        return database.rows(sql, store=store.id)
