"""A chat of WB's list as a row of `chats`. Every field may be missing; only a chat without a usable id is skipped."""

from collections.abc import Mapping, Sequence
from typing import Any

from database.wb_fields import Columns, as_id, as_integer, as_moment, as_object, as_raw, as_text, read_fields

CARD: Columns = {
    "nm_id": ("nmID", as_integer),
    "rid": ("rid", as_text),
    "product_size": ("size", as_text),
    "price_kopecks": ("price", as_integer),
    "price_currency": ("priceCurrency", as_text),
}
LAST_MESSAGE: Columns = {"listed_message_text": ("text", as_text), "listed_message_at": ("addTimestamp", as_moment)}


def chat_rows(chats: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the list's rows, one a chat id."""
    rows = [_row(chat) for chat in chats if isinstance(chat, Mapping) and as_id(chat.get("chatID"))]
    return list({row["id"]: row for row in rows}.values())


def _row(chat: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": chat["chatID"],
        "client_name": as_text(chat.get("clientName")),
        **read_fields(as_object(chat.get("goodCard")), CARD),
        **read_fields(as_object(chat.get("lastMessage")), LAST_MESSAGE),
        "raw": as_raw(chat),
    }
