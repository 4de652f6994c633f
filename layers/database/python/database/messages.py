"""The table `chat_messages`: each event once, and its chat's newest message and count with it."""

from typing import Any

from chatsync.errors import DatabaseRefusedError
from database.chats import add_unknown_chats
from database.connection import Database
from database.json_rows import json_rows
from database.quarantine import quarantine_events
from database.wb_events import sort_events

# Add the messages not stored yet, and bring their chats up to date.
ADD_MESSAGES = """
WITH added AS (
    INSERT INTO chat_messages (store_id, id, chat_id, event_type, sender, source, client_name, is_new_chat,
                               text, sent_at, attachments, raw)
    SELECT :store, id, chat_id, event_type, sender, source, client_name, is_new_chat,
           text, sent_at, attachments, raw::json
    FROM json_to_recordset(CAST(:rows AS json)) AS sent(
        id text, chat_id text, event_type text, sender text, source text, client_name text,
        is_new_chat boolean, text text, sent_at timestamptz, attachments jsonb, raw text)
    ON CONFLICT (store_id, id) DO NOTHING
    RETURNING chat_id, id, text, sender, sent_at
), newest AS (
    SELECT DISTINCT ON (chat_id) chat_id, id, text, sender, sent_at,
           count(*) OVER (PARTITION BY chat_id) AS messages
    FROM added ORDER BY chat_id, sent_at DESC, id DESC
), counted AS (
    UPDATE chats
    SET messages_total = messages_total + newest.messages,
        (last_message_id, last_message_text, last_message_sender, last_message_at) = (
            SELECT id, text, sender, sent_at
            FROM (VALUES (newest.id, newest.text, newest.sender, newest.sent_at),
                         (last_message_id, last_message_text, last_message_sender, last_message_at))
                 AS candidate(id, text, sender, sent_at)
            ORDER BY sent_at DESC NULLS LAST, id DESC LIMIT 1)
    FROM newest WHERE chats.store_id = :store AND chats.id = newest.chat_id
)
SELECT count(*) AS added FROM added
"""


def save_events(database: Database, store_id: str, run_id: int, events: list[Any]) -> int:
    """Store a burst of events in WB's order; return how many messages were new.

    An event that cannot be stored goes to quarantine with its reason, all others are stored.
    """
    sorted_events = sort_events(events)
    quarantine_events(database, store_id, run_id, sorted_events.quarantined)
    return _save_or_halve(database, store_id, run_id, sorted_events.messages)


def _save_or_halve(database: Database, store_id: str, run_id: int, messages: list[dict[str, Any]]) -> int:
    """Save in one statement; if Postgres refuses, halve until the refused message is alone, and quarantine it."""
    if not messages:
        return 0
    try:
        with database.savepoint():
            add_unknown_chats(database, store_id, messages)
            rows = database.rows(ADD_MESSAGES, store=store_id, rows=json_rows(messages))
            return int(rows[0]["added"])
    except DatabaseRefusedError as refusal:
        if len(messages) == 1:
            row = {"id": messages[0]["id"], "reason": str(refusal), "raw": messages[0]["raw"]}
            quarantine_events(database, store_id, run_id, [row])
            return 0
    middle = len(messages) // 2
    return sum(_save_or_halve(database, store_id, run_id, half) for half in (messages[:middle], messages[middle:]))
