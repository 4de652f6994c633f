"""Where the walk over a seller's events goes on, decided from one page alone. No I/O.

WB sends events oldest first, strictly newer than `next`, and cuts a page after 50 of them. Two events of the same
millisecond could therefore be parted by the page's end, and the second would never be sent. So the walk asks again from
one millisecond before the page's last event: whatever shares its millisecond comes with the next page, and what comes
twice is stored once. When that brings nothing but the same millisecond, it asks from the millisecond itself, where the
empty page says that this is the end. The stored cursor is always the `next` of the next request, so that a walk broken
off anywhere goes on with the same care. At the end it stays a minute behind the clock: what WB adds to that minute
later, the next run still finds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chatsync.errors import CursorInvalidError, WildberriesUnavailableError

EARLIEST_CURSOR_MS = 1_262_304_000_000  # 2010-01-01: WB had no chats then; a cursor in seconds lies far below it.
CLOCK_SKEW = timedelta(days=1)  # Between WB's clock and ours; no event lies further ahead.
SETTLING = timedelta(minutes=1)  # A guess: WB does not say how soon after its time an event is in the stream.


@dataclass(frozen=True)
class EventsPage:
    """One answer of WB's stream of events."""

    events: Sequence[Any]
    next_ms: int | None
    total: int

    @property
    def is_end(self) -> bool:
        """WB's only promise of an end is totalEvents == 0; a short page is none."""
        return self.total == 0 and not self.events


def read_events_page(result: Any) -> EventsPage:
    """Return WB's answer as an events page.

    Raises:
        WildberriesUnavailableError: Its parts have other types than documented.
    """
    events = result.get("events") if isinstance(result, Mapping) else None
    if events is None and isinstance(result, Mapping) and result.get("totalEvents") == 0:
        events = []
    if not isinstance(events, list):
        raise WildberriesUnavailableError("WB's page of events has no list of events. The next run tries again.")
    total = result.get("totalEvents")
    return EventsPage(events, _milliseconds(result.get("next")), total if isinstance(total, int) else len(events))


def require_valid_cursor(cursor: int | None, now: datetime) -> None:
    """Return if the cursor is a moment at which WB's events can lie.

    Raises:
        CursorInvalidError: It is not. It is never reset silently: the owner decides with a full run.
    """
    if cursor is None or EARLIEST_CURSOR_MS <= cursor <= _latest_ms(now):
        return
    raise CursorInvalidError(
        f"The cursor {cursor} is no moment (ms) at which WB's events can lie. "
        "Run this store with full to read its history again from the beginning; nothing stored is lost."
    )


def next_cursor(cursor: int | None, page: EventsPage, now: datetime) -> int:
    """Return the cursor after a page that is not the end.

    Raises:
        CursorInvalidError: WB's cursor stands still, goes back, or lies in the future: going on would never end.
    """
    if page.next_ms is None or page.next_ms > _latest_ms(now) or (cursor is not None and page.next_ms <= cursor):
        raise CursorInvalidError(
            f"WB's cursor does not move on (asked from {cursor}, answered {page.next_ms}). "
            "The next run tries again; if it repeats, please report it."
        )
    return page.next_ms if is_only_overlap(cursor, page) else page.next_ms - 1


def is_only_overlap(cursor: int | None, page: EventsPage) -> bool:
    """Return whether the page brought nothing but the last millisecond of the one before: the next is the end."""
    return cursor is not None and page.next_ms == cursor + 1


def settled_cursor(cursor: int | None, now: datetime) -> int | None:
    """Return the cursor (ms) at the end of the stream, held back to where nothing can be added any more."""
    settled = int((now - SETTLING).timestamp() * 1000)
    return None if cursor is None else min(cursor, settled)


def _milliseconds(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _latest_ms(now: datetime) -> int:
    return int((now.astimezone(UTC) + CLOCK_SKEW).timestamp() * 1000)
