"""Events and chats as WB sends them, a store with a run, and what the tables then hold."""

from typing import Any

from database import chats, leases, messages, stores
from database.connection import Database

STORE = "shop"
AT = 1_770_000_000_000  # 2026-02-02T02:40:00Z
FETCHED_AT = "2026-03-01T00:00:00Z"
# WB's, as the seller.
AUTOMATIC = "Здравствуйте. Вы оставили отзыв с низкой оценкой. Расскажите, что случилось?"
ABOUT_RETURNS = "Здравствуйте! Здесь вы можете задать вопросы по возврату товара, если они у вас возникнут"
# WB's, before a buyer's own words.
PREFIX = (
    'Здравствуйте! У меня вопрос по товару "Клей "Момент" для порванной обуви, бренд Мастер, артикул 174902332, '
    'товар оформлен 05.11.2026"'
)


def an_event(number: int, chat: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the event of this number, a second after the one before it."""
    event = {
        "eventID": f"event-{number}",
        "chatID": f"1:chat-{chat}",
        "eventType": "message",
        "sender": "client",
        "source": "rusite",
        "clientName": "Анна",
        "addTimestamp": AT + number * 1000,
        "message": {"text": f"Сообщение {number}"},
    }
    return event | changes


def a_chat(number: int, newest: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return the listed chat of this number, with the event of number `newest` as its last message."""
    chat: dict[str, Any] = {"chatID": f"1:chat-{number}", "clientName": "Анна"}
    if newest is not None:
        chat["lastMessage"] = {"text": f"Сообщение {newest}", "addTimestamp": AT + newest * 1000}
    return chat | changes


def a_run(database: Database, store: str = STORE, execution: str = "execution-1", full: bool = False) -> int:
    """Return the id of a new run of the store, which is registered if it is new."""
    stores.register(database, store, "ИП Проба", active=True)
    run = leases.open_run(database, store, execution, full)
    assert run.id is not None
    return run.id


def save(database: Database, run: int, *events: Any, store: str = STORE, fetched_at: str = FETCHED_AT) -> int:
    """Save a burst of events that was fetched then; return how many messages were new."""
    return messages.save_events(database, store, run, list(events), fetched_at)


def save_list(database: Database, *listed: Any, store: str = STORE, run: int = 0) -> chats.SavedList:
    """Save WB's list of chats, as this run fetched it."""
    return chats.save_list(database, store, run, list(listed))


def chat(database: Database, number: int = 0, store: str = STORE) -> dict[str, Any]:
    """Return the row of a chat."""
    return database.rows("SELECT * FROM chats WHERE store_id = :s AND id = :id", s=store, id=f"1:chat-{number}")[0]


def column(database: Database, sql: str, **parameters: Any) -> list[Any]:
    """Return the only column of a query's rows."""
    return [value for row in database.rows(sql, **parameters) for value in row.values()]


def row_versions(database: Database, *tables: str) -> dict[str, list[Any]]:
    """Return where each row of the tables lies: an update moves it, even if it changes no value."""
    return {table: column(database, f"SELECT ctid::text FROM {table} ORDER BY 1") for table in tables}
