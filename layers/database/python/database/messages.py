"""The table `chat_messages`: each event once, and its chat's newest message and count with it."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chatsync.errors import DatabaseRefusedError
from database.chats import FILLED_CARD, LACKS_CARD, SPOKEN_OF, spoken_of_rows
from database.connection import DATA_ERRORS, HALVING_SECONDS, Database
from database.json_rows import json_rows
from database.problems import EVENT, Problem, close_events, open_problems
from database.quarantine import quarantine_events
from database.wb_cards import CARD, CARD_COLUMNS, CARD_TYPES
from database.wb_events import sort_events

# WB's own JSON comes beside the rows, a line each: within them, both sides would escape and read it once more.
SENT = f"""
    ROWS FROM (
        string_to_table(:raws, chr(10)),
        json_to_recordset(CAST(:rows AS json)) AS (
            id text, chat_id text, event_type text, sender text, source text, client_name text,
            is_new_chat boolean, text text, sent_at timestamptz, attachments jsonb,
            automatic boolean, prefix_characters integer, {CARD_TYPES})
    ) AS sent(raw)
"""
# Add the messages not stored yet, make the chats that have no row, and bring all of them up to date. In one statement:
# a chat is found by its key and written once, however many chats the store has.
ADD_MESSAGES = f"""
WITH added AS (
    INSERT INTO chat_messages (store_id, id, chat_id, event_type, sender, source, client_name, is_new_chat,
                               text, sent_at, attachments, raw, fetched_at, automatic, prefix_characters,
                               {CARD_COLUMNS})
    SELECT :store, id, chat_id, event_type, sender, source, client_name, is_new_chat,
           text, sent_at, attachments, raw::json, CAST(:fetched_at AS timestamptz), automatic, prefix_characters,
           {CARD_COLUMNS}
    FROM {SENT}
    ON CONFLICT (store_id, id) DO NOTHING
    RETURNING chat_id, id, text, sender, automatic, sent_at
), newest AS (
    SELECT DISTINCT ON (chat_id) chat_id, id, text, sender, automatic, sent_at,
           count(*) OVER (PARTITION BY chat_id) AS messages
    FROM added ORDER BY chat_id, sent_at DESC, id DESC
), counted AS (
    INSERT INTO chats AS known (store_id, id, client_name, {CARD_COLUMNS}, messages_total, last_message_id,
                                last_message_text, last_message_sender, last_message_automatic, last_message_at)
    SELECT :store, spoken_of.id, client_name, {CARD_COLUMNS}, coalesce(messages, 0), newest.id,
           text, sender, coalesce(automatic, false), sent_at
    FROM {SPOKEN_OF} LEFT JOIN newest ON newest.chat_id = spoken_of.id
    ON CONFLICT (store_id, id) DO UPDATE
    SET {FILLED_CARD},
        messages_total = known.messages_total + excluded.messages_total,
        (last_message_id, last_message_text, last_message_sender, last_message_automatic, last_message_at) = (
            SELECT id, text, sender, automatic, sent_at
            FROM (VALUES (excluded.last_message_id, excluded.last_message_text, excluded.last_message_sender,
                          excluded.last_message_automatic, excluded.last_message_at),
                         (known.last_message_id, known.last_message_text, known.last_message_sender,
                          known.last_message_automatic, known.last_message_at))
                 AS candidate(id, text, sender, automatic, sent_at)
            ORDER BY sent_at DESC NULLS LAST, id DESC LIMIT 1)
    WHERE excluded.messages_total > 0 OR ({LACKS_CARD})
)
SELECT count(*)::integer AS added FROM added
"""  # noqa: S608 - a constant
# What another fetch has stored: a burst that is saved again is as it was.
STORED_BEFORE = """
SELECT id FROM chat_messages
WHERE store_id = :store AND id = ANY(CAST(:ids AS text[])) AND fetched_at <> CAST(:fetched_at AS timestamptz)
"""
# The newer version of each is stored, the older one beside it. Newer is what is later, or of the same time and fetched
# later.
SAVE_VERSIONS = f"""
WITH sent AS MATERIALIZED (SELECT * FROM {SENT}), known AS (
    SELECT known.*, (sent.sent_at, CAST(:fetched_at AS timestamptz)) > (known.sent_at, known.fetched_at) AS is_older,
           sent.chat_id AS new_chat_id
    FROM sent JOIN chat_messages AS known ON known.store_id = :store AND known.id = sent.id
    WHERE known.raw::text <> sent.raw
), kept AS (
    INSERT INTO message_versions (store_id, message_id, content, sender, text, sent_at, fetched_at, attachments, raw)
    SELECT store_id, id, md5(raw::text), sender, text, sent_at, fetched_at, attachments, raw FROM known WHERE is_older
    UNION ALL
    SELECT :store, id, md5(sent.raw), sent.sender, sent.text, sent.sent_at, CAST(:fetched_at AS timestamptz),
           sent.attachments, sent.raw::json
    FROM sent JOIN known USING (id) WHERE NOT is_older
    ON CONFLICT DO NOTHING
), replaced AS (
    UPDATE chat_messages AS stored
    SET chat_id = sent.chat_id, event_type = sent.event_type, sender = sent.sender, source = sent.source,
        client_name = sent.client_name, is_new_chat = sent.is_new_chat, text = sent.text, sent_at = sent.sent_at,
        attachments = sent.attachments, raw = sent.raw::json, fetched_at = CAST(:fetched_at AS timestamptz),
        automatic = sent.automatic, prefix_characters = sent.prefix_characters,
        {", ".join(f"{column} = sent.{column}" for column in CARD)}
    FROM sent JOIN known USING (id)
    WHERE is_older AND stored.store_id = :store AND stored.id = sent.id
)
SELECT ARRAY(SELECT chat_id FROM known WHERE is_older UNION SELECT new_chat_id FROM known WHERE is_older) AS changed
"""  # noqa: S608 - a constant
# A changed message may have been its chat's newest, or have come to another chat. Its chat's label is to be checked.
COUNT_ANEW = """
UPDATE chats
SET messages_total = counted.messages, labelled_messages = NULL,
    (last_message_id, last_message_text, last_message_sender, last_message_automatic, last_message_at) = (
        SELECT id, text, sender, automatic, sent_at FROM chat_messages AS message
        WHERE message.store_id = chats.store_id AND message.chat_id = chats.id
        ORDER BY sent_at DESC, id DESC LIMIT 1)
FROM (SELECT changed.id, count(message.id)::integer AS messages
      FROM unnest(CAST(:changed AS text[])) AS changed(id)
      LEFT JOIN chat_messages AS message ON message.store_id = :store AND message.chat_id = changed.id
      GROUP BY changed.id) AS counted
WHERE chats.store_id = :store AND chats.id = counted.id
"""
LONG_AGO = "-infinity"  # fetched: what was quarantined replaces nothing of the same time
MOST_RETRIED = 100  # quarantined events a run: each costs a statement, and nearly always there are none


def save_events(database: Database, store_id: str, run_id: int, events: list[Any], fetched_at: str) -> int:
    """Store a burst of events in WB's order, fetched at this time (ISO); return how many messages were new.

    An event that cannot be stored is quarantined with its reason and a problem, which stays open until it comes whole,
    even if another version of it is stored; all others are stored. Of one
    that is known with other words or another time, the newest version is stored and the older ones beside it.

    Raises:
        DatabaseRefusedError: Postgres refused for another reason than what is in the events.
    """
    sorted_events = sort_events(events, datetime.now(UTC))
    _set_aside(database, store_id, run_id, sorted_events.quarantined)
    saving = _Saving(database, store_id, run_id, fetched_at)
    added = saving.save_messages(sorted_events.messages)
    saving.save_versions(sorted_events.older)
    close_events(database, store_id, sorted_events.whole - saving.refused)
    return added


def retry_quarantined(database: Database, store_id: str) -> None:
    """Try to store anew, with today's code, the quarantined events that open problems are about."""
    rows = database.rows(
        f"""
        WITH tried AS (
            UPDATE problems SET tries = tries + 1
            WHERE id IN (SELECT id FROM problems WHERE store_id = :store AND kind = '{EVENT}' AND closed_at IS NULL
                         ORDER BY tries, id LIMIT {MOST_RETRIED})
            RETURNING store_id, subject
        )
        SELECT raw::text AS raw, run_id FROM quarantined_events AS event
        JOIN tried ON tried.store_id = event.store_id AND subject = event.id
        """,  # noqa: S608 - constants
        store=store_id,
    )
    if not rows:
        return
    now = datetime.now(UTC)
    saving = _Saving(database, store_id, max(row["run_id"] for row in rows), LONG_AGO)
    storable = sort_events([json.loads(row["raw"]) for row in rows], now)
    saving.save_messages(storable.messages)
    close_events(database, store_id, storable.whole - saving.refused)


class _Saving:
    """Saves rows; what Postgres refuses for what is in it is found by halving, and set aside alone.

    `refused` are the ids of what was set aside.
    """

    def __init__(self, database: Database, store_id: str, run_id: int, fetched_at: str) -> None:
        self._database = database
        self._store_id = store_id
        self._run_id = run_id
        self._fetched_at = fetched_at
        self.refused: set[str] = set()
        self._deadline = time.monotonic() + HALVING_SECONDS

    def save_messages(self, messages: list[dict[str, Any]]) -> int:
        """Return how many of these messages were new."""
        return self._save_or_halve(messages, self._add)

    def save_versions(self, messages: list[dict[str, Any]]) -> None:
        """Save messages that are stored in another version: the newer one is the message, the older one is kept."""
        self._save_or_halve(messages, self._compare)

    def _save_or_halve(self, messages: list[dict[str, Any]], save: Callable[[list[dict[str, Any]]], int]) -> int:
        if not messages:
            return 0
        try:
            with self._database.savepoint():
                return save(messages)
        except DatabaseRefusedError as refusal:
            if refusal.sqlstate[:2] not in DATA_ERRORS:
                raise
            if len(messages) == 1 or time.monotonic() > self._deadline:
                rows = [{"id": each["id"], "reason": str(refusal), "raw": each["raw"]} for each in messages]
                self.refused |= {each["id"] for each in messages}
                _set_aside(self._database, self._store_id, self._run_id, rows)
                return 0
        middle = len(messages) // 2
        return self._save_or_halve(messages[:middle], save) + self._save_or_halve(messages[middle:], save)

    def _add(self, messages: list[dict[str, Any]]) -> int:
        chats = json_rows(spoken_of_rows(messages))
        added = int(self._database.rows(ADD_MESSAGES, chats=chats, **self._values(messages))[0]["added"])
        if added < len(messages):
            self._compare(self._stored_before(messages))
        return added

    def _compare(self, messages: list[dict[str, Any]]) -> int:
        if messages and (changed := self._database.rows(SAVE_VERSIONS, **self._values(messages))[0]["changed"]):
            self._database.run(COUNT_ANEW, store=self._store_id, changed=changed)
        return 0

    def _stored_before(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = [message["id"] for message in messages]
        rows = self._database.rows(STORED_BEFORE, store=self._store_id, ids=ids, fetched_at=self._fetched_at)
        known = {row["id"] for row in rows}
        return [message for message in messages if message["id"] in known]

    def _values(self, messages: list[dict[str, Any]]) -> dict[str, str]:
        rows = json_rows([{**message, "raw": None} for message in messages])
        raws = "\n".join(message["raw"] for message in messages)  # JSON of ours has no line break of its own.
        return {"store": self._store_id, "rows": rows, "raws": raws, "fetched_at": self._fetched_at}


def _set_aside(database: Database, store_id: str, run_id: int, rows: list[dict[str, Any]]) -> None:
    quarantine_events(database, store_id, run_id, rows)
    open_problems(database, store_id, run_id, [Problem(EVENT, row["id"], {"reason": row["reason"]}) for row in rows])
