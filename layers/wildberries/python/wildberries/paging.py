"""Where the walk over a seller's events goes on, decided from one page alone. No I/O.

WB sends events oldest first, strictly newer than `next`, and cuts a page after 50 of them. Two events of the same
millisecond could therefore be parted by the page's end, and the second would never be sent. So the walk asks again from
one millisecond before the page's last event: whatever shares its millisecond comes with the next page, and what comes
twice is stored once. When that brings nothing but the same millisecond, it asks from the millisecond itself, where the
empty page says that this is the end. The stored cursor is always the `next` of the next request, so that a walk broken
off anywhere goes on with the same care. At the end it stays a minute behind the clock: what WB adds to that minute
later, the next run still finds.
"""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chatsync.errors import CursorInvalidError, WildberriesUnavailableError
from chatsync.moments import MomentInvalidError, message_moment, milliseconds
from chatsync.numbers import whole_number

EARLIEST_CURSOR_MS = 1_262_304_000_000  # 2010-01-01: WB had no chats then; a cursor in seconds lies far below it.
CLOCK_SKEW = timedelta(days=1)  # Between WB's clock and ours; no event lies further ahead.
EVENTS_A_PAGE = 49  # WB's 50, of which one came with the page before.
LAST_REQUESTS = 2  # of every walk that found something: see above
UNKNOWN_MANY = 1000
SETTLING = timedelta(minutes=1)  # A guess: WB does not say how soon after its time an event is in the stream.


@dataclass(frozen=True)
class EventsPage:
    """One answer of WB's stream of events. `next_ms` and `announced` (totalEvents) are None where WB did not say.

    `fragments` stand where an event should, and are no objects.
    """

    events: Sequence[Mapping[str, Any]]
    next_ms: int | None
    announced: int | None
    fragments: tuple[str, ...] = ()

    @property
    def is_end(self) -> bool:
        """WB's only promise of an end is totalEvents == 0; a short page is none."""
        return self.announced == 0 and not (self.events or self.fragments)


def read_events_page(result: Any) -> EventsPage:
    """Return WB's answer as an events page. Its numbers may come as floats or as text.

    Raises:
        WildberriesUnavailableError: It has no list of events.
    """
    events = result.get("events") if isinstance(result, Mapping) else None
    announced = whole_number(result.get("totalEvents")) if isinstance(result, Mapping) else None
    if events is None and announced == 0:
        events = []
    if not isinstance(events, list):
        raise WildberriesUnavailableError("WB's answer has no list of events. The next run tries again.")
    objects = [event for event in events if isinstance(event, Mapping)]
    # A null is no event either: where one was announced, the page is short.
    others = tuple(json.dumps(each) for each in events if each is not None and not isinstance(each, Mapping))
    return EventsPage(objects, whole_number(result.get("next")), announced, others)


def is_short(page: EventsPage) -> bool:
    """Return whether the page holds fewer events than it announces: some are missing between two cursors."""
    return page.announced is not None and page.announced > len(page.events)


def require_valid_cursor(cursor: int | None, now: datetime) -> None:
    """Return if the cursor is a moment at which WB's events can lie.

    Raises:
        CursorInvalidError: It is not. It is never reset silently: the owner decides with a full run.
    """
    if cursor is None or EARLIEST_CURSOR_MS <= cursor <= _latest_ms(now):
        return
    raise CursorInvalidError(
        f"The stored cursor {cursor} is not a valid event time (ms). "
        "Run this store with full to read its history again from the beginning; nothing stored is lost."
    )


def next_cursor(asked: int | None, page: EventsPage, now: datetime) -> int:
    """Return the cursor (ms) after a page that is not the end.

    Raises:
        CursorInvalidError: WB named no cursor, or one that stands still or goes back: going on would never end.
    """
    reached = _reached_ms(asked, page, now)
    if reached is None and _is_possible(page.next_ms, now):
        raise CursorInvalidError(
            f"WB's cursor does not move on (asked from {asked}, answered {page.next_ms}). "
            "The next run tries again; if it repeats, please report it."
        )
    if reached is None:
        raise CursorInvalidError(
            "WB's answer has no usable field `next`. The next run tries again; if it repeats, please report it."
        )
    return reached if is_only_overlap(asked, page, now) else reached - 1


def _reached_ms(asked: int | None, page: EventsPage, now: datetime) -> int | None:
    """Return how far the page reaches: WB's `next`, but not beyond its newest event: what lies between would be lost.

    `next` is the time of the page's last event (seen, not promised). A time later than now, before WB had chats, or
    not after `asked` counts for nothing.
    """
    ahead = [at for at in _times(page.events, now) if _is_usable(at, asked, now)]
    named = [page.next_ms] if page.next_ms is not None and _is_usable(page.next_ms, asked, now) else []
    return min([*named, *([max(ahead)] if ahead else [])], default=None)


def _is_usable(at: int, asked: int | None, now: datetime) -> bool:
    return _is_possible(at, now) and (asked is None or at > asked)


def _is_possible(at: int | None, now: datetime) -> bool:
    return at is not None and EARLIEST_CURSOR_MS <= at <= milliseconds(now)


def is_ahead(asked: int | None, page: EventsPage, now: datetime) -> bool:
    """Return whether all events of the page, and its `next`, lie later than `now`: up to now, WB has nothing more.

    They stay in the stream, and the runs after their time read them.
    """
    times = _times(page.events, now)
    all_ahead = bool(times) and len(times) == len(page.events) and min(times) > milliseconds(now)
    return all_ahead and _reached_ms(asked, page, now) is None


def _times(events: Sequence[Mapping[str, Any]], now: datetime) -> list[int]:
    """Return the times (ms) of the events that have one, read as the database reads them."""
    times = []
    for event in events:
        with suppress(MomentInvalidError):
            times.append(milliseconds(message_moment(event, now)))
    return times


def is_only_overlap(asked: int | None, page: EventsPage, now: datetime) -> bool:
    """Return whether the page brought nothing but the last millisecond of the one before: the next is the end."""
    return asked is not None and _reached_ms(asked, page, now) == asked + 1


def guess_requests_left(events: Sequence[Mapping[str, Any]], end: int, now: datetime) -> int:
    """Return how many requests lie between the last of these events and the stream's `end` (ms), going on as densely.

    A guess that only shortens or lengthens a wait. The walk's last two requests, for the last millisecond and for the
    empty page, are counted; nothing is known of events without times, and much of a stream is said to be left.
    """
    times = _times(events, now)
    span = max(times) - min(times) if times else 0
    if not span:
        return UNKNOWN_MANY
    events_left = (len(times) - 1) * max(0, end - max(times)) / span
    return math.ceil(events_left / EVENTS_A_PAGE) + LAST_REQUESTS


def settled_cursor(cursor: int | None, now: datetime) -> int | None:
    """Return the cursor (ms) at the end of the stream, held back to where nothing can be added any more."""
    settled = milliseconds(now - SETTLING)
    return None if cursor is None else min(cursor, settled)


def _latest_ms(now: datetime) -> int:
    return milliseconds(now + CLOCK_SKEW)
