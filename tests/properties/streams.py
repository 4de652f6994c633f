"""Random histories of a seller's stream, and what the tables must hold after them."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from local.simulator.model import ABSENT, Event
from tests.support.given import START_MS

PAGE_SIZES = st.integers(2, 50)
LARGEST_GROUP = 5  # events of one millisecond; never more than a page
UNLISTED = 3  # The chats 0 to 2 are in WB's list.
STEP_MS = 1000  # Groups lie at multiples of it, and each late event at a place of its own between them.
POISONS: tuple[dict[str, Any], ...] = (
    {"eventID": ABSENT},
    {"eventID": "x" * 201},
    {"chatID": ABSENT},
    {"addTimestamp": 99_999_999_999_999_999, "addTime": ABSENT},
    {"addTimestamp": "soon", "addTime": ABSENT},
)


@dataclass(frozen=True)
class Session:
    """What appears in the stream, and then a run: broken off after so many steps of its, or not at all.

    `late` events are older than others that were there before; only a full run is promised to find them.
    """

    events: tuple[Event, ...]
    late: tuple[Event, ...]
    short_pages: tuple[int, ...]
    full: bool
    crash_after: int | None


@dataclass(frozen=True)
class History:
    """All sessions of a store, each after the one before."""

    page_size: int
    burst_events: int
    sessions: tuple[Session, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that is ever in the stream."""
        return tuple(event for session in self.sessions for event in (*session.events, *session.late))

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it gives a run a reason not to be a success."""
        return not self.has_late_events and all(event.extra is None for event in self.events)

    @property
    def has_late_events(self) -> bool:
        """Whether some appeared after newer ones had been there."""
        return any(session.late for session in self.sessions)


@st.composite
def histories(draw: st.DrawFn, *, most_sessions: int = 4, most_groups: int = 12) -> History:
    """Draw a history: groups of one millisecond, repeats, poison, unlisted chats, late events, crashes."""
    page_size = draw(PAGE_SIZES)
    group = st.integers(1, min(LARGEST_GROUP, page_size))
    sessions: list[Session] = []
    number, step = 0, 0
    for _ in range(draw(st.integers(1, most_sessions))):
        events: list[Event] = []
        for size in draw(st.lists(group, max_size=most_groups)):
            step += draw(st.integers(1, 3))
            for _ in range(size):
                events.append(_event(draw, number, step * STEP_MS, events))
                number += 1
        late = [_late(draw, number + nth, step) for nth in range(draw(st.integers(0, 2)) if sessions else 0)]
        number += len(late)
        sessions.append(
            Session(
                events=tuple(events),
                late=tuple(late),
                short_pages=tuple(draw(st.lists(st.integers(min(LARGEST_GROUP, page_size), page_size), max_size=3))),
                full=draw(st.booleans()),
                crash_after=draw(st.none() | st.integers(0, 200)),
            )
        )
    return History(page_size, draw(st.sampled_from((1, 10, 5000))), tuple(sessions))


def _event(draw: st.DrawFn, number: int, offset_ms: int, before: list[Event]) -> Event:
    """Return a new event, or the one before it again: WB may repeat."""
    at = START_MS + offset_ms
    if before and before[-1].at == at and draw(_RARELY):
        return before[-1]
    event = Event(
        id=f"event-{number}",
        chat_id=f"1:chat-{draw(st.integers(0, UNLISTED))}",
        at=at,
        sender=draw(st.sampled_from(("client", "seller", "wb", "robot"))),
        text=f"Сообщение {number}",
    )
    if draw(_RARELY):
        return replace(event, extra=draw(st.sampled_from(POISONS)))
    if draw(_RARELY):  # It is sent here, but says an older time.
        return replace(event, extra={"addTimestamp": at - draw(st.integers(1, 100))})
    return event


def _late(draw: st.DrawFn, number: int, step: int) -> Event:
    at = START_MS + (draw(st.integers(0, step)) - 1) * STEP_MS + 1 + number
    return Event(f"event-{number}", f"1:chat-{draw(st.integers(0, UNLISTED))}", at, "client", f"Поздно {number}")


_RARELY = st.integers(0, 9).map(lambda value: value == 9)


def is_poison(event: Event) -> bool:
    """Return whether the event cannot be a message."""
    return event.extra in POISONS


def sent_at(event: Event) -> int:
    """Return the time that the event says (ms)."""
    extra: dict[str, Any] = dict(event.extra or {})
    return int(extra.get("addTimestamp", event.at))


def expected(events: tuple[Event, ...]) -> dict[str, Any]:
    """Return what the tables must hold, from the set of events alone."""
    messages = {event.id: event for event in events if not is_poison(event)}
    chats: dict[str, list[tuple[int, str]]] = {}
    for event in messages.values():
        chats.setdefault(event.chat_id, []).append((sent_at(event), event.id))
    return {
        "messages": {event.id: (event.chat_id, sent_at(event), event.text) for event in messages.values()},
        "chats": {chat: (len(said), max(said)[1]) for chat, said in chats.items()},
        "quarantined": len({event.id for event in events if is_poison(event)}),
    }
