"""One chat: who, about what, its messages in order, and its labels."""

from datetime import datetime
from typing import Any

from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED
from reading.conditions import EACH_TURN
from reading.search import HAS_WORDS, MARKED, OWN_TEXT

MOST_STORES = 1000
MOST_LABELS = 50
MOST_MARKS = 20
MOST_HITS = 1000

MessageKey = tuple[datetime | str, str]  # a message's moment and id, by which a chat is in order
MOST_VERSIONS = 1000  # of all messages that are read at once


def read_chats(database: Database, chat_id: str, store_id: str | None = None) -> list[dict[str, Any]]:
    """Return the chat of every store that has it, or of this store, with the store's name.

    Two stores of one seller may both have a chat.
    """
    return database.rows(
        f"""
        SELECT chats.store_id, chats.id, stores.name AS store_name, client_name, nm_id, product_title, rid,
               product_size, price_kopecks, price_currency, ordered_at, messages_total, missing_since, tag, cause,
               tag_source, turns.waiting_since,
               turns.waiting_since + interval '10 days' AS answer_by, urgency, turns.threat, now() AS read_at,
               {IS_LISTED} AND {IS_GAP} AS has_gap
        FROM chats JOIN stores ON stores.id = chats.store_id
        LEFT {EACH_TURN}
        LEFT JOIN chat_urgency AS urgent ON urgent.store_id = chats.store_id AND urgent.chat_id = chats.id
        WHERE chats.id = :id {"" if store_id is None else "AND chats.store_id = :store"}
        ORDER BY chats.store_id LIMIT {MOST_STORES}
        """,  # noqa: S608 - constants
        id=chat_id,
        **({} if store_id is None else {"store": store_id}),
    )


def read_messages(
    database: Database,
    chat: dict[str, Any],
    most: int | None = None,
    *,
    before: MessageKey | None = None,
    words: str = "",
    after: MessageKey | None = None,
) -> list[dict[str, Any]]:
    """Return a chat's messages in order: the newest, or the newest before a key, or the first from one on.

    `most` of them, all without it. A key's moment may be in ISO. `text` is what the sender wrote, `prefix` WB's words
    before it, or empty; `nm_id` and `product_title` are the message's own. `marked` is the text's normal form with the
    found words marked, None of a message in which nothing is found. `versions` has what a changed message said before,
    newest first.
    """
    key, backwards = before or after, not after
    keyed = f"AND (sent_at, id) {'<' if backwards else '>='} (CAST(:sent_at AS timestamptz), :id)" if key else ""
    rows = database.rows(
        f"""
        SELECT id, sender, {OWN_TEXT} AS text, left(text, prefix_characters) AS prefix, sent_at, attachments, automatic,
               nm_id, product_title,
               {MARKED if words else "NULL"} AS marked
        FROM chat_messages WHERE chat_id = :chat AND store_id = :store {keyed}
        ORDER BY {"sent_at DESC, id DESC" if backwards else "sent_at, id"} LIMIT CAST(:most AS bigint)
        """,  # noqa: S608 - constants
        store=chat["store_id"],
        chat=chat["id"],
        most=most,
        **({"words": words} if words else {}),
        **({"sent_at": str(key[0]), "id": key[1]} if key else {}),
    )
    _add_versions(database, chat["store_id"], rows)
    return rows[::-1] if backwards else rows


def find_message(database: Database, chat: dict[str, Any], message_id: str) -> MessageKey | None:
    """Return the key of a message of the chat, None if it has no such message."""
    rows = database.rows(
        "SELECT sent_at FROM chat_messages WHERE store_id = :store AND id = :id AND chat_id = :chat LIMIT 1",
        store=chat["store_id"],
        chat=chat["id"],
        id=message_id,
    )
    return (rows[0]["sent_at"], message_id) if rows else None


def find_hits(database: Database, chat: dict[str, Any], words: str) -> list[MessageKey]:
    """Return the keys of the chat's messages that have the words, in order; of more than MOST_HITS the newest."""
    rows = database.rows(
        f"""
        SELECT sent_at, id FROM chat_messages WHERE chat_id = :chat AND store_id = :store AND {HAS_WORDS}
        ORDER BY sent_at DESC, id DESC LIMIT {MOST_HITS}
        """,  # noqa: S608 - constants
        store=chat["store_id"],
        chat=chat["id"],
        words=words,
    )
    return [(row["sent_at"], row["id"]) for row in reversed(rows)]


def _add_versions(database: Database, store_id: str, messages: list[dict[str, Any]]) -> None:
    """Add to each message what it said before, or was sent at, as far as a person would see a difference."""
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in database.rows(
        f"""
        SELECT message_id, version.text, version.sent_at FROM message_versions AS version
        JOIN chat_messages AS stored ON stored.store_id = version.store_id AND stored.id = message_id
        WHERE version.store_id = :store AND message_id = ANY(CAST(:ids AS text[]))
          AND (version.text, version.sent_at) IS DISTINCT FROM (stored.text, stored.sent_at)
        ORDER BY version.sent_at DESC, version.fetched_at DESC LIMIT {MOST_VERSIONS}
        """,  # noqa: S608 - a constant
        store=store_id,
        ids=[message["id"] for message in messages],
    ):
        versions.setdefault(row["message_id"], []).append(row)
    for message in messages:
        message["versions"] = versions.get(message["id"], [])


def read_labels(database: Database, chat: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a chat's labels, newest first."""
    return database.rows(
        f"""
        SELECT tag, cause, source, confidence, reason, labelled_by, labelled_at, released_at, set_by, released_by
        FROM chat_labels
        WHERE store_id = :store AND chat_id = :chat ORDER BY id DESC LIMIT {MOST_LABELS}
        """,  # noqa: S608 - a constant
        store=chat["store_id"],
        chat=chat["id"],
    )


def read_marks(database: Database, chat: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a chat's marks «needs no answer», newest first."""
    return database.rows(
        f"""
        SELECT reason, marked_by, marked_at, ended_at, ended_by FROM no_answer_marks
        WHERE store_id = :store AND chat_id = :chat ORDER BY id DESC LIMIT {MOST_MARKS}
        """,  # noqa: S608 - a constant
        store=chat["store_id"],
        chat=chat["id"],
    )
