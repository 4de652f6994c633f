"""How far one burst goes: as far as WB's bucket, the function's memory and time allow, keeping what it read."""

import time

import pytest

from chatsync.contracts import FetchHistory
from chatsync.errors import ChatSyncError, CursorInvalidError, WildberriesRefusedError, WildberriesUnavailableError
from local.simulator.faults import Fault, cut_body, raw_json, status
from local.simulator.tokens import TokenKind
from tests.support.given import START_MS, an_event, events_of
from tests.wildberries.walking import ids, wildberries
from wildberries import walk
from wildberries.chats import fetch_chats
from wildberries.history import fetch_history
from wildberries.walk import walk_events


def test_a_burst_uses_up_the_bucket_and_asks_no_more() -> None:
    with wildberries(events_of(600), limits=True) as (simulator, _, client):
        burst = walk_events(client, None, "personal")
    assert [request.status for request in simulator.requests] == [200] * 10
    assert (burst.requests, burst.wait_seconds, burst.caught_up) == (10, 7, False)


def test_a_base_token_has_one_request_and_then_an_hour() -> None:
    with wildberries(events_of(60), limits=True, kind=TokenKind.BASE) as (simulator, _, client):
        burst = walk_events(client, None, "base")
    assert len(simulator.requests) == 1
    assert (len(burst.events), burst.wait_seconds) == (50, 3600)


def test_the_wait_after_the_last_page_is_known_to_the_next_run() -> None:
    with wildberries(limits=True, kind=TokenKind.BASE) as (_, _, client):
        burst = walk_events(client, None, "base")
    assert (burst.caught_up, burst.wait_seconds) == (True, 3600)


@pytest.mark.parametrize(("events", "seconds"), [(442, 1), (443, 7)])
def test_a_walk_that_lacks_its_last_request_waits_for_one_alone(events: int, seconds: int) -> None:
    """Given a bucket of ten, when nine pages bring everything and the tenth nothing new, then only the end is left."""
    with wildberries(events_of(events), limits=True) as (_, _, client):
        burst = walk_events(client, None, "personal")
    assert (burst.requests, burst.caught_up, burst.wait_seconds) == (10, False, seconds)


def test_a_429_at_once_brings_nothing_but_the_wait_wb_asks_for() -> None:
    with wildberries(events_of(60)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", status(429, {"X-Ratelimit-Retry": "77", "Retry-After": "1"}))
        burst = walk_events(client, START_MS, "personal")
    assert (burst.events, burst.cursor, burst.wait_seconds, burst.requests) == ([], START_MS, 77, 1)


def test_a_429_in_the_middle_keeps_what_was_read() -> None:
    with wildberries(events_of(120)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", Fault(events_page_size=50))
        simulator.faults.add(store.id, "events", status(429, {"X-Ratelimit-Retry": "5"}))
        burst = walk_events(client, None, "personal")
    assert (len(burst.events), burst.wait_seconds, burst.requests, burst.caught_up) == (50, 5, 2, False)


@pytest.mark.parametrize("retry", ["", "soon", "nan", "inf", None])
def test_a_429_that_does_not_say_how_long_is_waited_for_by_the_tokens_pace(retry: str | None) -> None:
    with wildberries(events_of(3)) as (simulator, store, client):
        headers = {} if retry is None else {"X-Ratelimit-Retry": retry}
        simulator.faults.add(store.id, "events", status(429, headers))
        assert walk_events(client, None, "base").wait_seconds == 3600


def test_a_burst_ends_at_its_number_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "BURST_EVENTS", 100)
    with wildberries(events_of(300)) as (_, _, client):
        burst = walk_events(client, None, "personal")
    assert (len(burst.events), burst.requests, burst.wait_seconds, burst.caught_up) == (100, 2, 0, False)


def test_a_burst_ends_at_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given events with texts of a kilobyte, when two pages of them are over the size, then the third is another's."""
    monkeypatch.setattr(walk, "BURST_BYTES", 80_000)
    with wildberries([an_event(number, text="x" * 1000) for number in range(300)]) as (_, _, client):
        burst = walk_events(client, None, "personal")
    assert (len(burst.events), burst.requests, burst.wait_seconds, burst.caught_up) == (100, 2, 0, False)


def test_a_burst_ends_at_its_time() -> None:
    with wildberries(events_of(300)) as (simulator, _, client):
        burst = walk_events(client, None, "personal", deadline=time.monotonic())
    assert (burst.events, burst.caught_up, simulator.requests) == ([], False, [])


STALE = '{"result": {"next": 1, "totalEvents": 1, "events": [{}]}}'


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(401), WildberriesRefusedError),
        (status(503), WildberriesUnavailableError),
        (cut_body(), WildberriesUnavailableError),
        (raw_json(STALE), CursorInvalidError),
    ],
)
def test_an_error_after_the_first_page_leaves_what_was_read_and_then_comes_again(
    fault: Fault, error: type[ChatSyncError]
) -> None:
    with wildberries(events_of(120)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", Fault(events_page_size=50))
        simulator.faults.add(store.id, "events", fault, times=2)
        burst = walk_events(client, None, "personal")
        assert (len(burst.events), burst.caught_up, burst.cursor) == (50, False, START_MS + 48_999)
        with pytest.raises(error):
            walk_events(client, burst.cursor, "personal")
        assert set(ids([burst, walk_events(client, burst.cursor, "personal")])) == {f"event-{n}" for n in range(120)}


@pytest.mark.parametrize("fault", [raw_json('{"result": {}}'), raw_json('{"result": "chats"}')])
def test_a_list_of_chats_that_is_no_list_is_a_passing_fault(fault: Fault) -> None:
    with wildberries() as (simulator, store, client):
        simulator.faults.add(store.id, "chats", fault)
        with pytest.raises(WildberriesUnavailableError, match="unexpected format"):
            fetch_chats(client, "personal")


def test_the_list_of_chats_comes_whole_in_one_request() -> None:
    with wildberries(events_of(6), chats=3) as (simulator, _, client):
        listed = fetch_chats(client, "personal")
    assert [chat["chatID"] for chat in listed.chats or []] == ["1:chat-2", "1:chat-1", "1:chat-0"]
    assert (listed.wait_seconds, listed.requests, len(simulator.requests)) == (0, 1, 1)


def test_a_429_on_the_list_is_a_wait() -> None:
    with wildberries(limits=True, kind=TokenKind.BASE) as (_, _, client):
        assert fetch_chats(client, "base").wait_seconds == 3600
        limited = fetch_chats(client, "base")
    assert (limited.chats, limited.wait_seconds) == (None, 3600)


@pytest.mark.parametrize(("events", "seconds"), [(443, 2), (540, 4), (600, 5), (640, 6), (2000, 7)])
def test_a_first_fetch_waits_only_for_what_the_list_says_is_left(events: int, seconds: int) -> None:
    """Given a bucket of ten, when the list tells how far the stream goes, then its few last pages are waited for alone.

    600 events are 13 pages of which each repeats one event; then come the last millisecond and the empty page.
    """
    with wildberries(events_of(events), limits=True) as (_, store, client):
        history = fetch_history(
            client, "personal", FetchHistory(store.id, 1, None, listed=False, cursor=None, until=None, stream_end=None)
        )
    assert (history.requests, history.listed, history.burst.wait_seconds) == (11, True, seconds)
