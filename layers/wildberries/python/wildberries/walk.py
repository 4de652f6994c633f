"""Walking a seller's stream of events as far as WB's bucket and the function's time allow: one burst."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chatsync.errors import ChatSyncError
from wildberries.client import RateLimitedError, WildberriesClient
from wildberries.limits import wait_after_limit, wait_for_refill
from wildberries.paging import is_only_overlap, next_cursor, read_events_page, require_valid_cursor, settled_cursor

EVENTS_PATH = "/api/v1/seller/events"
BURST_SECONDS = 20  # No request starts later than this; with the longest answer the function ends within its time-out.
BURST_EVENTS = 5000  # Bounds the function's memory and the size of the statement that saves the burst.


@dataclass
class Burst:
    """Events in WB's order, and where the walk goes on: at `cursor`, the next run's if caught up.

    `wait_seconds` are to pass before WB's next request, be it this walk's or the next run's.
    """

    cursor: int | None
    events: list[Any] = field(default_factory=list)
    caught_up: bool = False
    wait_seconds: int = 0
    requests: int = 0


def walk_events(client: WildberriesClient, cursor: int | None, token_kind: str) -> Burst:
    """Return the burst of events that starts at the cursor (ms; None = the seller's first event).

    Raises:
        CursorInvalidError: The cursor is no possible moment, or WB's own does not move on.
        WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError: See WildberriesClient.get.
    """
    burst = Burst(cursor)
    require_valid_cursor(cursor, datetime.now(UTC))
    deadline = time.monotonic() + BURST_SECONDS
    while _goes_on(burst, deadline):
        try:
            _take_events_page(client, burst, token_kind)
        except ChatSyncError:
            if not burst.events:
                raise
            break  # What was read is saved first; the next burst meets the same error, and raises it.
    return burst


def _goes_on(burst: Burst, deadline: float) -> bool:
    pausing = burst.caught_up or burst.wait_seconds > 0
    return not pausing and len(burst.events) < BURST_EVENTS and time.monotonic() < deadline


def _take_events_page(client: WildberriesClient, burst: Burst, token_kind: str) -> None:
    # The first request omits `next`: WB answers next=0 with 400.
    parameters = {} if burst.cursor is None else {"next": burst.cursor}
    burst.requests += 1
    try:
        answer = client.get(EVENTS_PATH, parameters)
    except RateLimitedError as limit:
        burst.wait_seconds = wait_after_limit(limit.retry_seconds, token_kind)
        return
    page = read_events_page(answer.result)
    if answer.remaining == 0:
        burst.wait_seconds = wait_for_refill(burst.requests, token_kind, is_only_overlap(burst.cursor, page))
    if page.is_end:
        burst.caught_up, burst.cursor = True, settled_cursor(burst.cursor, datetime.now(UTC))
        return
    burst.cursor = next_cursor(burst.cursor, page, datetime.now(UTC))
    burst.events.extend(page.events)
