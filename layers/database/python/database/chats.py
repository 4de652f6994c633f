"""The table `chats`: what WB's list says of a chat, and what its stored messages say."""

from typing import Any

from database.connection import Database
from database.json_rows import json_rows
from database.wb_chats import chat_rows

# WB's list may be capped at 5000 chats (seen, not documented): a list as long as that proves nothing about the rest.
LIST_CAP = 5000


def save_list(database: Database, store_id: str, listed: list[Any]) -> None:
    """Store WB's list: new chats are added, changed ones updated, chats gone from it marked (never removed)."""
    rows = chat_rows(listed)
    database.run(
        """
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
            missing_since = NULL,
            raw = excluded.raw
        WHERE known.raw::text IS DISTINCT FROM excluded.raw::text OR known.missing_since IS NOT NULL
        """,
        store=store_id,
        rows=json_rows(rows),
    )
    if len(listed) < LIST_CAP:
        _mark_missing(database, store_id, [row["id"] for row in rows])


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


def _mark_missing(database: Database, store_id: str, listed: list[str]) -> None:
    """Mark the chats that the list showed before (these have its `raw`) and does not now."""
    database.run(
        """
        UPDATE chats SET missing_since = now()
        WHERE store_id = :store AND missing_since IS NULL AND raw IS NOT NULL
          AND id NOT IN (SELECT json_array_elements_text(CAST(:listed AS json)))
        """,
        store=store_id,
        listed=json_rows(listed),
    )
