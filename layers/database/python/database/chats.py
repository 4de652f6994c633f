"""The table `chats`: what WB's list says of a chat, and what its stored messages say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatsync.errors import DatabaseRefusedError
from database.connection import DATA_ERRORS, HALVING_SECONDS, Database
from database.json_rows import json_rows
from database.wb_chats import ReadList, read_list

# WB's list may be capped at 5000 chats (seen, not documented): a list as long as that proves nothing about the rest.
LIST_CAP = 5000

SAVE_LISTED = """
INSERT INTO chats AS known (store_id, id, client_name, nm_id, rid, product_size, price_kopecks, price_currency,
                            listed_message_text, listed_message_at, raw)
SELECT :store, id, client_name, nm_id, rid, product_size, price_kopecks, price_currency,
       listed_message_text, listed_message_at, raw::json
FROM json_to_recordset(CAST(:rows AS json)) AS listed(
    id text, client_name text, nm_id bigint, rid text, product_size text, price_kopecks bigint,
    price_currency text, listed_message_text text, listed_message_at timestamptz, raw text)
ON CONFLICT (store_id, id) DO UPDATE
SET client_name = coalesce(excluded.client_name, known.client_name),
    nm_id = coalesce(excluded.nm_id, known.nm_id),
    rid = coalesce(excluded.rid, known.rid),
    product_size = coalesce(excluded.product_size, known.product_size),
    price_kopecks = coalesce(excluded.price_kopecks, known.price_kopecks),
    price_currency = coalesce(excluded.price_currency, known.price_currency),
    listed_message_text = excluded.listed_message_text,
    listed_message_at = excluded.listed_message_at,
    missing_since = NULL, unlisted_by_run = NULL,
    raw = excluded.raw
WHERE known.raw::text IS DISTINCT FROM excluded.raw::text
   OR known.missing_since IS NOT NULL OR known.unlisted_by_run IS NOT NULL
"""
# The list showed these chats before (they have its `raw`) and does not now. The first list that lacks a chat is noted,
# that of another run settles it.
NOTE_UNLISTED = """
UPDATE chats
SET missing_since = CASE WHEN unlisted_by_run IS NOT NULL THEN now() END,
    unlisted_by_run = coalesce(unlisted_by_run, CAST(:run AS bigint))
WHERE store_id = :store AND missing_since IS NULL AND raw IS NOT NULL
  AND unlisted_by_run IS DISTINCT FROM CAST(:run AS bigint)
  AND id NOT IN (SELECT json_array_elements_text(CAST(:listed AS json)))
RETURNING missing_since IS NULL AS is_first
"""
# What stood in a column that cannot hold the field any more would contradict the newer `raw`.
CLEAR_UNREADABLE = """
UPDATE chats
SET nm_id = CASE WHEN 'nm_id' = ANY(columns) THEN NULL ELSE nm_id END,
    rid = CASE WHEN 'rid' = ANY(columns) THEN NULL ELSE rid END,
    product_size = CASE WHEN 'product_size' = ANY(columns) THEN NULL ELSE product_size END,
    price_kopecks = CASE WHEN 'price_kopecks' = ANY(columns) THEN NULL ELSE price_kopecks END,
    price_currency = CASE WHEN 'price_currency' = ANY(columns) THEN NULL ELSE price_currency END
FROM (SELECT id AS chat_id, ARRAY(SELECT json_array_elements_text(columns)) AS columns
      FROM json_to_recordset(CAST(:rows AS json)) AS unreadable(id text, columns json)) AS unreadable
WHERE store_id = :store AND id = chat_id
  AND (('nm_id' = ANY(columns) AND nm_id IS NOT NULL) OR ('rid' = ANY(columns) AND rid IS NOT NULL)
       OR ('product_size' = ANY(columns) AND product_size IS NOT NULL)
       OR ('price_kopecks' = ANY(columns) AND price_kopecks IS NOT NULL)
       OR ('price_currency' = ANY(columns) AND price_currency IS NOT NULL))
"""


@dataclass(frozen=True)
class SavedList:
    """How much of WB's list could be compared: of its `entries`, `unchecked` could not.

    Of the chats that were `known` from lists before, `unlisted` are lacking for the first time.
    """

    entries: int
    unchecked: int
    known: int
    unlisted: int

    def unchecked_sentence(self) -> str | None:
        """Return why the list cannot be compared with what is stored, or None where it can."""
        if self.unchecked:
            return f"{self.unchecked} of {self.entries} entries of WB's chat list could not be compared"
        # More than half at once is WB's fault rather than the buyers'.
        if self.unlisted * 2 > self.known:
            return f"WB's chat list lacks {self.unlisted} of {self.known} chats at once; the next run looks again"
        return None


def save_list(database: Database, store_id: str, run_id: int, listed: Sequence[Any], fragments: int = 0) -> SavedList:
    """Store WB's list: new chats are added and changed ones updated.

    Chats that the lists of two runs lack are marked, never removed. `fragments` are entries that could not be read.
    """
    entries = read_list(listed, fragments)
    refused = _save_or_halve(database, store_id, entries.rows, time.monotonic() + HALVING_SECONDS)
    if entries.unreadable:
        rows = [{"id": chat_id, "columns": columns} for chat_id, columns in entries.unreadable.items()]
        database.run(CLEAR_UNREADABLE, store=store_id, rows=json_rows(rows))
    unchecked = entries.unchecked + refused
    known = _count_known(database, store_id)
    if unchecked or entries.entries >= LIST_CAP:
        return SavedList(entries.entries, unchecked, known, 0)
    return SavedList(entries.entries, 0, known, _note_unlisted(database, store_id, run_id, entries))


def _save_or_halve(database: Database, store_id: str, rows: list[dict[str, Any]], deadline: float) -> int:
    """Save rows of the list; return how many Postgres refused for what is in them."""
    if not rows:
        return 0
    try:
        with database.savepoint():
            database.run(SAVE_LISTED, store=store_id, rows=json_rows(rows))
            return 0
    except DatabaseRefusedError as refusal:
        if refusal.sqlstate[:2] not in DATA_ERRORS:
            raise
        if len(rows) == 1 or time.monotonic() > deadline:
            return len(rows)
    middle = len(rows) // 2
    return sum(_save_or_halve(database, store_id, half, deadline) for half in (rows[:middle], rows[middle:]))


def _count_known(database: Database, store_id: str) -> int:
    rows = database.rows(
        "SELECT count(*)::integer AS chats FROM chats "
        "WHERE store_id = :store AND raw IS NOT NULL AND missing_since IS NULL AND unlisted_by_run IS NULL",
        store=store_id,
    )
    return int(rows[0]["chats"])


def _note_unlisted(database: Database, store_id: str, run_id: int, entries: ReadList) -> int:
    listed = json_rows([row["id"] for row in entries.rows])
    rows = database.rows(NOTE_UNLISTED, store=store_id, run=run_id, listed=listed)
    return sum(row["is_first"] for row in rows)


def add_unknown_chats(database: Database, store_id: str, messages: list[dict[str, Any]]) -> None:
    """Make a row for each chat of these messages that has none, so that no message lacks its chat."""
    client_names: dict[str, str | None] = {}
    for message in messages:  # The seller's have no name of the client.
        client_names[message["chat_id"]] = client_names.get(message["chat_id"]) or message["client_name"]
    database.run(
        """
        INSERT INTO chats (store_id, id, client_name)
        SELECT :store, id, client_name FROM json_to_recordset(CAST(:rows AS json)) AS unknown(id text, client_name text)
        ON CONFLICT (store_id, id) DO NOTHING
        """,
        store=store_id,
        rows=json_rows([{"id": chat_id, "client_name": name} for chat_id, name in client_names.items()]),
    )
