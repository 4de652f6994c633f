"""The table `chat_labels`: every label of a chat, by a classifier or a person; the current one stands on the chat."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatsync.contracts import ChatPageLabels, SaveLabels
from chatsync.errors import CauseUnknownError, ChatAmbiguousError, ChatUnknownError, TagUnknownError
from chatsync.label_stops import LABEL_STOPS
from chatsync.label_tokens import Tokens
from chatsync.taxonomy import taxonomy
from database import stores
from database.chats import unknown_chat
from database.connection import Database
from database.json_rows import json_rows
from database.labels.costs import settle_reservation
from database.labels.failed_tries import save_failed_tries
from database.wb_fields import storable


def save_chat_page_labels(database: Database, task: SaveLabels, page: ChatPageLabels, classifier: str) -> int:
    """Store a chat page's labels and what they took; return how many labels were new. Raises PricesInvalidError."""
    added = save_labels(database, task.store_id, task.run_id, page.labels)
    save_failed_tries(database, task.store_id, task.run_id, page.unanswered)
    tokens = Tokens(page.tokens_in, page.tokens_out, page.tokens_cached)
    stopped = page.stopped or (LABEL_STOPS["unanswered"] if page.unanswered else "")
    settle_reservation(database, task, classifier, tokens, stopped)
    return added


def save_labels(database: Database, store_id: str, run_id: int, labels: Sequence[Mapping[str, Any]]) -> int:
    """Store labels, each in the history and, unless a person labelled the chat, as its current one.

    A label has `chat_id`, `messages_total` and `content` of the words it was given for, and `model`, the version that
    it goes by. Returns how many labels the run had not stored before, so that a repetition counts nothing twice.
    """
    added = database.rows(
        """
        WITH added AS (
            INSERT INTO chat_labels (store_id, chat_id, run_id, tag, cause, source, confidence, reason, labelled_by,
                                     messages_total, content)
            SELECT :store, chat_id, CAST(:run AS bigint), tag, cause, 'model', confidence, reason, model,
                   messages_total, content
            FROM json_to_recordset(CAST(:rows AS json)) AS label(
                chat_id text, tag text, cause text, confidence real, reason text, model text, messages_total integer,
                content text)
            ON CONFLICT (store_id, chat_id, run_id) DO NOTHING
            RETURNING chat_id, tag, cause, labelled_by, messages_total, content
        ), current AS (
            UPDATE chats SET tag = added.tag, cause = added.cause, tag_source = 'model',
                             labelled_messages = added.messages_total, labelled_by = added.labelled_by,
                             labelled_content = added.content
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
        rows=json_rows([{**label, "reason": storable(label["reason"])} for label in labels]),
    )
    stores.refresh_statistics(database, store_id)
    return int(added[0]["labels"])


def set_persons_label(
    database: Database, store_id: str, chat_id: str, tag: str, cause: str | None = None, *, by: str | None = None
) -> None:
    """Label a chat with a person's word, which no classifier overwrites until it is released.

    Without a cause the chat keeps the one it has. The label joins the history, the one it replaces stays there; the
    store's counts of tags and causes follow. `by` is who sets it, as they say: nobody has verified it.

    Raises:
        TagUnknownError: The taxonomy has no such tag.
        CauseUnknownError: The taxonomy has no such cause.
        ChatUnknownError: The store has no such chat.
        ClassifierRefusedError: The operator's own taxonomy cannot be read.
    """
    if tag not in (tags := taxonomy().keys):
        raise TagUnknownError(f"No such tag: {tag}. Take one of: {', '.join(tags)}.")
    if cause not in (*(causes := taxonomy().cause_keys), None):
        raise CauseUnknownError(f"No such cause: {cause}. Take one of: {', '.join(causes)}.")
    changed = database.run(
        """
        WITH labelled AS (
            UPDATE chats SET tag = :tag, cause = coalesce(CAST(:cause AS text), cause), tag_source = 'person',
                             labelled_messages = messages_total, labelled_by = 'person', labelled_content = NULL
            WHERE store_id = :store AND id = :chat
            RETURNING store_id, id, messages_total
        ), replaced AS (
            UPDATE chat_labels SET released_at = now(), released_by = :by
            WHERE store_id = :store AND chat_id = :chat AND source = 'person' AND released_at IS NULL
        )
        INSERT INTO chat_labels (store_id, chat_id, tag, cause, source, labelled_by, messages_total, set_by)
        SELECT store_id, id, :tag, CAST(:cause AS text), 'person', 'person', messages_total, CAST(:by AS text)
        FROM labelled
        """,
        store=store_id,
        chat=chat_id,
        tag=tag,
        cause=cause,
        by=by,
    )
    if not changed:
        raise unknown_chat(store_id, chat_id)
    stores.refresh_statistics(database, store_id)


def release_persons_label(database: Database, store_id: str, chat_id: str, by: str | None = None) -> bool:
    """Take a person's label back: the chat has none until the next run labels it. Return False if it had none.

    The history keeps the label, until when it stood, and who released it, as they say.

    Raises:
        ChatUnknownError: The store has no such chat.
    """
    chats = database.rows(
        "SELECT tag_source FROM chats WHERE store_id = :store AND id = :chat FOR UPDATE", store=store_id, chat=chat_id
    )
    if not chats:
        raise unknown_chat(store_id, chat_id)
    if chats[0]["tag_source"] != "person":
        return False
    database.run(
        """
        WITH released AS (
            UPDATE chat_labels SET released_at = now(), released_by = :by
            WHERE store_id = :store AND chat_id = :chat AND source = 'person' AND released_at IS NULL
        )
        UPDATE chats SET tag = NULL, cause = NULL, tag_source = NULL, labelled_messages = NULL, labelled_by = NULL,
                         labelled_content = NULL
        WHERE store_id = :store AND id = :chat
        """,
        store=store_id,
        chat=chat_id,
        by=by,
    )
    stores.refresh_statistics(database, store_id)
    return True


def require_one_store(database: Database, chat_id: str) -> str:
    """Return the id of the one store that has the chat; two stores of one seller may both have it.

    Raises:
        ChatUnknownError: No store has it.
        ChatAmbiguousError: Several stores have it; the message names them.
    """
    rows = database.rows("SELECT store_id FROM chats WHERE id = :chat ORDER BY store_id", chat=chat_id)
    if not rows:
        raise ChatUnknownError(f"No store has a chat {chat_id}. Is the id whole, and its store synced?")
    if len(rows) > 1:
        raise ChatAmbiguousError(
            f"Several stores have this chat: {', '.join(row['store_id'] for row in rows)}. Name one with --store."
        )
    return str(rows[0]["store_id"])


def has_paid_labels(database: Database, store_ids: Sequence[str]) -> bool:
    """Return whether a chat of these stores has a label that a model's server gave, and that was paid for."""
    labelled = database.rows(
        "SELECT FROM chats WHERE store_id = ANY(:stores) AND labelled_by LIKE 'openai/%' LIMIT 1", stores=store_ids
    )
    return bool(labelled)
