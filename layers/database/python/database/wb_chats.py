"""A chat of WB's list as a row of `chats`. Every field may be missing; only a chat without a usable id is skipped."""

from collections.abc import Mapping, Sequence
from typing import Any

from database.json_rows import as_raw, storable
from database.moments import MomentInvalidError, read_moment

BIGGEST_INTEGER = 2**63 - 1  # Postgres' bigint
LONGEST_ID = 200  # WB's have 38 characters; a key of Postgres' indexes holds 2704 bytes, and one of ours has two ids.


def chat_rows(chats: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the list's rows, one a chat id."""
    rows = [_row(chat) for chat in chats if isinstance(chat, Mapping) and as_id(chat.get("chatID"))]
    return list({row["id"]: row for row in rows}.values())


def as_text(value: object) -> str | None:
    """Return a storable text, or None for an empty one or another type (which `raw` keeps)."""
    return storable(value) or None if isinstance(value, str) else None


def as_id(value: object) -> str | None:
    """Return an id that Postgres can hold to the letter and index, or None."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or storable(value) != value:
        return None
    return value


def as_integer(value: object) -> int | None:
    """Return a positive integer, or None for WB's placeholder 0 and anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= BIGGEST_INTEGER:
        return None
    return value


def _row(chat: Mapping[str, Any]) -> dict[str, Any]:
    card = _object(chat.get("goodCard"))
    last = _object(chat.get("lastMessage"))
    return {
        "id": chat["chatID"],
        "client_name": as_text(chat.get("clientName")),
        "nm_id": as_integer(card.get("nmID")),
        "rid": as_text(card.get("rid")),
        "product_size": as_text(card.get("size")),
        "price_kopecks": as_integer(card.get("price")),
        "price_currency": as_text(card.get("priceCurrency")),
        "listed_message_text": as_text(last.get("text")),
        "listed_message_at": _moment(last.get("addTimestamp")),
        "raw": as_raw(chat),
    }


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _moment(value: object) -> str | None:
    try:
        return read_moment(value).isoformat()
    except MomentInvalidError:
        return None
