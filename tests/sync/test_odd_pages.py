"""Pages of WB's stream that are odd in every answer: the walk goes on, and what is missing is said."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from local.simulator.faults import Fault, changed_body
from local.simulator.wire import encoded
from tests.support.given import START_MS
from tests.support.machine import Machine
from tests.support.odd_store import EVENTS, heal, odd, problems, requested, run_of, stored

PAGE_SIZE = 4
MOST_REQUESTS = 20  # nine events in pages of four take four
Edit = Callable[[dict[str, Any]], None]


def edited_result(edit: Edit) -> Fault:
    """The normal answer with its result edited."""

    def change(body: bytes) -> bytes:
        answer = json.loads(body)
        edit(answer["result"])
        return encoded(answer)

    return changed_body(change)


def edited_events(edit: Edit) -> Fault:
    """The normal answer with each of its events edited."""
    return edited_result(partial(edit_events, edit))


def edit_events(edit: Edit, result: dict[str, Any]) -> None:
    for event in result["events"]:
        edit(event)


def scale_stamp(factor: int) -> Edit:
    return lambda event: event.update(addTimestamp=event["addTimestamp"] * factor)


def take_chat(event: dict[str, Any]) -> None:
    """Take from one event what says whose it is."""
    if event["eventID"] == "event-4":
        del event["chatID"]


def without_next(edit: Edit) -> Fault:
    """The normal answer without `next`, and with each of its events edited."""

    def change(result: dict[str, Any]) -> None:
        del result["next"]
        edit_events(edit, result)

    return edited_result(change)


@pytest.mark.parametrize(
    "fault",
    [
        edited_events(scale_stamp(1000)),
        edited_events(scale_stamp(10**6)),
        edited_events(lambda event: event.update(addTimestamp=4_090_000_000_000)),
        without_next(scale_stamp(1000)),
        without_next(lambda event: event.update(addTimestamp=event["addTimestamp"] // 1000)),
        without_next(lambda event: event.update(addTimestamp=event["addTimestamp"] + 0.5)),
        without_next(lambda event: event.update(addTimestamp=event["addTime"])),
        without_next(lambda event: event.pop("addTimestamp")),
        edited_result(lambda result: result.update(next=START_MS)),
        edited_result(lambda result: result.update(next=result["next"] - 1)),
        edited_result(lambda result: result.update(next=result["next"] - 5000)),
    ],
    ids=[
        "microseconds",
        "nanoseconds",
        "the year 2099",
        "microseconds without next",
        "seconds without next",
        "half milliseconds without next",
        "ISO without next",
        "addTime alone, without next",
        "next stands still",
        "next is a millisecond behind",
        "next is seconds behind",
    ],
)
def test_no_unit_of_a_time_ends_the_walk_early_or_stops_it(machine: Machine, fault: Fault) -> None:
    with odd(machine, page_size=PAGE_SIZE) as (wb, store_id):
        wb.faults.let_stand(store_id, "events", fault)
        run = run_of(machine, store_id)
        assert (run["status"], stored(), problems()) == ("success", EVENTS, [])
        assert requested(wb, "events") <= MOST_REQUESTS


def test_pages_that_are_cut_at_the_same_place_are_each_a_problem(machine: Machine) -> None:
    """Given the same fragment on several pages, when they are saved together, then it is kept once."""
    with odd(machine, page_size=PAGE_SIZE) as (wb, store_id):
        wb.faults.let_stand(store_id, "events", changed_body(lambda body: body[: len(body) // 2]))
        run = run_of(machine, store_id)
        assert (run["status"], run["error_type"]) == ("error", "WildberriesUnavailableError")
        assert stored() > 0
        assert set(problems()) == {"stretch"}
        heal(wb, store_id)
        assert (run_of(machine, store_id)["status"], stored(), problems()) == ("success", EVENTS, [])


def test_what_a_walk_read_before_an_error_is_kept_though_it_has_no_event(machine: Machine) -> None:
    """Given pages whose events are no objects, when the walk then fails, then their stretches are known."""
    with odd(machine, page_size=PAGE_SIZE) as (wb, store_id):
        nested = edited_result(lambda result: result.update(events=[result["events"]]))
        wb.faults.add(store_id, "events", nested, times=2)
        wb.faults.add(store_id, "events", Fault(body=b"<html>"), times=8)
        assert run_of(machine, store_id)["status"] == "error"
        assert (stored(), problems()) == (0, ["stretch", "stretch"])
        heal(wb, store_id)
        run_of(machine, store_id)
        assert (run_of(machine, store_id)["status"], stored(), problems()) == ("success", EVENTS, [])


def test_words_in_a_form_that_no_column_has_are_said(machine: Machine) -> None:
    with odd(machine) as (wb, store_id):
        wb.faults.add(store_id, "events", edited_events(lambda event: event.update(message={"text": ["да"]})))
        run = run_of(machine, store_id)
        assert (run["status"], run["damaged_values"], stored()) == ("success", EVENTS, EVENTS)


@pytest.mark.parametrize("event_id", [" ", "00000000-0000-0000-0000-000000000000"])
def test_events_under_a_placeholder_are_not_versions_of_one_message(machine: Machine, event_id: str) -> None:
    with odd(machine) as (wb, store_id):
        wb.faults.add(store_id, "events", edited_events(lambda event: event.update(eventID=event_id)))
        run = run_of(machine, store_id)
        assert (run["status"], run["quarantined"]) == ("partial", EVENTS)


def test_a_version_that_cannot_be_stored_is_missing_though_another_one_is_stored(machine: Machine) -> None:
    """Given a stored message, when it comes again without its chat, then no run is a success until it comes whole."""
    with odd(machine) as (wb, store_id):
        assert run_of(machine, store_id)["status"] == "success"
        wb.faults.add(store_id, "events", edited_events(take_chat))
        assert run_of(machine, store_id, full=True)["status"] == "partial"
        assert (run_of(machine, store_id)["status"], stored(), problems()) == ("partial", EVENTS, ["event"])
        assert (run_of(machine, store_id, full=True)["status"], problems()) == ("success", [])


@pytest.mark.parametrize(("broken_first", "status"), [(True, "success"), (False, "partial")])
def test_of_two_versions_in_a_page_the_last_tells_whether_one_is_missing(
    machine: Machine, broken_first: bool, status: str
) -> None:
    def double(result: dict[str, Any]) -> None:
        broken = [{"eventID": event["eventID"], "message": {"text": "?"}} for event in result["events"][:1]]
        result["events"] = broken + result["events"] if broken_first else result["events"] + broken
        result["totalEvents"] = len(result["events"])

    with odd(machine) as (wb, store_id):
        wb.faults.add(store_id, "events", edited_result(double))
        assert (run_of(machine, store_id)["status"], stored()) == (status, EVENTS)
