"""Lists of chats, newest message, most urgent or longest waiting first: filtered and searched, a part at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.connection import Database
from reading.conditions import EACH_MARK, EACH_TURN, HAS_ATTACHMENTS, NEWEST_AT
from reading.filter_conditions import Condition, filter_conditions
from reading.filters import ChatFilters
from reading.search import HAS_TITLE, HAS_WORDS, MARKED, OWN_TEXT, QUERY, Search, read_product, understand_words

CHATS_A_LIST = 50
ORDER = f"{NEWEST_AT} DESC, chats.store_id DESC, chats.id DESC"
LONGEST_FIRST = "turns.waiting_since, chats.store_id, chats.id"

# Words in a chat's messages, its buyer's name or a product's title; and the chats of a product's or an order's number.
# A chat is about one product, its messages may be about others.
FOUND = f"""
    found AS MATERIALIZED (
        SELECT store_id, chat_id AS id FROM chat_messages WHERE {HAS_WORDS}
        UNION SELECT store_id, chat_id FROM chat_messages WHERE {HAS_TITLE}
        UNION SELECT store_id, chat_id FROM chat_messages WHERE nm_id = CAST(:product AS bigint)
        UNION SELECT store_id, chat_id FROM chat_messages WHERE rid = :exact
        UNION SELECT store_id, id FROM chats WHERE search_words(client_name) @@ {QUERY}
        UNION SELECT store_id, id FROM chats WHERE {HAS_TITLE}
        UNION SELECT store_id, id FROM chats WHERE nm_id = CAST(:product AS bigint)
        UNION SELECT store_id, id FROM chats WHERE rid = :exact
    )
"""  # noqa: S608 - constants
# Each by its key: the planner takes the beginning of a word for a frequent word, and would read all chats.
EACH_FOUND = """
    CROSS JOIN LATERAL (
        SELECT * FROM chats AS one WHERE one.store_id = found.store_id AND one.id = found.id LIMIT 1
    ) AS chats
"""
# LIMIT keeps the planner from turning this into a join over everything that was found.
EACH_SEARCHED = f"""
    CROSS JOIN LATERAL (
        SELECT 1 WHERE search_words(chats.client_name) @@ {QUERY} OR search_words(chats.product_title) @@ {QUERY}
        UNION ALL SELECT 1 FROM chat_messages
                  WHERE chat_id = chats.id AND store_id = chats.store_id AND (({HAS_WORDS}) OR {HAS_TITLE})
        LIMIT 1
    ) AS found
"""  # noqa: S608 - constants
FOUND_MESSAGE = f"""
    LEFT JOIN LATERAL (
        SELECT {OWN_TEXT} AS found_text, {MARKED} AS found_marked
        FROM chat_messages WHERE chat_id = chats.id AND store_id = chats.store_id AND {HAS_WORDS}
        ORDER BY sent_at DESC, id DESC LIMIT 1
    ) AS found ON true
"""  # noqa: S608 - constants
# Few chats are urgent at all, and none that has been silent for 30 days: they are computed first, and then looked up.
URGENT = "urgent AS MATERIALIZED (SELECT * FROM chat_urgency WHERE urgency > 0)"
EACH_URGENT = "JOIN urgent ON urgent.store_id = chats.store_id AND urgent.chat_id = chats.id"
AFTER = f"({NEWEST_AT}, chats.store_id, chats.id) < (CAST(:at AS timestamptz), :after_store, :after_id)"
AFTER_WAITING = f"({LONGEST_FIRST}) > (CAST(:at AS timestamptz), :after_store, :after_id)"
AFTER_URGENT = f"""
    (urgent.urgency, {NEWEST_AT}, chats.store_id, chats.id)
    < (CAST(:urgency AS integer), CAST(:at AS timestamptz), :after_store, :after_id)
"""
COLUMNS = """
    chats.store_id, chats.id, chats.client_name, chats.nm_id, chats.product_title, chats.product_size,
    chats.messages_total,
    chats.last_message_text, chats.last_message_sender, chats.last_message_at, chats.missing_since, chats.tag,
    chats.cause, chats.tag_source
"""


@dataclass(frozen=True)
class ChatList:
    """One part of the list, and the chat `behind` it, if any. `search` is None where nothing was searched for."""

    chats: list[dict[str, Any]]
    behind: dict[str, Any] | None
    search: Search | None


def list_chats(database: Database, filters: ChatFilters) -> ChatList:
    """Return the part of the list that the filters name, each chat with its last words and who waits for whom."""
    search = understand_words(database, filters.words) if filters.words else None
    if search and not search.usable:
        return ChatList([], None, search)
    sql, parameters = list_query(filters, search)
    rows = database.rows(sql, **parameters)
    chats = rows[:CHATS_A_LIST]
    for chat, details in zip(chats, _details(database, chats, filters.words), strict=True):
        chat.update(details)
    return ChatList(chats, rows[CHATS_A_LIST] if len(rows) > CHATS_A_LIST else None, search)


def list_query(filters: ChatFilters, search: Search | None) -> tuple[str, dict[str, Any]]:
    """Return the statement of a list and its values, for one row more than is shown.

    Public so that `make bench-viewer` can look at its plan.
    """
    found = matching_chats(filters, [*filter_conditions(filters), *_place(filters)], search)
    order = LONGEST_FIRST if filters.longest_first else ORDER
    if filters.urgent:
        order = f"urgent.urgency DESC, {ORDER}"
    sql = f"{found.before} SELECT {COLUMNS} {found.rows} ORDER BY {order} LIMIT {CHATS_A_LIST + 1}"
    return sql, found.values


@dataclass(frozen=True)
class MatchingChats:
    """What a statement selects from: what is computed `before` its SELECT, FROM and WHERE (`rows`), their values."""

    before: str
    rows: str
    values: dict[str, Any]


def matching_chats(
    filters: ChatFilters, conditions: Sequence[Condition], search: Search | None, turns: bool = False
) -> MatchingChats:
    """Return the chats that fit these conditions and the words; with their `turns` where a filter needs them."""
    before, source = [], "chats"
    values: dict[str, Any] = {}
    if search:
        values["words"] = filters.words
        source = f"chats {EACH_SEARCHED}"
    if search and search.rare:
        before, source = [FOUND], f"found {EACH_FOUND}"
        values |= {"product": read_product(filters.words), "exact": filters.words}
    if filters.by_turn:
        source = f"{source} {EACH_TURN}"
    elif turns or filters.answered:
        source = f"{source} LEFT {EACH_TURN}"
    if filters.urgent:
        before, source = [*before, URGENT], f"{source} {EACH_URGENT}"
    for condition in conditions:
        values |= condition.values
    where = " AND ".join(condition.sql for condition in conditions) or "true"
    computed = f"WITH {', '.join(before)}" if before else ""
    return MatchingChats(computed, f"FROM {source} WHERE {where}", values)


def newest_chats(database: Database, most: int) -> list[dict[str, Any]]:
    """Return the chats whose messages are the newest, each with its store's name."""
    return database.rows(
        """
        SELECT chats.id, client_name, stores.name AS store_name, last_message_at
        FROM chats JOIN stores ON stores.id = store_id WHERE last_message_at IS NOT NULL
        ORDER BY last_message_at DESC, chats.id LIMIT :most
        """,
        most=most,
    )


def _place(filters: ChatFilters) -> list[Condition]:
    """Return the condition of going on behind a chat."""
    if not filters.after:
        return []
    key = filters.after
    place = {"at": key.at, "after_store": key.store_id, "after_id": key.chat_id}
    if filters.urgent:
        return [Condition(AFTER_URGENT, place | {"urgency": key.urgency})]
    return [Condition(AFTER_WAITING if filters.longest_first else AFTER, place)]


def _details(database: Database, chats: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """Return, for each chat of a list, who waits for whom, whether it has attachments, and where words were found."""
    if not chats:
        return []
    return database.rows(
        f"""
        SELECT overview.last_writer, turns.waiting_since, turns.waiting_since + interval '10 days' AS answer_by,
               urgency, turns.threat, (SELECT reason FROM {EACH_MARK} LIMIT 1) AS needs_no_answer, now() AS read_at,
               {HAS_ATTACHMENTS} AS has_attachments,
               {"found_text, found_marked" if words else "NULL AS found_text"}
        FROM unnest(CAST(:stores AS text[]), CAST(:ids AS text[])) WITH ORDINALITY AS chats (store_id, id, place)
        JOIN chat_overview AS overview ON overview.store_id = chats.store_id AND overview.chat_id = chats.id
        LEFT {EACH_TURN}
        LEFT JOIN chat_urgency AS urgent ON urgent.store_id = chats.store_id AND urgent.chat_id = chats.id
        {FOUND_MESSAGE if words else ""}
        ORDER BY place LIMIT {CHATS_A_LIST}
        """,  # noqa: S608 - constants
        stores=[chat["store_id"] for chat in chats],
        ids=[chat["id"] for chat in chats],
        **({"words": words} if words else {}),
    )
