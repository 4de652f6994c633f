"""Which chats wait for the seller: those that need an answer, and apart from them those that hardly do."""

from collections.abc import Sequence
from typing import Any

from database.connection import Database
from reading.conditions import EACH_MARK, EACH_TURN, NEWEST_AT

# The same bound as of chat_urgency (migrations/0013_turns.sql): later, nobody reads an answer.
IS_SILENT = f"{NEWEST_AT} <= now() - interval '30 days'"
NEEDS_HARDLY = "coalesce(chats.tag, '') IN ('thanks', 'spam') AND turns.threat IS NULL"
WAITS = "turns.waiting_since IS NOT NULL"
NEEDS_ANSWER = f"{WAITS} AND NOT {IS_SILENT} AND NOT ({NEEDS_HARDLY})"

OF_STORES = "cardinality(CAST(:stores AS text[])) = 0 OR {column} = ANY(CAST(:stores AS text[]))"

OPEN, THANKS, SILENT, MARKED = "1", "thanks", "silent", "marked"
# On rows of `chats`, joined with `turns` by EACH_TURN; the last one without.
GROUPS = {
    OPEN: NEEDS_ANSWER,
    THANKS: f"{WAITS} AND NOT {IS_SILENT} AND {NEEDS_HARDLY}",
    SILENT: f"{WAITS} AND {IS_SILENT}",
    MARKED: f"EXISTS (SELECT FROM {EACH_MARK})",
}
# Few of those that wait have had a message lately: only these chats are looked up, the rest are silent.
LATELY = f"chats {EACH_TURN} WHERE {WAITS} AND NOT {IS_SILENT}"


def count_waiting(database: Database, stores: Sequence[str] = ()) -> dict[str, Any]:
    """Return the number of chats of each of GROUPS, and how many of OPEN are `overdue`, of some stores or of all."""
    return database.rows(
        f"""
        SELECT count(*) FILTER (WHERE {GROUPS[OPEN]}) AS "{OPEN}", count(*) FILTER (WHERE {GROUPS[THANKS]}) AS thanks,
               (SELECT count(*) FROM chat_turns
                WHERE waiting_since IS NOT NULL AND ({OF_STORES.format(column="store_id")})) - count(*) AS silent,
               count(*) FILTER (WHERE {GROUPS[OPEN]} AND turns.waiting_since <= now() - interval '10 days') AS overdue,
               (SELECT count(*) FROM no_answer_marks
                WHERE ended_at IS NULL AND ({OF_STORES.format(column="store_id")})) AS marked
        FROM {LATELY} AND ({OF_STORES.format(column="turns.store_id")}) LIMIT 1
        """,  # noqa: S608 - constants
        stores=list(stores),
    )[0]
