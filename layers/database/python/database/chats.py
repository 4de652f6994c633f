"""The table `chats`: what WB's list says of a chat, and what its stored messages say."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatsync.errors import ChatUnknownError, DatabaseRefusedError
from database.connection import DATA_ERRORS, HALVING_SECONDS, Database
from database.json_rows import json_rows
from database.wb_cards import CARD, CARD_COLUMNS, CARD_TYPES, Card, fill_card
from database.wb_chats import ReadList, read_list

# WB's list may be capped at 5000 chats (seen, not documented): a list as long as that proves nothing about the rest.
LIST_CAP = 5000

# What the list says of the product wins over what messages said; what it does not say stays, unless it now names
# another product: a known order of that one would be no fact.
LISTED_CARD = ", ".join(
    f"{column} = CASE WHEN excluded.nm_id <> known.nm_id THEN excluded.{column}"
    f" ELSE coalesce(excluded.{column}, known.{column}) END"
    for column in CARD
)
SAVE_LISTED = f"""
INSERT INTO chats AS known (store_id, id, client_name, {CARD_COLUMNS}, listed_message_text, listed_message_at, raw)
SELECT :store, id, client_name, {CARD_COLUMNS}, listed_message_text, listed_message_at, raw::json
FROM json_to_recordset(CAST(:rows AS json)) AS listed(
    id text, client_name text, {CARD_TYPES}, listed_message_text text, listed_message_at timestamptz, raw text)
ON CONFLICT (store_id, id) DO UPDATE
SET client_name = coalesce(excluded.client_name, known.client_name),
    {LISTED_CARD},
    listed_message_text = excluded.listed_message_text,
    listed_message_at = excluded.listed_message_at,
    missing_since = NULL, unlisted_by_run = NULL,
    raw = excluded.raw
WHERE known.raw::text IS DISTINCT FROM excluded.raw::text
   OR known.missing_since IS NOT NULL OR known.unlisted_by_run IS NOT NULL
"""  # noqa: S608 - constants
# A chat's messages make its row where the list does not show it, and say of its product what the list does not.
SPOKEN_OF = f"json_to_recordset(CAST(:chats AS json)) AS spoken_of(id text, client_name text, {CARD_TYPES})"
IS_SAME_CARD = "(known.nm_id <> excluded.nm_id OR known.rid <> excluded.rid) IS NOT TRUE"
FILLED_CARD = ", ".join(
    f"{column} = CASE WHEN {IS_SAME_CARD} THEN coalesce(known.{column}, excluded.{column}) ELSE known.{column} END"
    for column in CARD
)
LACKS_CARD = f"""{IS_SAME_CARD}
  AND ({" OR ".join(f"(known.{column} IS NULL AND excluded.{column} IS NOT NULL)" for column in CARD)})
"""
SAVE_SPOKEN_OF = f"""
INSERT INTO chats AS known (store_id, id, client_name, {CARD_COLUMNS})
SELECT :store, id, client_name, {CARD_COLUMNS} FROM {SPOKEN_OF}
ON CONFLICT (store_id, id) DO UPDATE SET {FILLED_CARD} WHERE {LACKS_CARD}
"""  # noqa: S608 - constants
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
CLEAR_UNREADABLE = f"""
UPDATE chats
SET {", ".join(f"{column} = CASE WHEN '{column}' = ANY(columns) THEN NULL ELSE {column} END" for column in CARD)}
FROM (SELECT id AS chat_id, ARRAY(SELECT json_array_elements_text(columns)) AS columns
      FROM json_to_recordset(CAST(:rows AS json)) AS unreadable(id text, columns json)) AS unreadable
WHERE store_id = :store AND id = chat_id
  AND ({" OR ".join(f"('{column}' = ANY(columns) AND {column} IS NOT NULL)" for column in CARD)})
"""  # noqa: S608 - constants


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


def save_spoken_of(database: Database, store_id: str, messages: Sequence[Mapping[str, Any]]) -> None:
    """Make a row for each chat of these messages that has none, and fill in what they say of its product and order."""
    database.run(SAVE_SPOKEN_OF, store=store_id, chats=json_rows(spoken_of_rows(messages)))


def spoken_of_rows(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of SPOKEN_OF: each chat of these messages, its buyer's name, and what they say of its product.

    Of two products in one chat, the one named first is the chat's; each stays on its messages.
    """
    names: dict[str, str | None] = {}
    cards: dict[str, Card] = {}
    for message in messages:  # The seller's have no name of the client, and few have a card.
        chat_id = message["chat_id"]
        names[chat_id] = names.get(chat_id) or message.get("client_name")
        if card := {column: message[column] for column in CARD if column in message}:
            cards[chat_id] = fill_card(cards.get(chat_id, {}), card)
    return [{"id": chat_id, "client_name": name, **cards.get(chat_id, {})} for chat_id, name in names.items()]


def unknown_chat(store_id: str, chat_id: str) -> ChatUnknownError:
    """Return the error that a store has no such chat."""
    return ChatUnknownError(f"The store {store_id} has no chat {chat_id}. Is the id whole, and the store synced?")
