"""What the machine does when something is wrong: who must act, what waits, what is tried again, what others notice."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from local.simulator.faults import Fault, cut_body, junk, raw_json, redirect, status
from local.simulator.model import SimulatedStore
from local.simulator.tokens import TokenKind
from tests.support.given import a_store, events_of
from tests.support.machine import TOKENS, Machine, Synced
from tests.support.stored import rows

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def sync_beside_a_healthy_store(machine: Machine, store: SimulatedStore, *faults: tuple[str, Fault]) -> Synced:
    """Sync the store with these faults waiting, and see that its neighbour is synced whole all the same."""
    healthy = a_store(events_of(60))
    with machine.wildberries(store, healthy) as wb:
        for method, fault in faults:
            wb.faults.add(store.id, method, fault)
        synced = machine.sync([store.id, healthy.id])
    assert synced.result.status == "SUCCEEDED"
    assert synced.runs[healthy.id]["status"] == "success"
    assert synced.runs[healthy.id]["messages_added"] == 60
    synced.result.output["requests"] = [request for request in wb.requests if request.store_id == store.id]
    return synced


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        (a_store(expires_at=YESTERDAY), "expired"),
        (a_store(chat_access=False), "no access to the category"),
        (a_store(kind=TokenKind.TEST), "test token"),
        (a_store(token="junk"), "no readable JWT"),
    ],
    ids=["expired", "chat-less", "test", "junk"],
)
def test_a_token_that_cannot_work_stops_its_store_before_any_request(
    machine: Machine, store: SimulatedStore, sentence: str
) -> None:
    synced = sync_beside_a_healthy_store(machine, store)
    run = synced.runs[store.id]
    assert (run["status"], run["error_type"]) == ("error", "TokenUnusableError")
    assert sentence in run["error_message"]
    assert "replace it" in run["error_message"]
    assert synced.result.output["requests"] == []
    assert len(synced.called("fetch_history", store.id)) == 1


def test_a_store_without_a_token_ends_as_error(machine: Machine) -> None:
    store = a_store()
    with machine.wildberries():
        machine.know(store)
        parameters = boto3.client("ssm", region_name=machine.engine.stack.region)
        parameters.delete_parameter(Name=f"{TOKENS}/{store.id}/token")
        synced = machine.sync([store.id])
    assert synced.runs[store.id]["error_type"] == "TokenUnusableError"
    assert "There is no token" in synced.runs[store.id]["error_message"]


@pytest.mark.parametrize("code", [401, 402, 403])
@pytest.mark.parametrize("method", ["chats", "events"])
def test_a_refusal_is_never_tried_again(machine: Machine, code: int, method: str) -> None:
    store = a_store(events_of(5))
    synced = sync_beside_a_healthy_store(machine, store, (method, status(code)))
    run = synced.runs[store.id]
    assert (run["status"], run["error_type"]) == ("error", "WildberriesRefusedError")
    assert str(code) in run["error_message"]
    assert [request.status for request in synced.result.output["requests"] if request.method == method] == [code]
    assert not synced.result.waits


@pytest.mark.parametrize("fault", [status(500), status(503), cut_body(), junk(), raw_json("[]"), raw_json("{}")])
def test_a_passing_fault_is_tried_again_and_then_forgotten(machine: Machine, fault: Fault) -> None:
    store = a_store(events_of(60))
    synced = sync_beside_a_healthy_store(machine, store, ("events", fault), ("events", fault), ("chats", fault))
    assert synced.runs[store.id]["status"] == "success"
    assert synced.runs[store.id]["messages_added"] == 60
    requests = [request.method for request in synced.result.output["requests"]]
    assert requests == ["chats"] * 2 + ["events"] * 6  # WB's list, once it is there, is not asked for again
    delays = synced.waits(store.id)
    assert all(0 <= seconds <= 1 for seconds in delays)
    assert len(delays) == 3


def test_a_lasting_fault_ends_the_store_after_three_more_tries(machine: Machine) -> None:
    store = a_store(events_of(5))
    synced = sync_beside_a_healthy_store(machine, store, *[("chats", status(500))] * 4)
    run = synced.runs[store.id]
    assert (run["status"], run["error_type"]) == ("error", "WildberriesUnavailableError")
    assert [request.status for request in synced.result.output["requests"]] == [500] * 4
    delays = synced.waits(store.id)
    assert all(0 <= seconds <= limit for seconds, limit in zip(delays, (1, 2, 4), strict=True))


def test_a_redirect_is_refused_at_once(machine: Machine) -> None:
    store = a_store(events_of(5))
    synced = sync_beside_a_healthy_store(machine, store, ("chats", redirect("http://127.0.0.1:9/")))
    assert synced.runs[store.id]["error_type"] == "WildberriesRejectedError"
    assert len(synced.result.output["requests"]) == 1


@pytest.mark.parametrize("method", ["chats", "events"])
def test_a_429_waits_exactly_as_long_as_wb_says(machine: Machine, method: str) -> None:
    store = a_store(events_of(60))
    limit = status(429, {"X-Ratelimit-Retry": "1234", "X-Ratelimit-Reset": "9999", "X-Ratelimit-Limit": "10"})
    synced = sync_beside_a_healthy_store(machine, store, (method, limit))
    assert synced.runs[store.id]["status"] == "success"
    assert synced.runs[store.id]["waited_seconds"] == 1234
    assert synced.waits(store.id) == [1234]
    requests = [request for request in synced.result.output["requests"] if request.method == method]
    refused = next(index for index, request in enumerate(requests) if request.status == 429)
    assert requests[refused + 1].at - requests[refused].at >= 1234


def test_a_base_tokens_hours_are_waits_of_the_machine(machine: Machine) -> None:
    store = a_store(events_of(120), kind=TokenKind.BASE)
    with machine.wildberries(store) as wb:
        synced = machine.sync([store.id])
    assert synced.runs[store.id]["status"] == "success"
    assert synced.runs[store.id]["messages_added"] == 120
    assert {wait.seconds for wait in synced.result.waits} == {3600}
    assert {request.status for request in wb.requests} == {200}
    assert synced.runs[store.id]["waited_seconds"] == 3600 * (len(wb.requests) - 2)


def test_a_chat_gone_from_two_lists_is_marked_and_kept(machine: Machine) -> None:
    store = a_store(events_of(6))
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.set_chats(store.id, store.chats[1:])
        gone = []
        for _ in range(2):
            synced = machine.sync([store.id])
            gone.append([row["id"] for row in rows("SELECT id FROM chats WHERE missing_since IS NOT NULL")])
        wb.set_chats(store.id, store.chats)
        machine.sync([store.id])
    assert synced.runs[store.id]["status"] == "success"
    assert gone == [[], ["1:chat-0"]]
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 6}]
    assert rows("SELECT count(*) AS n FROM chats WHERE missing_since IS NOT NULL") == [{"n": 0}]
