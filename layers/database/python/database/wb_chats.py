"""A chat of WB's list as a row of `chats`. Every field may be missing; only a chat without a usable id is skipped."""

from collections.abc import Mapping, Sequence
from typing import Any

from database.wb_fields import as_id, as_integer, as_moment, as_object, as_raw, as_text


def chat_rows(chats: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the list's rows, one a chat id."""
    rows = [_row(chat) for chat in chats if isinstance(chat, Mapping) and as_id(chat.get("chatID"))]
    return list({row["id"]: row for row in rows}.values())


def _row(chat: Mapping[str, Any]) -> dict[str, Any]:
    card = as_object(chat.get("goodCard"))
    last = as_object(chat.get("lastMessage"))
    return {
        "id": chat["chatID"],
        "client_name": as_text(chat.get("clientName")),
        "nm_id": as_integer(card.get("nmID")),
        "rid": as_text(card.get("rid")),
        "product_size": as_text(card.get("size")),
        "price_kopecks": as_integer(card.get("price")),
        "price_currency": as_text(card.get("priceCurrency")),
        "listed_message_text": as_text(last.get("text")),
        "listed_message_at": as_moment(last.get("addTimestamp")),
        "raw": as_raw(chat),
    }
