"""One fetch of a seller's history: WB's list of chats, and then a burst of events."""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from chatsync.contracts import FetchHistory
from chatsync.errors import WildberriesUnavailableError
from chatsync.moments import milliseconds
from wildberries.chats import ChatList, fetch_chats
from wildberries.client import WildberriesClient
from wildberries.walk import Burst, walk_events

# After a passing fault behind the list, which is saved first: a Base token could not ask for it again within the hour.
# As the state machine's first retry; the next fetch raises the fault, if it is still there.
FAULT_SECONDS = 1
FETCH_SECONDS = 20  # No request starts later than this; with the longest answer the function ends within its time-out.


@dataclass(frozen=True)
class History:
    """What one fetch brought. `chat_list` is None where the run has WB's list from an earlier fetch.

    `stream_end` (ms) is about where the seller's stream ends, None if nothing is known of it.
    """

    chat_list: ChatList | None
    burst: Burst
    stream_end: int | None

    @property
    def listed(self) -> bool:
        """Return whether the run has WB's list; False while WB makes us wait for it."""
        return self.chat_list is None or self.chat_list.chats is not None

    @property
    def list_wait_seconds(self) -> int:
        """Return the seconds until WB may be asked for its list again; 0 if nothing is known against it."""
        return self.chat_list.wait_seconds if self.chat_list else 0

    @property
    def requests(self) -> int:
        """Return how many requests were sent to WB."""
        return self.burst.requests + (self.chat_list.requests if self.chat_list else 0)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to be saved."""
        has_list = self.chat_list is not None and self.chat_list.chats is not None
        return not (has_list or self.burst.events or self.burst.incomplete)

    def as_content(self, fetched_at: datetime) -> dict[str, Any]:
        """Return what is to be saved of it. `fetched_at` tells two versions of an event with the same time apart."""
        listed = self.chat_list
        return {
            "fetched_at": fetched_at.isoformat(),
            "list": {"chats": listed.chats, "damaged": listed.damaged, "unread": listed.unread} if listed else None,
            "events": self.burst.events,
            "incomplete": [asdict(stretch) for stretch in self.burst.incomplete],
            "damaged": self.burst.damaged,
        }


def fetch_history(client: WildberriesClient, token_kind: str, task: FetchHistory) -> History:
    """Return WB's list, unless the run has it, and the burst of events that starts at the task's cursor.

    The list comes first: a message in it that is missing after the walk is a true gap. While WB makes us wait for the
    list, no events are asked for.

    Raises:
        CursorInvalidError, WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError: See
            walk_events and WildberriesClient.get.
    """
    deadline = time.monotonic() + FETCH_SECONDS
    if task.listed:
        end = task.stream_end
        burst = walk_events(client, task.cursor, token_kind, task.until, deadline=deadline, end=end)
        return History(None, burst, end)
    chat_list = fetch_chats(client, token_kind)
    burst, end = Burst(task.cursor), _stream_end(chat_list, task)
    if chat_list.chats is not None:
        try:
            burst = walk_events(client, task.cursor, token_kind, task.until, deadline=deadline, end=end)
        except WildberriesUnavailableError:
            burst.wait_seconds = FAULT_SECONDS
    return History(chat_list, burst, end)


def _stream_end(chat_list: ChatList, task: FetchHistory) -> int | None:
    """Return where a first sync's stream ends, as far as the list tells. News are few: nobody waits while they come."""
    newest = chat_list.newest_message(datetime.now(UTC)) if task.cursor is None else None
    return None if newest is None else milliseconds(newest)
