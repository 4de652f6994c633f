"""Labels: which chats need one, and the current label of a chat with its history in `chat_labels`."""

from collections.abc import Sequence
from typing import Any

from chatsync.errors import ChatUnknownError, TagUnknownError
from chatsync.taxonomy import taxonomy
from database import stores
from database.connection import Database
from database.json_rows import json_rows, storable

MESSAGES_A_CHAT = 30  # The newest ones; a label says what the buyer needs now.


def transcripts_to_label(database: Database, store_id: str, classifier: str, limit: int) -> list[dict[str, Any]]:
    """Return the chats whose label is missing or stale, the most recently active first, each with its last messages.

    Messages are only ever added, so their number says whether a chat changed since its label. A label of another
    classifier is stale; a person's never is. Chats without messages have nothing to label.
    """
    return database.rows(
        """
        SELECT chats.id AS chat_id, messages_total, said.messages
        FROM (SELECT store_id, id, messages_total, last_message_at FROM chats
              WHERE store_id = :store AND messages_total > 0 AND tag_source IS DISTINCT FROM 'person'
                AND (labelled_messages, labelled_by) IS DISTINCT FROM (messages_total, CAST(:classifier AS text))
              ORDER BY last_message_at DESC, id LIMIT :limit) AS chats
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_object('sender', sender, 'text', text, 'sent_at', sent_at)
                            ORDER BY sent_at, id) AS messages
            FROM (SELECT id, sender, text, sent_at FROM chat_messages
                  WHERE store_id = chats.store_id AND chat_id = chats.id
                  ORDER BY sent_at DESC, id DESC LIMIT :messages) AS newest
        ) AS said
        ORDER BY last_message_at DESC, chats.id
        """,
        store=store_id,
        classifier=classifier,
        limit=limit,
        messages=MESSAGES_A_CHAT,
    )


def plan(database: Database, run_id: int, chats: int) -> None:
    """Note on the run how many chats it is to label; what is not labelled at its end makes it partial."""
    database.run("UPDATE sync_logs SET chats_to_classify = :chats WHERE id = :id", id=run_id, chats=chats)


def save(database: Database, store_id: str, run_id: int, classifier: str, labels: Sequence[dict[str, Any]]) -> int:
    """Store labels, each in the history and, unless a person labelled the chat, as its current one.

    Returns how many labels the run had not stored before, so that a repetition counts nothing twice.
    """
    added = database.rows(
        """
        WITH added AS (
            INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, confidence, reason, labelled_by,
                                     messages_total)
            SELECT :store, chat_id, CAST(:run AS bigint), tag, 'model', confidence, reason, model, messages_total
            FROM json_to_recordset(CAST(:rows AS json)) AS label(
                chat_id text, tag text, confidence real, reason text, model text, messages_total integer)
            ON CONFLICT (store_id, chat_id, run_id) DO NOTHING
            RETURNING chat_id, tag, messages_total
        ), current AS (
            UPDATE chats SET tag = added.tag, tag_source = 'model', labelled_messages = added.messages_total,
                             labelled_by = :classifier
            FROM added
            WHERE chats.store_id = :store AND chats.id = added.chat_id AND tag_source IS DISTINCT FROM 'person'
        ), counted AS (
            UPDATE sync_logs SET chats_classified = chats_classified + (SELECT count(*) FROM added)
            WHERE id = CAST(:run AS bigint)
        )
        SELECT count(*) AS labels FROM added
        """,
        store=store_id,
        run=run_id,
        classifier=classifier,
        rows=json_rows([{**label, "reason": storable(label["reason"])} for label in labels]),
    )
    stores.refresh_statistics(database, store_id)
    return int(added[0]["labels"])


def set_by_person(database: Database, store_id: str, chat_id: str, tag: str) -> None:
    """Label a chat with a person's word, which no classifier overwrites until it is released.

    The label joins the history, the one it replaces stays there; the store's counts of tags follow.

    Raises:
        TagUnknownError: The taxonomy has no such tag.
        ChatUnknownError: The store has no such chat.
        ClassifierRefusedError: The operator's own taxonomy cannot be read.
    """
    if tag not in (tags := taxonomy().keys):
        raise TagUnknownError(f"No such tag: {tag}. Take one of: {', '.join(tags)}.")
    changed = database.run(
        """
        WITH labelled AS (
            UPDATE chats SET tag = :tag, tag_source = 'person', labelled_messages = messages_total,
                             labelled_by = 'person', labelled_content = NULL
            WHERE store_id = :store AND id = :chat
            RETURNING store_id, id, messages_total
        ), replaced AS (
            UPDATE chat_labels SET released_at = now()
            WHERE store_id = :store AND chat_id = :chat AND source = 'person' AND released_at IS NULL
        )
        INSERT INTO chat_labels (store_id, chat_id, tag, source, labelled_by, messages_total)
        SELECT store_id, id, :tag, 'person', 'person', messages_total FROM labelled
        """,
        store=store_id,
        chat=chat_id,
        tag=tag,
    )
    if not changed:
        raise _unknown(store_id, chat_id)
    stores.refresh_statistics(database, store_id)


def release(database: Database, store_id: str, chat_id: str) -> bool:
    """Take a person's label back: the chat has none until the next run labels it. Return False if it had none.

    The history keeps the label, and until when it stood.

    Raises:
        ChatUnknownError: The store has no such chat.
    """
    found = database.rows(
        "SELECT tag_source FROM chats WHERE store_id = :store AND id = :chat FOR UPDATE", store=store_id, chat=chat_id
    )
    if not found:
        raise _unknown(store_id, chat_id)
    if found[0]["tag_source"] != "person":
        return False
    database.run(
        """
        WITH released AS (
            UPDATE chat_labels SET released_at = now()
            WHERE store_id = :store AND chat_id = :chat AND source = 'person' AND released_at IS NULL
        )
        UPDATE chats SET tag = NULL, tag_source = NULL, labelled_messages = NULL, labelled_by = NULL,
                         labelled_content = NULL
        WHERE store_id = :store AND id = :chat
        """,
        store=store_id,
        chat=chat_id,
    )
    stores.refresh_statistics(database, store_id)
    return True


def _unknown(store_id: str, chat_id: str) -> ChatUnknownError:
    return ChatUnknownError(f"The store {store_id} has no chat {chat_id}. Is the id whole, and the store synced?")
