"""What a run costs, in counts and never in seconds: requests, transitions, statements, and data in the state."""

import json
import math
import runpy
from collections.abc import Callable
from typing import Any

import pytest

from database import leases, messages, stores
from database.connection import Database, transaction
from local.engine.clock import VirtualClock
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.properties.steps import Functions, execution
from tests.support.given import a_store, an_event, events_of
from tests.support.given_rows import FETCHED_AT
from tests.support.given_rows import an_event as an_event_of_wb
from tests.support.machine import Machine
from tests.support.project import ROOT
from wildberries.limits import BURST_REQUESTS

PAGE = 50
LARGEST_STATE_BYTES = 2048
MOST_UNCHANGED_TRANSITIONS, MOST_UNCHANGED_INVOCATIONS = 7, 4


@pytest.mark.parametrize(("events", "chats"), [(600, 60), (1000, 100), (3000, 300)])
def test_a_first_sync_costs_a_request_a_page_and_few_transitions(machine: Machine, events: int, chats: int) -> None:
    """Given a history, when it is synced and labelled, then WB is asked for each page once, and no wait is a page's."""
    store = a_store(events_of(events, chats), chats=chats)
    with machine.wildberries(store) as wb:
        synced = machine.sync([store.id])
    pages = sum(request.method == "events" for request in wb.requests)
    assert {request.status for request in wb.requests} == {200}
    # Each page repeats the last event of the one before; the last millisecond and WB's empty page are one each.
    assert pages == math.ceil(events / (PAGE - 1)) + 2
    transitions = sum(child.transitions for child in synced.result.children)
    assert transitions <= 1.2 * (pages - 2)
    # From its last wait on, too, the walk waits for no more than the requests that it lacks: one a second.
    assert sum(synced.waits(store.id)) == pages - BURST_REQUESTS


def test_a_run_costs_what_the_page_of_costs_reckons_with(machine: Machine) -> None:
    """Given a store synced an hour ago, then docs/cost.py knows what runs without and with news take."""
    reckoned = runpy.run_path(str(ROOT / "docs" / "cost.py"))
    store = a_store(events_of(30))
    taken = []
    with machine.wildberries(store, limits=False) as wb:
        machine.sync([store.id])
        for news in ([], [an_event(30)]):
            for event in news:
                wb.add_event(store.id, event)
            with transaction() as database:
                database.run("DELETE FROM rate_limits")  # within an hour WB's bucket is full again
            synced = machine.sync([store.id])
            taken.append((synced.result.transitions, len(synced.invocations)))
    execution, unchanged, changed = (reckoned[name] for name in ("EXECUTION", "UNCHANGED", "CHANGED"))
    assert unchanged[0] <= MOST_UNCHANGED_TRANSITIONS
    assert unchanged[1] <= MOST_UNCHANGED_INVOCATIONS
    quiet = tuple(map(sum, zip(execution, unchanged, strict=True)))
    assert taken == [quiet, tuple(map(sum, zip(quiet, changed, strict=True)))]


def test_no_state_carries_more_than_names_and_numbers(machine: Machine) -> None:
    store = a_store(events_of(300, chats=100))
    with machine.wildberries(store, limits=False):
        synced = machine.sync([store.id])
    sizes = [len(json.dumps(data)) for call in synced.invocations for data in (call.payload, call.result)]
    assert max(sizes) <= LARGEST_STATE_BYTES


def counted(own: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    """Return the method, which now keeps each statement that it runs."""

    def run(database: Database, sql: str, **parameters: Any) -> Any:
        statements.append(sql)
        return own(database, sql, **parameters)

    return run


@pytest.mark.parametrize("events", [1, 50, 2000])
def test_a_burst_of_any_size_is_saved_with_the_same_few_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    stores.register(database, "shop", "ИП Проба", active=True)
    run = leases.open_run(database, "shop", "execution-1", full=False).id
    statements: list[str] = []
    for name in ("run", "rows"):
        monkeypatch.setattr(Database, name, counted(getattr(Database, name), statements))
    with transaction() as committing:
        messages.save_events(
            committing, "shop", run or 0, [an_event_of_wb(n, chat=n % 7) for n in range(events)], FETCHED_AT
        )
    assert len(statements) <= 7, statements


def test_an_unchanged_store_is_asked_few_statements(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a store that was synced, when it is synced again, then its transactions are short, whatever it holds."""
    store = a_store(events_of(100))
    with transaction() as database:
        stores.register(database, store.id, store.name, active=True)
    with Simulator(World((store,)), VirtualClock(), limits=False) as wb:
        functions = Functions(store, wb.url)
        list(execution(functions))
        statements: list[str] = []
        for name in ("run", "rows"):
            monkeypatch.setattr(Database, name, counted(getattr(Database, name), statements))
        taken = {}
        for function in execution(functions):
            taken[function], statements[:] = len(statements), []
    assert taken["open_run"] <= 8
    assert taken["save_history"] <= 27
