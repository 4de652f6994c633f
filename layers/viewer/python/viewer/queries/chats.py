"""The list of chats: filtered, searched, newest message first, a page at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from database.connection import Database
from viewer.filters import ChatFilters
from viewer.paging import ROWS_A_PAGE, cut
from viewer.queries.search import MARKED, QUERY, Search, understand

PLACE = "coalesce(chats.last_message_at, '-infinity')"
ORDER = f"{PLACE} DESC, chats.store_id DESC, chats.id DESC"
# Days are of Moscow, as on the pages: the sellers' portal shows them so.
ZONE = "Europe/Moscow"
DIGITS_OF_A_PRODUCT = 19
MOST_STORES, MOST_TAGS = 1000, 100

# Words in a chat's messages or its buyer's name; and the chats of a product's or an order's number.
FOUND = f"""
    found AS MATERIALIZED (
        SELECT store_id, chat_id AS id FROM chat_messages WHERE search_words(text) @@ {QUERY}
        UNION SELECT store_id, id FROM chats WHERE search_words(client_name) @@ {QUERY}
        UNION SELECT store_id, id FROM chats WHERE nm_id = CAST(:product AS bigint)
        UNION SELECT store_id, id FROM chats WHERE rid = :exact
    )
"""  # noqa: S608 - constants
# LIMIT keeps the planner from turning this into a join over everything that was found.
EACH_ASKED = f"""
    CROSS JOIN LATERAL (
        SELECT 1 WHERE search_words(chats.client_name) @@ {QUERY}
        UNION ALL SELECT 1 FROM chat_messages
                  WHERE chat_id = chats.id AND store_id = chats.store_id AND search_words(text) @@ {QUERY}
        LIMIT 1
    ) AS found
"""  # noqa: S608 - constants
# The first condition is the index's. A buyer's own last word always waits; after WB's, the messages are looked at.
IS_WAITING = """
    (chats.last_message_sender IS DISTINCT FROM 'seller'
     OR is_automatic(chats.last_message_sender, chats.last_message_text))
    AND (chats.last_message_sender = 'client'
         OR EXISTS (SELECT FROM chat_overview AS turns WHERE turns.store_id = chats.store_id
                    AND turns.chat_id = chats.id AND waiting_since IS NOT NULL))
"""
CONDITIONS = {
    "store": "chats.store_id = :store",
    "tag": "chats.tag = :tag",
    "waiting": IS_WAITING,
    "files": "EXISTS (SELECT FROM chat_messages WHERE chat_id = chats.id AND store_id = chats.store_id "
    "AND attachments <> '[]')",
    "from": f"{PLACE} >= CAST(:first AS timestamp) AT TIME ZONE '{ZONE}'",
    "to": f"{PLACE} < CAST(:behind AS timestamp) AT TIME ZONE '{ZONE}'",
    "after": f"({PLACE}, chats.store_id, chats.id) < (CAST(:at AS timestamptz), :after_store, :after_id)",
}
COLUMNS = """
    chats.store_id, chats.id, chats.client_name, chats.nm_id, chats.product_size, chats.messages_total,
    chats.last_message_text, chats.last_message_sender, chats.last_message_at, chats.missing_since, chats.tag,
    chats.tag_source
"""


@dataclass(frozen=True)
class ChatPage:
    """One page of the list. `search` is None where nothing was searched for."""

    chats: list[dict[str, Any]]
    more: bool
    search: Search | None


def page(database: Database, asked: ChatFilters) -> ChatPage:
    """Return the page that was asked for, each chat with what its last words and its waiting are."""
    search = understand(database, asked.words) if asked.words else None
    if search and not search.usable:
        return ChatPage([], False, search)
    sql, parameters = list_query(asked, search)
    chats, more = cut(database.rows(sql, **parameters))
    for chat, more_of_it in zip(chats, _details(database, chats, asked.words), strict=True):
        chat.update(more_of_it)
    return ChatPage(chats, more, search)


def list_query(asked: ChatFilters, search: Search | None) -> tuple[str, dict[str, Any]]:
    """Return the statement of a page and its values, for one row more than a page has."""
    values = _values(asked)
    where = " AND ".join(CONDITIONS[name] for name in values) or "true"
    parameters = {key: value for named in values.values() for key, value in named.items()}
    source, before = "chats", ""
    if search:
        parameters["words"] = asked.words
        if search.rare:
            before, source = f"WITH {FOUND}", "found JOIN chats USING (store_id, id)"
            parameters |= {"product": _product(asked.words), "exact": asked.words}
        else:
            source = f"chats {EACH_ASKED}"
    sql = f"{before} SELECT {COLUMNS} FROM {source} WHERE {where} ORDER BY {ORDER} LIMIT {ROWS_A_PAGE + 1}"  # noqa: S608 - constants
    return sql, parameters


def _values(asked: ChatFilters) -> dict[str, dict[str, Any]]:
    """Return the values of each condition that is asked for."""
    values: dict[str, dict[str, Any]] = {}
    if asked.store_id:
        values["store"] = {"store": asked.store_id}
    if asked.tag:
        values["tag"] = {"tag": asked.tag}
    if asked.waiting:
        values["waiting"] = {}
    if asked.with_attachments:
        values["files"] = {}
    if asked.first_day:
        values["from"] = {"first": asked.first_day}
    if asked.last_day and asked.last_day < date.max:
        values["to"] = {"behind": asked.last_day + timedelta(days=1)}
    if asked.after:
        key = asked.after
        values["after"] = {"at": key.at, "after_store": key.store_id, "after_id": key.chat_id}
    return values


def _product(words: str) -> int | None:
    digits = words.isascii() and words.isdecimal() and len(words) < DIGITS_OF_A_PRODUCT
    return int(words) if digits else None


def _details(database: Database, chats: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """Return, for each chat of a page, who waits for whom, whether it has attachments, and where words were found."""
    if not chats:
        return []
    found = f"""
        LEFT JOIN LATERAL (
            SELECT text AS found_text, {MARKED} AS found_marked
            FROM chat_messages WHERE chat_id = asked.id AND store_id = asked.store_id AND search_words(text) @@ {QUERY}
            ORDER BY sent_at DESC, id DESC LIMIT 1
        ) AS found ON true
    """  # noqa: S608 - constants
    return database.rows(
        f"""
        SELECT last_writer, waiting_since, has_attachments,
               {"found_text, found_marked" if words else "NULL AS found_text"}
        FROM unnest(CAST(:stores AS text[]), CAST(:ids AS text[])) WITH ORDINALITY AS asked (store_id, id, place)
        JOIN chat_overview ON chat_overview.store_id = asked.store_id AND chat_id = asked.id
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM chat_messages WHERE chat_id = asked.id AND store_id = asked.store_id
                           AND attachments <> '[]') AS has_attachments
        ) AS files
        {found if words else ""}
        ORDER BY place LIMIT {ROWS_A_PAGE}
        """,  # noqa: S608 - constants
        stores=[chat["store_id"] for chat in chats],
        ids=[chat["id"] for chat in chats],
        **({"words": words} if words else {}),
    )


def choices(database: Database) -> dict[str, list[Any]]:
    """Return the stores and tags there are, for the filters."""
    stores = database.rows(f"SELECT id, name FROM stores ORDER BY name, id LIMIT {MOST_STORES}")  # noqa: S608
    tags = database.rows(
        f"""
        SELECT DISTINCT tag FROM stores CROSS JOIN LATERAL jsonb_object_keys(chat_tag_counts) AS tag
        ORDER BY tag LIMIT {MOST_TAGS}
        """  # noqa: S608 - a constant
    )
    return {"stores": stores, "tags": [row["tag"] for row in tags]}
