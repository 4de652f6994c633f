"""The walk over WB's stream: it ends where WB says so, loses nothing on the way, and starts from any cursor."""

from typing import Any, cast

import pytest

from database.connection import transaction
from database.stores import move_cursor
from local.simulator.faults import raw_json, short_events_page
from tests.support.given import START_MS, a_store, an_event, events_of, now_ms
from tests.support.machine import Machine
from tests.support.snapshot import content, versions
from tests.support.stored import rows


def stored_ids() -> set[str]:
    return {row["id"] for row in rows("SELECT id FROM chat_messages")}


def test_a_short_page_in_the_middle_is_not_the_end(machine: Machine) -> None:
    store = a_store(events_of(120))
    with machine.wildberries(store) as wb:
        for events in (7, 1, 3):
            wb.faults.add(store.id, "events", short_events_page(events))
        synced = machine.sync([store.id])
    assert synced.runs[store.id]["status"] == "success"
    assert stored_ids() == {event.id for event in store.events}


def test_events_of_one_millisecond_are_not_lost_at_the_end_of_a_page(machine: Machine) -> None:
    twins = [an_event(number, at=START_MS + number // 4 * 1000) for number in range(200)]
    store = a_store(twins)
    with machine.wildberries(store, page_size=10) as wb:
        synced = machine.sync([store.id])
    assert synced.runs[store.id]["status"] == "success"
    assert stored_ids() == {event.id for event in twins}
    assert wb.requests


def test_an_event_that_wb_adds_to_the_last_read_millisecond_is_found_by_the_next_run(machine: Machine) -> None:
    """Given a message of just now that was read, when WB adds two behind it, then the next run stores them."""
    moment = now_ms()
    store = a_store([*events_of(3), an_event(10, chat=0, at=moment)])
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.add_event(store.id, an_event(11, chat=1, at=moment))
        wb.add_event(store.id, an_event(12, chat=2, at=moment - 20_000))
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["messages_added"]) == ("success", 2)
    assert {"event-10", "event-11", "event-12"} < stored_ids()


def test_the_empty_page_never_moves_the_cursor_back(machine: Machine) -> None:
    store = a_store(events_of(30))
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        before = rows("SELECT events_cursor FROM stores")
        wb.faults.add(store.id, "events", raw_json('{"result":{"next":0,"totalEvents":0,"events":[]},"errors":null}'))
        synced = machine.sync([store.id])
    assert synced.runs[store.id]["status"] == "success"
    assert rows("SELECT events_cursor FROM stores") == before == [{"events_cursor": store.events[-1].at}]


def test_started_from_every_cursor_ever_stored_it_ends_with_the_same_rows(machine: Machine) -> None:
    store = a_store(events_of(60))
    with machine.wildberries(store, page_size=10, limits=False) as wb:
        synced = machine.sync([store.id])
        cursors = [cast(Any, call.payload)["cursor"] for call in synced.called("save_history")] + [None]
        cursors += [event.at - 1 for event in wb.events(store.id)[::7]]
        whole = content("chats", "chat_messages")
        assert stored_ids() == {event.id for event in store.events}
        for cursor in cursors:
            with transaction() as database:
                move_cursor(database, store.id, cursor)
            assert machine.sync([store.id]).runs[store.id]["status"] == "success"
            assert content("chats", "chat_messages") == whole


@pytest.mark.parametrize("cursor", [now_ms() + 10 * 86_400_000, 1_770_000_000, -5], ids=["late", "seconds", "negative"])
def test_an_impossible_cursor_is_a_clear_error_and_stays(machine: Machine, cursor: int) -> None:
    store = a_store(events_of(3))
    with machine.wildberries(store) as wb:
        with transaction() as database:
            move_cursor(database, store.id, cursor)
        run = machine.sync([store.id]).runs[store.id]
        asked = [request for request in wb.requests if request.method == "events"]
        assert (run["status"], run["error_type"], asked) == ("error", "CursorInvalidError", [])
        assert "full" in run["error_message"]
        assert rows("SELECT events_cursor FROM stores") == [{"events_cursor": cursor}]
        assert machine.sync([store.id], full=True).runs[store.id]["messages_added"] == 3


@pytest.mark.parametrize("next_ms", [START_MS, START_MS - 5000])
def test_a_cursor_of_wbs_that_does_not_move_on_ends_with_an_error(machine: Machine, next_ms: object) -> None:
    store = a_store([an_event(0)])
    event = '{"eventID":"x","chatID":"1:chat-0","addTimestamp":1770000000001}'
    page = raw_json(f'{{"result":{{"next":{next_ms},"totalEvents":1,"events":[{event}]}},"errors":null}}')
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.faults.add(store.id, "events", page, times=50)
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["error_type"], run["messages_added"]) == ("error", "CursorInvalidError", 1)
    assert rows("SELECT events_cursor FROM stores") == [{"events_cursor": START_MS + 1}]


@pytest.mark.parametrize(
    "next_ms", ["null", '"x"', 0, -1_770_000_000_001, 32_503_680_000_000, 1_770_000_009_000, "1770000000001.0"]
)
def test_where_wbs_cursor_cannot_be_used_the_newest_event_says_how_far_the_page_reaches(
    machine: Machine, next_ms: object
) -> None:
    store = a_store([an_event(0)])
    event = '{"eventID":"x","chatID":"1:chat-0","addTimestamp":1770000000001}'
    page = raw_json(f'{{"result":{{"next":{next_ms},"totalEvents":1,"events":[{event}]}},"errors":null}}')
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.faults.add(store.id, "events", page)
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["messages_added"], run["wb_requests"]) == ("success", 1, 3)


def test_an_unchanged_store_costs_two_requests_and_writes_no_row(machine: Machine) -> None:
    store = a_store(events_of(60))
    tables = ("chats", "chat_messages", "chat_labels")
    with machine.wildberries(store, limits=False) as wb:
        machine.sync([store.id])
        before, asked = versions(*tables), len(wb.requests)
        again = machine.sync([store.id])
    assert again.runs[store.id]["status"] == "success"
    assert len(wb.requests) - asked == again.runs[store.id]["wb_requests"] == 2
    assert versions(*tables) == before
    assert sum(child.transitions for child in again.result.children) <= 20


def test_a_late_event_is_stored_and_stays_in_order(machine: Machine) -> None:
    store = a_store(events_of(9))
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.add_event(store.id, an_event(100, chat=0, at=START_MS + 500, text="поздно"))
        wb.add_event(store.id, an_event(101, chat=1))
        machine.sync([store.id])
        missed = stored_ids()
        machine.sync([store.id], full=True)
    assert "event-101" in missed
    found = rows("SELECT id FROM chat_messages WHERE chat_id = '1:chat-0' ORDER BY sent_at, id")
    assert [row["id"] for row in found] == ["event-0", "event-100", "event-3", "event-6"]
    assert rows("SELECT last_message_id FROM chats WHERE id = '1:chat-0'") == [{"last_message_id": "event-6"}]


def test_a_late_event_within_a_page_is_stored_in_its_place(machine: Machine) -> None:
    """WB may send an event whose time is older than its neighbours'; its page's `next` decides, not its time."""
    store = a_store(events_of(3))
    late = (
        '{"eventID":"late","chatID":"1:chat-0","sender":"client","addTimestamp":1769999999000,"message":{"text":"?"}}'
    )
    page = f'{{"result":{{"next":{START_MS + 5000},"totalEvents":1,"events":[{late}]}},"errors":null}}'
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        wb.faults.add(store.id, "events", raw_json(page))
        machine.sync([store.id])
    assert rows("SELECT id FROM chat_messages ORDER BY sent_at, id LIMIT 1") == [{"id": "late"}]
    assert rows("SELECT last_message_id FROM chats WHERE id = '1:chat-0'") == [{"last_message_id": "event-0"}]


def test_full_reads_all_again_and_changes_nothing_that_was_right(machine: Machine) -> None:
    store = a_store(events_of(120))
    with machine.wildberries(store, limits=False) as wb:
        machine.sync([store.id])
        before, written, asked = content(), versions("chats", "chat_messages", "chat_labels"), len(wb.requests)
        run = machine.sync([store.id], full=True).runs[store.id]
    assert (run["sync_type"], run["status"], run["messages_added"]) == ("full", "success", 0)
    assert len(wb.requests) - asked >= 4
    assert (content(), versions("chats", "chat_messages", "chat_labels")) == (before, written)
