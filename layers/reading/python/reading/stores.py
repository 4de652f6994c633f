"""Stores at a glance: how the last run ended, what the token and the data are, and what is waited for."""

from typing import Any

from database.connection import Database
from reading.conditions import EACH_TURN
from reading.runs import IS_DEAD, WAITS_UNTIL
from reading.waiting import NEEDS_ANSWER

MOST_STORES, MOST_TAGS, MOST_CAUSES = 1000, 100, 100


def list_stores(database: Database, most: int) -> list[dict[str, Any]]:
    """Return at most this number of the stores by name, with their last run (run_* is None before the first)."""
    return database.rows(
        f"""
        SELECT stores.id, name, active, token_type, token_expires_at, events_cursor, last_success_at, total_chats,
               chat_tag_counts, now() AS read_at, coalesce(messages, 0) AS messages, coalesce(waiting, 0) AS waiting,
               run.id AS run_id, run.status AS run_status, run.gaps, run.quarantined, run.error_type,
               run.error_message, run.labels_stopped, {IS_DEAD} AS run_is_dead, {WAITS_UNTIL} AS waits_until,
               (SELECT count(*) FROM problems WHERE store_id = stores.id AND closed_at IS NULL) AS problems
        FROM stores
        LEFT JOIN LATERAL (
            SELECT sum(messages_total)::bigint AS messages FROM chats WHERE store_id = stores.id
        ) AS counted ON true
        LEFT JOIN (
            SELECT turns.store_id, count(*) AS waiting FROM chats {EACH_TURN} WHERE {NEEDS_ANSWER}
            GROUP BY turns.store_id
        ) AS unanswered ON unanswered.store_id = stores.id
        LEFT JOIN LATERAL (SELECT * FROM sync_logs WHERE store_id = stores.id ORDER BY id DESC LIMIT 1) AS run ON true
        ORDER BY name, stores.id LIMIT :most
        """,  # noqa: S608 - constants
        most=most,
    )


def count_stores(database: Database) -> int:
    """Return how many stores there are."""
    count: int = database.rows("SELECT count(*)::integer AS stores FROM stores")[0]["stores"]
    return count


def name_stores(database: Database) -> list[dict[str, Any]]:
    """Return the stores' ids and names, by name."""
    return database.rows(f"SELECT id, name FROM stores ORDER BY name, id LIMIT {MOST_STORES}")  # noqa: S608


def name_tags(database: Database) -> list[str]:
    """Return the tags that chats have."""
    rows = database.rows(
        f"""
        SELECT DISTINCT tag FROM stores CROSS JOIN LATERAL jsonb_object_keys(chat_tag_counts) AS tag
        ORDER BY tag LIMIT {MOST_TAGS}
        """  # noqa: S608 - a constant
    )
    return [row["tag"] for row in rows]


def name_causes(database: Database) -> list[str]:
    """Return the causes that chats have."""
    rows = database.rows(
        f"""
        SELECT DISTINCT cause FROM stores CROSS JOIN LATERAL jsonb_object_keys(chat_cause_counts) AS cause
        ORDER BY cause LIMIT {MOST_CAUSES}
        """  # noqa: S608 - a constant
    )
    return [row["cause"] for row in rows]
