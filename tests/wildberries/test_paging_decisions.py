"""Where the walk goes on after a page, decided from the page alone."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from chatsync.errors import CursorInvalidError, WildberriesUnavailableError
from wildberries.paging import EventsPage, is_ahead, is_short, next_cursor, read_events_page, require_valid_cursor

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
DAY_MS = 86_400_000
AT = 1_770_000_000_000


def a_page(next_ms: int | None, events: int = 50) -> EventsPage:
    return EventsPage([{}] * events, next_ms, events)


def test_a_page_is_read_as_wb_sent_it() -> None:
    page = read_events_page({"next": AT, "totalEvents": 2, "events": [{"eventID": "a"}, {"eventID": "b"}], "new": 1})
    assert page == EventsPage([{"eventID": "a"}, {"eventID": "b"}], AT, 2)
    assert not page.is_end


@pytest.mark.parametrize(
    ("result", "end"),
    [
        ({"next": AT, "totalEvents": 0, "events": []}, True),
        ({"next": AT, "totalEvents": 0, "events": None}, True),
        ({"totalEvents": 0}, True),
        ({"next": AT, "totalEvents": 1, "events": [{}]}, False),
        ({"next": AT, "totalEvents": 0, "events": [{}]}, False),
        ({"next": AT, "totalEvents": 3, "events": []}, False),
        ({"next": AT, "events": [{}]}, False),
    ],
)
def test_only_wbs_zero_without_events_is_the_end(result: Any, end: bool) -> None:
    assert read_events_page(result).is_end is end


@pytest.mark.parametrize(
    "result",
    [[], "text", 5, {}, {"totalEvents": 5}, {"events": {}}, {"events": "[]"}, {"totalEvents": 3, "events": None}],
)
def test_a_page_without_a_list_of_events_is_a_passing_fault(result: Any) -> None:
    with pytest.raises(WildberriesUnavailableError):
        read_events_page(result)


@pytest.mark.parametrize("odd", [True, None, [], {}, "soon", "1.5", 1.5, "", "9" * 50])
def test_a_next_that_is_not_an_integer_is_none(odd: Any) -> None:
    assert read_events_page({"next": odd, "totalEvents": 1, "events": [{}]}).next_ms is None


@pytest.mark.parametrize("written", [AT, float(AT), str(AT), f"{AT}.0"])
def test_integers_may_come_as_floats_or_as_text(written: Any) -> None:
    page = read_events_page({"next": written, "totalEvents": "1", "events": [{}]})
    assert (page.next_ms, page.announced) == (AT, 1)


@pytest.mark.parametrize(("announced", "held", "short"), [(9, 8, True), (9, 9, False), (None, 3, False), (2, 3, False)])
def test_a_page_that_holds_less_than_it_announces_is_short(announced: int | None, held: int, short: bool) -> None:
    assert is_short(EventsPage([{}] * held, AT, announced)) is short


def test_the_walk_never_goes_beyond_a_pages_newest_event() -> None:
    """What lies between the newest event and a `next` further on would be lost."""
    events = [{"addTimestamp": AT - 1000}, {"addTimestamp": AT}]
    assert next_cursor(AT - 5000, EventsPage(events, AT + 999_000, 2), NOW) == AT - 1


@pytest.mark.parametrize("named", [None, 10**30, NOW_MS + 1, 0, -AT])
def test_where_next_cannot_be_used_the_newest_event_says_how_far_the_page_reaches(named: int | None) -> None:
    events: list[dict[str, Any]] = [{"addTimestamp": at} for at in (AT - 1000, str(AT), NOW_MS + 3 * DAY_MS)]
    assert next_cursor(AT - 5000, EventsPage(events, named, 4), NOW) == AT - 1


@pytest.mark.parametrize("named", [None, "x", NOW_MS + 1, AT + 5000])
def test_a_page_that_brings_the_overlap_again_and_again_is_left_behind_whatever_next_says(named: Any) -> None:
    page = read_events_page({"next": named, "totalEvents": 1, "events": [{"addTimestamp": AT}]})
    assert next_cursor(AT - 1, page, NOW) == AT


def test_events_that_are_all_dated_ahead_end_the_walk() -> None:
    ahead = {"addTimestamp": NOW_MS + 1}
    assert is_ahead(AT, EventsPage([ahead, ahead], NOW_MS + 1, 2), NOW)
    assert not is_ahead(AT, EventsPage([{"addTimestamp": NOW_MS}, ahead], NOW_MS + 1, 2), NOW)
    assert not is_ahead(AT, EventsPage([{}, ahead], NOW_MS + 1, 2), NOW)
    assert not is_ahead(AT, EventsPage([], NOW_MS + 1, 0), NOW)


@pytest.mark.parametrize("stamp", [AT * 1000, AT * 10**6, NOW_MS + 1, 4_090_000_000_000])
def test_a_wrong_stamp_ends_no_walk_where_the_time_or_next_tells_the_moment(stamp: int) -> None:
    """Given stamps in another unit, when addTime or `next` is usable, then the walk goes on from there."""
    timed = EventsPage([{"addTimestamp": stamp, "addTime": "2026-02-02T02:40:00Z"}], None, 1)
    named = EventsPage([{"addTimestamp": stamp}], AT, 1)
    for page in (timed, named):
        assert not is_ahead(AT - 5000, page, NOW)
        assert next_cursor(AT - 5000, page, NOW) == AT - 1


@pytest.mark.parametrize("written", [AT // 1000, AT + 0.5, "2026-02-02T05:40:00+03:00", None, "", "soon"])
def test_events_are_dated_as_the_database_dates_them(written: Any) -> None:
    page = EventsPage([{"addTimestamp": written, "addTime": "2026-02-02T02:40:00Z"}], None, 1)
    assert next_cursor(None, page, NOW) == AT - 1


@pytest.mark.parametrize("named", [AT, AT - 1, AT - 5000], ids=["still", "backward", "far backward"])
def test_a_next_that_stands_still_stops_no_walk_whose_events_go_on(named: int) -> None:
    assert next_cursor(AT, EventsPage([{"addTimestamp": AT + 2000}], named, 1), NOW) == AT + 1999


@pytest.mark.parametrize("cursor", [None, 1_262_304_000_000, AT, NOW_MS, NOW_MS + DAY_MS])
def test_a_cursor_where_events_can_lie_is_valid(cursor: int | None) -> None:
    require_valid_cursor(cursor, NOW)


@pytest.mark.parametrize("cursor", [0, -1, 1_770_000_000, 1_262_303_999_999, NOW_MS + DAY_MS + 1, AT * 1000, 10**30])
def test_a_stored_cursor_where_none_can_lie_is_an_error_that_names_the_way_out(cursor: int) -> None:
    with pytest.raises(CursorInvalidError, match="Run this store with full"):
        require_valid_cursor(cursor, NOW)


@pytest.mark.parametrize("asked", [None, AT - 1000, AT - 2])
def test_the_walk_asks_again_from_a_millisecond_before_the_pages_last_event(asked: int | None) -> None:
    assert next_cursor(asked, a_page(AT), NOW) == AT - 1


def test_a_page_of_the_overlap_alone_is_left_behind() -> None:
    assert next_cursor(AT - 1, a_page(AT, events=1), NOW) == AT


@pytest.mark.parametrize("answered", [AT, AT - 1], ids=["still", "backward"])
def test_a_cursor_that_does_not_move_on_is_an_error(answered: int) -> None:
    with pytest.raises(CursorInvalidError, match="does not move on"):
        next_cursor(AT, a_page(answered), NOW)


@pytest.mark.parametrize("asked", [AT, None])
@pytest.mark.parametrize("answered", [None, NOW_MS + 1, 10**30, 0, -AT], ids=["missing", "future", "absurd", "0", "-"])
def test_where_neither_next_nor_an_event_says_how_far_it_is_an_error(asked: int | None, answered: int | None) -> None:
    with pytest.raises(CursorInvalidError, match="no usable field"):
        next_cursor(asked, a_page(answered), NOW)


def test_the_zone_of_now_does_not_matter() -> None:
    in_moscow = NOW.astimezone(timezone(timedelta(hours=3)))
    assert next_cursor(None, a_page(NOW_MS), in_moscow) == NOW_MS - 1
