"""The overview: messages a day, how long buyers wait for a first answer, who waits now, and tags over time."""

from typing import Any

from database.connection import Database
from reading.conditions import EACH_TURN, NEWEST_AT, ZONE
from reading.waiting import NEEDS_ANSWER

DAYS, WEEKS = 30, 12
NEWEST_CHATS = 2000  # of which the first answer is measured
MOST_ROWS = 2000


def count_messages_a_day(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return the messages of each of the last 30 days, by sender: client, seller, and all others as wb.

    WB's automatic messages in the seller's name are wb's.
    """
    return database.rows(
        f"""
        SELECT day::date AS day, coalesce(client, 0) AS client, coalesce(seller, 0) AS seller, coalesce(wb, 0) AS wb
        FROM generate_series((now() AT TIME ZONE '{ZONE}')::date - {DAYS - 1}, (now() AT TIME ZONE '{ZONE}')::date,
                             interval '1 day') AS day
        LEFT JOIN (
            SELECT (sent_at AT TIME ZONE '{ZONE}')::date AS sent_on,
                   count(*) FILTER (WHERE sender = 'client') AS client,
                   count(*) FILTER (WHERE sender = 'seller' AND automatic IS NOT TRUE) AS seller,
                   count(*) FILTER (WHERE sender IS NULL OR sender NOT IN ('client', 'seller') OR automatic) AS wb
            FROM chat_messages
            WHERE sent_at >= ((now() AT TIME ZONE '{ZONE}')::date - {DAYS - 1})::timestamp AT TIME ZONE '{ZONE}'
              AND (:store = '' OR store_id = :store)
            GROUP BY 1
        ) AS counted ON sent_on = day
        ORDER BY day LIMIT {DAYS}
        """,  # noqa: S608 - constants
        store=store_id,
    )


def measure_first_answers(database: Database, store_id: str) -> dict[str, Any]:
    """Return the seconds from a buyer's first message to the seller's own first answer: median and 90th percentile.

    Of the chats active within the last 30 days, at most the newest 2,000; WB's automatic messages are no answer.
    """
    return database.rows(
        f"""
        SELECT count(*) FILTER (WHERE buyer_messages > 0) AS chats, count(first_response_seconds) AS answered,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_seconds) AS median,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY first_response_seconds) AS most
        FROM (SELECT store_id, id FROM chats
              WHERE {NEWEST_AT} >= now() - interval '{DAYS} days'
                AND (:store = '' OR store_id = :store)
              ORDER BY {NEWEST_AT} DESC, store_id DESC, id DESC
              LIMIT {NEWEST_CHATS}) AS recent
        JOIN chat_overview ON chat_overview.store_id = recent.store_id AND chat_id = recent.id
        LIMIT 1
        """,  # noqa: S608 - constants
        store=store_id,
    )[0]


def count_waiting(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return how many chats wait for the seller, by how long ago their last message came: day, week, longer."""
    return database.rows(
        f"""
        SELECT CASE WHEN last_message_at > now() - interval '1 day' THEN 'day'
                    WHEN last_message_at > now() - interval '7 days' THEN 'week' ELSE 'longer' END AS age,
               count(*) AS chats
        FROM chats {EACH_TURN} WHERE {NEEDS_ANSWER} AND (:store = '' OR turns.store_id = :store)
        GROUP BY 1 LIMIT {MOST_ROWS}
        """,  # noqa: S608 - constants
        store=store_id,
    )


def count_tags_a_week(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return how many chats had their newest message in each of the last weeks, by their tag of today."""
    return database.rows(
        f"""
        SELECT date_trunc('week', last_message_at AT TIME ZONE '{ZONE}')::date AS week, tag, count(*) AS chats
        FROM chats
        WHERE {NEWEST_AT}
              >= date_trunc('week', now() AT TIME ZONE '{ZONE}') AT TIME ZONE '{ZONE}' - interval '{WEEKS - 1} weeks'
          AND tag IS NOT NULL AND (:store = '' OR store_id = :store)
        GROUP BY 1, 2 ORDER BY 1, 3 DESC LIMIT {MOST_ROWS}
        """,  # noqa: S608 - constants
        store=store_id,
    )
