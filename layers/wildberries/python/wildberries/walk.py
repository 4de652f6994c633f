"""Walking a seller's stream of events as far as WB's bucket and the function's time allow: one burst."""

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chatsync.errors import ChatSyncError
from chatsync.moments import milliseconds
from wildberries.client import Answer, RateLimitedError, WildberriesClient
from wildberries.limits import wait_after_limit, wait_for_refill
from wildberries.paging import (
    EventsPage,
    guess_requests_left,
    is_ahead,
    is_only_overlap,
    is_short,
    next_cursor,
    read_events_page,
    require_valid_cursor,
    settled_cursor,
)

EVENTS_PATH = "/api/v1/seller/events"
ENTRY_KEY = "eventID"
# Both bound the functions' memory and the size of the statement that saves the burst: a usual event has 1 KB, and one
# with a text of megabytes counts as what it is.
BURST_EVENTS = 5000
BURST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Stretch:
    """A stretch of the stream of which not all came: `after` (ms; None = from the beginning) up to `until` (ms).

    WB announced so many events (None: that could not be read), and held fewer; `fragments` are what could not be read.
    """

    after: int | None
    until: int
    announced: int | None
    held: int
    fragments: tuple[str, ...] = ()


@dataclass
class Burst:
    """Events in WB's order, and where the walk goes on: at `cursor`, the next run's if caught up.

    `wait_seconds` are to pass before WB's next request, be it this walk's or the next run's. `damaged` values were
    mended so that others could be read; of the `incomplete` stretches, events are missing.
    """

    cursor: int | None
    events: list[Any] = field(default_factory=list)
    incomplete: list[Stretch] = field(default_factory=list)
    damaged: int = 0
    caught_up: bool = False
    wait_seconds: int = 0
    requests: int = 0
    answer_seconds: float = math.inf  # of the quickest answer
    size_bytes: int = 0  # of the answers with its events


def walk_events(
    client: WildberriesClient,
    cursor: int | None,
    token_kind: str,
    until: int | None = None,
    *,
    deadline: float = math.inf,
    end: int | None = None,
) -> Burst:
    """Return the burst of events that starts at the cursor (ms; None = the seller's first event).

    With `until` (ms) it reads a stretch again, and is caught up once it is behind it. No request starts after the
    `deadline` (s, of time.monotonic). `end` (ms) is about where the stream
    ends, None if that is unknown; waits are measured by it.

    Raises:
        CursorInvalidError: The cursor is not a possible time, or WB's own does not move on.
        WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError: See WildberriesClient.get.
    """
    burst = Burst(cursor)
    require_valid_cursor(cursor, datetime.now(UTC))
    while _goes_on(burst, deadline):
        try:
            _take_page(client, burst, token_kind, end)
        except ChatSyncError:
            if burst.cursor == cursor:
                raise
            break  # What was read is saved first; the next burst meets the same error, and raises it.
        if until is not None and burst.cursor is not None and burst.cursor >= until:
            burst.caught_up = True
    return burst


def _goes_on(burst: Burst, deadline: float) -> bool:
    pausing = burst.caught_up or burst.wait_seconds > 0
    is_full = len(burst.events) >= BURST_EVENTS or burst.size_bytes >= BURST_BYTES
    return not pausing and not is_full and time.monotonic() < deadline


def _take_page(client: WildberriesClient, burst: Burst, token_kind: str, end: int | None) -> None:
    # The first request omits `next`: WB answers next=0 with 400.
    parameters = {} if burst.cursor is None else {"next": burst.cursor}
    burst.requests += 1
    asked = time.monotonic()
    try:
        answer = client.get(EVENTS_PATH, parameters, ENTRY_KEY)
    except RateLimitedError as limit:
        burst.wait_seconds = wait_after_limit(limit.retry_seconds, token_kind)
        return
    burst.answer_seconds = min(burst.answer_seconds, time.monotonic() - asked)
    page = read_events_page(answer.result)
    if answer.remaining == 0:
        left = _requests_left(burst, page, end)
        burst.wait_seconds = wait_for_refill(burst.requests, token_kind, left, burst.answer_seconds)
    if page.is_end:
        burst.caught_up, burst.cursor = True, settled_cursor(burst.cursor, datetime.now(UTC))
        return
    _add_events(burst, page, answer)


def _requests_left(burst: Burst, page: EventsPage, end: int | None) -> int:
    """Return how many requests the walk lacks behind this page: known of the last one, otherwise guessed."""
    now = datetime.now(UTC)
    if is_only_overlap(burst.cursor, page, now):
        return 1
    return guess_requests_left([*burst.events, *page.events], end or milliseconds(now), now)


def _add_events(burst: Burst, page: EventsPage, answer: Answer) -> None:
    now, after = datetime.now(UTC), burst.cursor
    if is_ahead(after, page, now):
        burst.caught_up, burst.cursor = True, settled_cursor(after, now)
    else:
        burst.cursor = next_cursor(after, page, now)
        fragments = answer.fragments + page.fragments
        if is_short(page) or fragments:
            held = len(page.events)
            burst.incomplete.append(Stretch(after, burst.cursor, page.announced, held, fragments))
    burst.events.extend(page.events)
    burst.damaged += answer.damaged
    burst.size_bytes += answer.size_bytes
