"""A store whose stream grows session by session, and what may be asked of its tables at any moment."""

from typing import Any

from database.connection import transaction
from local.simulator.faults import short_events_page
from local.simulator.model import Event, SimulatedStore
from local.simulator.server import Simulator
from tests.properties.streams import History, Session, expected, is_poison


class Told:
    """What WB has told, or could have told, of one store."""

    def __init__(self, store: SimulatedStore, simulator: Simulator) -> None:
        self._store = store
        self._simulator = simulator
        self._in_time: list[Event] = []
        self._cursor: int | None = None

    def grow(self, session: Session) -> None:
        """Let the session's events appear, and its short pages wait."""
        for event in (*session.events, *session.late):
            self._simulator.add_event(self._store.id, event)
        for events in session.short_pages:
            self._simulator.faults.add(self._store.id, "events", short_events_page(events))
        self._in_time += session.events

    def check(self, full: bool) -> None:
        """The cursor only moves on (a full run forgets it), and every event up to it is stored."""
        cursor = self._rows("SELECT events_cursor AS at FROM stores WHERE id = :store")[0]["at"]
        assert full or self._cursor is None or (cursor is not None and cursor >= self._cursor)
        self._cursor = cursor
        behind = {event.id for event in self._in_time if event.at <= (cursor or 0) and not is_poison(event)}
        assert behind <= {row["id"] for row in self._rows("SELECT id FROM chat_messages WHERE store_id = :store")}

    def check_the_end(self, history: History) -> None:
        """The tables are the set of events, and the runs said how they ended."""
        assert self._stored() == expected(history.events)
        told = self._rows("SELECT status FROM sync_logs WHERE store_id = :store ORDER BY id")
        statuses = [row["status"] for row in told]
        assert "running" not in statuses
        assert not history.is_plain or statuses[-1] == "success"
        assert not any(is_poison(event) for event in history.events) or "partial" in statuses

    def _stored(self) -> dict[str, Any]:
        messages = self._rows(
            "SELECT id, chat_id, (extract(epoch FROM sent_at) * 1000)::bigint AS at, text FROM chat_messages"
            " WHERE store_id = :store"
        )
        chats = self._rows(
            "SELECT id, messages_total, last_message_id FROM chats WHERE store_id = :store AND messages_total > 0"
        )
        quarantined = self._rows("SELECT id FROM quarantined_events WHERE store_id = :store")
        return {
            "messages": {row["id"]: (row["chat_id"], row["at"], row["text"]) for row in messages},
            "chats": {row["id"]: (row["messages_total"], row["last_message_id"]) for row in chats},
            "quarantined": len(quarantined),
        }

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with transaction() as database:
            return database.rows(sql, store=self._store.id)
