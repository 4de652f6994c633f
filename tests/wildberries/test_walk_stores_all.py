"""Whatever the stream and the page size: the walk brings every event and ends on WB's empty page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatsync.errors import CursorInvalidError, WildberriesUnavailableError
from local.simulator.faults import raw_json, short_events_page
from local.simulator.model import Event
from tests.support.given import START_MS, an_event, events_of, now_ms
from tests.wildberries.walking import asked, ids, walk_to_the_end, wildberries
from wildberries import walk
from wildberries.walk import walk_events


@st.composite
def streams(draw: st.DrawFn) -> tuple[int, list[Event]]:
    """A page size, and events whose groups of the same millisecond fit on a page; neighbours may be 1 ms apart."""
    page_size = draw(st.integers(1, 6))
    groups = draw(st.lists(st.tuples(st.integers(1, page_size), st.sampled_from([1, 2, 1000])), max_size=12))
    events: list[Event] = []
    at = START_MS
    for size, gap in groups:
        at += gap
        events += [an_event(len(events) + number, at=at) for number in range(size)]
    return page_size, events


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=streams(), burst_events=st.integers(1, 12))
def test_every_event_comes_and_the_empty_page_ends_the_walk(
    stream: tuple[int, list[Event]], burst_events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_size, events = stream
    monkeypatch.setattr(walk, "BURST_EVENTS", burst_events)
    with wildberries(events, page_size=page_size) as (simulator, _, client):
        bursts = walk_to_the_end(client)
        first_walk = asked(simulator)
        again = walk_events(client, bursts[-1].cursor, "personal")
    assert set(ids(bursts)) == {event.id for event in events}
    assert sum(burst.requests for burst in bursts) == len(first_walk)
    assert (again.events, again.caught_up, again.requests) == ([], True, 1)
    assert again.cursor == bursts[-1].cursor == (events[-1].at if events else None)


@settings(max_examples=10, deadline=None)
@given(stream=streams())
def test_from_every_cursor_it_ever_had_the_walk_brings_all_that_follows(stream: tuple[int, list[Event]]) -> None:
    page_size, events = stream
    with wildberries(events, page_size=page_size) as (simulator, _, client):
        walk_to_the_end(client)
        for cursor in {int(cursor) for cursor in asked(simulator) if cursor}:
            expected = {event.id for event in events if event.at > cursor}
            assert set(ids(walk_to_the_end(client, cursor))) == expected


def test_the_first_request_names_no_cursor() -> None:
    with wildberries(events_of(3)) as (simulator, _, client):
        walk_to_the_end(client)
    assert asked(simulator) == ["", str(START_MS + 1999), str(START_MS + 2000)]


def test_short_pages_in_the_middle_do_not_end_the_walk() -> None:
    with wildberries(events_of(40), page_size=10) as (simulator, store, client):
        for size in (3, 10, 2, 7):
            simulator.faults.add(store.id, "events", short_events_page(size))
        bursts = walk_to_the_end(client)
    assert set(ids(bursts)) == {f"event-{number}" for number in range(40)}


def test_new_events_after_the_end_are_found_from_its_cursor() -> None:
    with wildberries(events_of(3)) as (simulator, store, client):
        cursor = walk_to_the_end(client)[-1].cursor
        simulator.add_event(store.id, an_event(3))
        assert set(ids(walk_to_the_end(client, cursor))) == {"event-3"}


def a_page(next_ms: int) -> str:
    return f'{{"result": {{"next": {next_ms}, "totalEvents": 1, "events": [{{"eventID": "x"}}]}}}}'


@pytest.mark.parametrize(
    "next_ms", [START_MS, START_MS - 5000, 0, now_ms() + 10 * 86_400_000], ids=["still", "back", "zero", "future"]
)
def test_a_cursor_of_wb_that_leads_nowhere_is_an_error(next_ms: int) -> None:
    with wildberries(events_of(3)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", raw_json(a_page(next_ms)))
        with pytest.raises(CursorInvalidError):
            walk_events(client, START_MS, "personal")
    assert len(simulator.requests) == 1


def test_an_impossible_stored_cursor_is_an_error_before_any_request() -> None:
    with wildberries(events_of(3)) as (simulator, _, client), pytest.raises(CursorInvalidError):
        walk_events(client, START_MS // 1000, "personal")
    assert simulator.requests == []


def test_an_empty_page_that_is_not_called_the_end_is_an_error() -> None:
    page = f'{{"result": {{"next": {START_MS}, "totalEvents": 7, "events": []}}}}'
    with wildberries(events_of(3)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", raw_json(page))
        with pytest.raises(CursorInvalidError):
            walk_events(client, START_MS, "personal")


def test_an_empty_page_never_moves_the_cursor_back() -> None:
    end = '{"result": {"next": 1, "totalEvents": 0, "events": []}}'
    with wildberries(events_of(3)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", raw_json(end))
        burst = walk_events(client, START_MS, "personal")
    assert (burst.cursor, burst.caught_up) == (START_MS, True)


def test_a_page_without_events_list_is_a_passing_fault() -> None:
    with wildberries(events_of(3)) as (simulator, store, client):
        simulator.faults.add(store.id, "events", raw_json('{"result": {"next": 5}}'))
        with pytest.raises(WildberriesUnavailableError):
            walk_events(client, None, "personal")
