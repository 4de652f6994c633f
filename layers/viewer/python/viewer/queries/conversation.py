"""One chat: who, about what, its messages in order, and its labels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED
from viewer.queries.search import MARKED

MESSAGES_A_PAGE = 300
MOST_LABELS = 50


@dataclass(frozen=True)
class Piece:
    """A stretch of a conversation, in order; `earlier` and `later` say whether there is more before and behind it."""

    messages: list[dict[str, Any]]
    earlier: bool
    later: bool


def chat(database: Database, store_id: str, chat_id: str) -> dict[str, Any] | None:
    """Return the chat with its store's name, or None."""
    rows = database.rows(
        f"""
        SELECT chats.store_id, chats.id, stores.name AS store_name, client_name, nm_id, rid, product_size,
               price_kopecks, price_currency, messages_total, last_message_at, listed_message_at, missing_since, tag,
               tag_source, {IS_LISTED} AND {IS_GAP} AS has_gap
        FROM chats JOIN stores ON stores.id = store_id WHERE store_id = :store AND chats.id = :id LIMIT 1
        """,  # noqa: S608 - constants
        store=store_id,
        id=chat_id,
    )
    return rows[0] if rows else None


def piece(database: Database, store_id: str, chat_id: str, words: str, before: tuple[datetime, str] | None) -> Piece:
    """Return the newest messages, or the newest of those before a message, the found words marked."""
    marked = MARKED if words else "NULL"
    keyed = "AND (sent_at, id) < (CAST(:sent_at AS timestamptz), :id)" if before else ""
    rows = database.rows(
        f"""
        SELECT id, sender, text, sent_at, attachments, is_automatic(sender, text) AS automatic, {marked} AS marked
        FROM chat_messages WHERE chat_id = :chat AND store_id = :store {keyed}
        ORDER BY sent_at DESC, id DESC LIMIT {MESSAGES_A_PAGE + 1}
        """,  # noqa: S608 - constants
        store=store_id,
        chat=chat_id,
        **({"words": words} if words else {}),
        **({"sent_at": before[0].isoformat(), "id": before[1]} if before else {}),
    )
    shown = rows[:MESSAGES_A_PAGE]
    return Piece(shown[::-1], earlier=len(rows) > MESSAGES_A_PAGE, later=before is not None)


def labels(database: Database, store_id: str, chat_id: str) -> list[dict[str, Any]]:
    """Return the chat's labels, newest first."""
    return database.rows(
        f"""
        SELECT tag, source, confidence, reason, labelled_by, labelled_at, released_at FROM chat_labels
        WHERE store_id = :store AND chat_id = :chat ORDER BY id DESC LIMIT {MOST_LABELS}
        """,  # noqa: S608 - a constant
        store=store_id,
        chat=chat_id,
    )
