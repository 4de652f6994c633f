"""Stores, chats and runs as the pages find them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from database import reconciliation, stores
from database.connection import transaction
from database.labels import history
from tests.support.given_rows import a_run, save, save_list

NOW = datetime.now(UTC).replace(microsecond=0)


def a_message(number: int, text: str | None, minutes_ago: float, **changes: Any) -> dict[str, Any]:
    """Return an event of chat 1:chat-0, so many minutes ago."""
    at = NOW - timedelta(minutes=minutes_ago)
    event = {
        "eventID": f"event-{number}",
        "chatID": "1:chat-0",
        "eventType": "message",
        "sender": "client",
        "clientName": "Анна",
        "addTimestamp": int(at.timestamp() * 1000),
        "message": {"text": text} if text is not None else {},
    }
    return event | changes


def given(*events: dict[str, Any], store: str = "shop", listed: list[dict[str, Any]] | None = None) -> int:
    """Store events, and a list of chats, as a run that ended; return the run."""
    with transaction() as database:
        run = a_run(
            database, store, execution=f"execution-{store}-{len(events)}-{events[0]['eventID'] if events else ''}"
        )
        save(database, run, *events, store=store, fetched_at=datetime.now(UTC).isoformat())
        if listed is not None:
            save_list(database, *listed, store=store, run=run)
        reconciliation.close_run(database, store, run)
        stores.refresh_statistics(database, store)
    return run


def many_chats(number: int, store: str = "shop") -> None:
    """Store chats 1:chat-0 ... of one message each, the first the newest."""
    given(
        *(a_message(index, f"Вопрос {index}", index + 1, chatID=f"1:chat-{index}") for index in range(number)),
        store=store,
    )


def labelled_by_person(tag: str, chat: str = "1:chat-0", store: str = "shop", cause: str | None = None) -> None:
    """Give a chat a person's label."""
    with transaction() as database:
        history.set_persons_label(database, store, chat, tag, cause)


def labelled_by_model(run: int, tag: str, confidence: float | None = None, reason: str | None = None) -> None:
    """Store a model's label of 1:chat-0 that a run made."""
    with transaction() as database:
        database.run(
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, confidence, reason, labelled_by, "
            "messages_total) VALUES ('shop', '1:chat-0', :run, :tag, 'model', CAST(:confidence AS real), "
            "CAST(:reason AS text), 'keywords/1', 1)",
            run=run,
            tag=tag,
            confidence=confidence,
            reason=reason,
        )
