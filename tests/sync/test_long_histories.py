"""A history too long for one run is read in parts, each of which ends in order, long before its execution's history."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from database.bursts import LONGEST_WAITS_SECONDS, MOST_FETCHES
from database.connection import transaction
from database.labels.budgets import MOST_CHAT_PAGES, Budgets, Spent, plan_labels
from database.turns import LONGEST_TURN_SECONDS, seconds_until_turn
from local.engine.lambdas import Invocation
from local.simulator.faults import status
from local.simulator.tokens import TokenKind
from tests.support.given import a_store, an_event, events_of
from tests.support.machine import Machine
from tests.support.stored import rows
from tests.template.test_ties import MACHINE, TEMPLATE

# Quotas of Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
LARGEST_HISTORY_EVENTS, LARGEST_STATE_BYTES, MOST_ITERATIONS_AT_ONCE = 25_000, 262_144, 40
# Entered and exited; and of a task scheduled, started and succeeded; of a map and each of its items started and ended.
EVENTS_OF_A_STATE = {"Task": 5, "Choice": 2, "Wait": 2, "Succeed": 2, "Map": 4}
EVENTS_OF_AN_ITEM = 2
RESERVE = 0.3  # of the history, for what is tried again
STORE: Mapping[str, Any] = MACHINE["States"]["Each store"]["ItemProcessor"]["States"]
LABELS: Mapping[str, Any] = STORE["Each chat page"]["ItemProcessor"]["States"]


def events_of_states(states: Mapping[str, Any], *names: str) -> int:
    return sum(EVENTS_OF_A_STATE[states[name]["Type"]] for name in names)


def turns_in(seconds: int) -> int:
    """Return how often a run asks for its turn behind one that takes so long."""
    age, asked = 0.0, 0
    while age < seconds:
        age += seconds_until_turn(age)
        asked += 1
    return asked


def test_the_longest_run_leaves_room_in_its_executions_history() -> None:
    """The worst waits behind a Base store of the same seller that takes an hour a fetch, and then does the same."""
    fetch = events_of_states(STORE, "Fetch history", "Save history", "Caught up?", "Wait for rate limit")
    turn = events_of_states(STORE, "Open run", "Run opened?", "Wait for seller")
    page = EVENTS_OF_AN_ITEM + events_of_states(LABELS, "Classify chats", "Save labels")
    around = events_of_states(STORE, "Open run", "Run opened?", "Each chat page", "Close run")
    waits = turns_in(MOST_FETCHES * LONGEST_TURN_SECONDS)
    worst = waits * turn + MOST_FETCHES * fetch + MOST_CHAT_PAGES * page + around
    assert worst <= LARGEST_HISTORY_EVENTS * (1 - RESERVE)


def test_no_allowed_parameter_lets_a_run_list_more_chat_pages() -> None:
    most, smallest = TEMPLATE["Parameters"]["LabelChatsARun"]["MaxValue"], 1
    assert TEMPLATE["Parameters"]["LabelChatsAPage"]["MinValue"] == smallest
    budgets = Budgets(chats_a_run=most, tokens_a_run=0, chats_a_day=0, tokens_a_day=0, chats_a_page=smallest)
    stale = [{"chat_id": str(number), "messages": []} for number in range(1000)]
    plan = plan_labels(stale, most, "keywords", budgets, Spent())
    assert (len(plan.pages), plan.left) == (MOST_CHAT_PAGES, most - MOST_CHAT_PAGES)
    assert f"{MOST_CHAT_PAGES} chat pages of a run" in str(plan.reached)
    # A key names the store (at most 64 characters), the run, the page and the request.
    page = {"transcripts_key": "k" * 200, "tokens": 10**9}
    assert len(json.dumps({"pages": [page] * MOST_CHAT_PAGES})) < LARGEST_STATE_BYTES / 2
    assert TEMPLATE["Parameters"]["LabelPagesAtOnce"]["MaxValue"] <= MOST_ITERATIONS_AT_ONCE


@pytest.fixture
def short_runs(machine: Machine) -> Iterator[None]:
    """Runs that begin as if all their fetches but three had been saved."""
    with transaction() as database:
        database.run(f"ALTER TABLE sync_logs ALTER COLUMN fetches SET DEFAULT {MOST_FETCHES - 3}")
    yield
    with transaction() as database:
        database.run("ALTER TABLE sync_logs ALTER COLUMN fetches SET DEFAULT 0")


def test_a_long_history_is_read_in_parts_that_end_in_order(machine: Machine, short_runs: None) -> None:
    store = a_store(events_of(200))
    ends: list[dict[str, Any]] = []
    with machine.wildberries(store, page_size=5) as wb:
        while not ends or ends[-1]["status"] == "partial":
            synced = machine.sync([store.id])
            ends.append(synced.runs[store.id])
            assert len(synced.called("fetch_history")) <= 3
        assert {request.status for request in wb.requests} == {200}
    parts, last = ends[:-1], ends[-1]
    assert len(parts) == 2
    assert all(run["read_up_to"] for run in parts)
    assert "read WB's history up to 2026-02-02, as much as one run may" in parts[0]["error_message"]
    assert (last["status"], last["read_up_to"], last["chats_synced"]) == ("success", None, 3)
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 200}]
    assert rows("SELECT count(*) AS n FROM problems") == [{"n": 0}]
    assert sum(run["messages_added"] for run in ends) == 200


def test_a_part_has_not_waited_for_what_it_does_not_ask_any_more(machine: Machine, short_runs: None) -> None:
    """Given a Base token, when a run ends behind its third fetch, then it has waited two hours and not three."""
    store = a_store(events_of(200), kind=TokenKind.BASE)
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["wb_requests"], run["waited_seconds"]) == ("partial", 4, 2 * 3600)


def test_a_store_that_wb_lets_read_nothing_ends_in_order_too(machine: Machine, short_runs: None) -> None:
    store = a_store(events_of(3))
    with machine.wildberries(store) as wb:
        wb.faults.let_stand(store.id, "chats", status(429, {"X-Ratelimit-Retry": "60"}))
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["read_up_to"], run["wb_requests"]) == ("partial", None, 3)
    assert "let this run read nothing" in run["error_message"]


def test_no_stores_are_no_map(machine: Machine) -> None:
    with transaction() as database:
        database.run("UPDATE stores SET active = false")
    with machine.wildberries():
        synced = machine.sync()
    assert [call.function for call in synced.invocations] == ["list_stores", "report"]
    assert synced.result.transitions == 3
    assert synced.result.output == {"success": 0, "partial": 0, "error": 0, "skipped": 0, "running": 0}


def test_what_a_base_token_reads_in_half_a_day_is_labelled_before_the_next_half(machine: Machine) -> None:
    """Given a Base token and 1,000 events, when its store is synced until it is whole, each part labels its own."""
    store = a_store((an_event(number, number // 10) for number in range(1000)), chats=100, kind=TokenKind.BASE)
    parts: list[dict[str, Any]] = []
    labelled: list[int] = []
    with machine.wildberries(store) as wb:
        while not parts or parts[-1]["status"] == "partial":
            begun = machine.clock.now()
            synced = machine.sync([store.id])
            parts.append(synced.runs[store.id])
            labelled += [row["n"] for row in rows("SELECT count(*) AS n FROM chats WHERE tag IS NOT NULL")]
            assert machine.clock.now() - begun <= LONGEST_WAITS_SECONDS
            assert sum(synced.waits(store.id)) == parts[-1]["waited_seconds"]
        assert {request.status for request in wb.requests} == {200}
    assert [part["status"] for part in parts] == ["partial", "success"]
    first, last = parts
    # 13 fetches of 50 events, the first without a wait. Pages overlap, so the 64th chat is cut, and labelled twice.
    assert (first["waited_seconds"], first["events_read"], first["chats_classified"]) == (12 * 3600, 650, 64)
    assert first["read_up_to"] is not None
    assert "read WB's history up to 2026-02-02" in first["error_message"]
    assert labelled == [64, 100]
    assert (last["chats_classified"], last["chats_synced"], last["read_up_to"]) == (37, 100, None)
    assert rows("SELECT count(*) AS n FROM problems") == [{"n": 0}]
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 1000}]


def test_a_part_whose_end_fails_is_none(machine: Machine, short_runs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that failed has read to no known place, and is not begun again at once as a part is."""
    store = a_store(events_of(200))
    with machine.wildberries(store, page_size=5):
        invoke = machine.engine.lambdas.invoke
        broken = Invocation({"errorType": "ValueError"}, failed=True, billed_ms=1, cold=False, peak_memory_mb=None)

        def without_close_run(name: str, payload: object, request_id: str | None = None) -> Invocation:
            return broken if name == "close_run" else invoke(name, payload, request_id)

        monkeypatch.setattr(machine.engine.lambdas, "invoke", without_close_run)
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["read_up_to"]) == ("error", None)
    assert run["chats_classified"] == 3
