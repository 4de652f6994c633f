"""What one seller's account holds while the simulator runs: the stream of events, the listed chats, the files."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice
from threading import Lock

from local.simulator.model import Chat, Event, SimulatedStore, StoredFile


class Stream:
    """A seller's chats and events; safe to change while requests read it."""

    def __init__(self, store: SimulatedStore) -> None:
        self._lock = Lock()
        self._events = sorted(store.events, key=_time)
        self._times = [event.at for event in self._events]
        self._newest = {event.chat_id: event for event in self._events}
        self._chats = store.chats
        self._files = store.files
        self._asked_at: dict[str, float] = {}
        self._withheld: str | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """All events in WB's order: by addTimestamp, and within a millisecond in the order they were added."""
        with self._lock:
            return tuple(self._events)

    @property
    def chats(self) -> tuple[Chat, ...]:
        """The chats that the list shows."""
        with self._lock:
            return self._chats

    def read_events_page(self, after: int | None, size: int) -> list[Event]:
        """Return at most `size` events strictly newer than `after` (unix ms), oldest first; None: from the oldest."""
        with self._lock:
            start = 0 if after is None else bisect_right(self._times, after)
            later = (self._events[place] for place in range(start, len(self._events)))
            return list(islice((event for event in later if event.chat_id != self._withheld), size))

    def newest_first(self) -> list[tuple[Chat, Event | None]]:
        """Return the listed chats with their newest events: "sorted by last message, newest first"."""
        with self._lock:
            listed = [(chat, self._newest.get(chat.id)) for chat in self._chats]
        return sorted(listed, key=lambda row: row[1].at if row[1] else 0, reverse=True)

    def add(self, event: Event, listed: bool = True) -> None:
        """Put an event at its place in time; an old time makes it a late event. `listed`: the list may show it."""
        with self._lock:
            place = bisect_right(self._times, event.at)
            self._times.insert(place, event.at)
            self._events.insert(place, event)
            newest = self._newest.get(event.chat_id)
            if listed and (newest is None or newest.at <= event.at):
                self._newest[event.chat_id] = event

    def list_chats(self, chats: Iterable[Chat]) -> None:
        """Let the list show exactly these chats from now on; the events stay as they are."""
        with self._lock:
            self._chats = tuple(chats)

    def withhold_events(self, chat_id: str | None) -> None:
        """Send none of this chat's events from now on, though the list shows their newest; None: send all again."""
        with self._lock:
            self._withheld = chat_id

    def read_file(self, download_id: str, now: float) -> tuple[StoredFile | None, float]:
        """Return the file, None when there is none, and the seconds until its moderation ends (0 = ended)."""
        with self._lock:
            if (stored := self._files.get(download_id)) is None:
                return None, 0.0
            asked_at = self._asked_at.setdefault(download_id, now)
            return stored, max(0.0, asked_at + stored.pending_seconds - now)


def _time(event: Event) -> int:
    return event.at
