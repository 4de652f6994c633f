"""How many requests a walk still lacks: a guess from how densely its events lie, that a wait goes by."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wildberries.paging import LAST_REQUESTS, UNKNOWN_MANY, guess_requests_left

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def events(*days_ago: float) -> list[dict[str, Any]]:
    """Return events of so many days ago."""
    return [{"addTimestamp": int((NOW - timedelta(days=days)).timestamp() * 1000)} for days in days_ago]


def evenly(first: float, last: float, count: int) -> list[dict[str, Any]]:
    """Return so many events between two days ago."""
    return events(*(first + (last - first) * number / (count - 1) for number in range(count)))


@pytest.mark.parametrize(("last", "pages"), [(0.0, 0), (0.001, 1), (10.0, 10), (100.0, 100)])
def test_as_many_events_lie_ahead_as_lay_in_as_much_time_before(last: float, pages: int) -> None:
    """Given 491 events in ten days, which are 49 a day, then a page of 49 new ones is left for each day."""
    read = evenly(last + 10, last, 491)
    assert guess_requests_left(read, NOW_MS, NOW) == pages + LAST_REQUESTS


@pytest.mark.parametrize("read", [[], events(1), events(1, 1), [{"addTimestamp": "?"}]])
def test_events_that_tell_nothing_leave_much(read: list[dict[str, Any]]) -> None:
    assert guess_requests_left(read, NOW_MS, NOW) == UNKNOWN_MANY


def test_events_dated_later_than_now_leave_nothing_but_the_end() -> None:
    assert guess_requests_left(events(1, -1), NOW_MS, NOW) == LAST_REQUESTS
