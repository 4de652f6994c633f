"""The overview: messages, chats and waiting chats of a period and of the one before, of stores and of tags.

Each takes a store's id, or an empty one for all stores. Chats belong to the period of their last message, as in the
lists, so that each number leads to its chats.
"""

from typing import Any

from chatsync.taxonomy import NOTHING
from database.connection import Database
from reading.conditions import NEWEST_AT
from reading.periods import Period, in_both, in_current, period_values
from reading.stores import MOST_STORES
from reading.waiting import GROUPS, LATELY, OPEN, THANKS

STEPS = ("day", "week", "month")
MOST_STEPS = 2000
MOST_ROWS = 5000
AGES = ("under_5", "under_7", "under_10", "over_10")  # days; the bounds of chat_urgency


def count_messages(database: Database, period: Period, store_id: str, step: str) -> list[dict[str, Any]]:
    """Return the messages of each of the STEPS of a period that has some, by who wrote them, in order."""
    return database.rows(
        f"""
        SELECT greatest(date_trunc(:step, CAST(day AS timestamp))::date, CAST(:first AS date)) AS begins_on,
               sum(buyers)::integer AS buyers, sum(people)::integer AS people, sum(programs)::integer AS programs,
               sum(wb)::integer AS wb
        FROM message_days WHERE day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
          AND (:store = '' OR store_id = :store)
        GROUP BY 1 ORDER BY 1 LIMIT {MOST_STEPS}
        """,  # noqa: S608 - a constant
        step=step,
        first=period.first,
        last=period.last,
        store=store_id,
    )


def count_messages_of_stores(database: Database, period: Period, store_id: str) -> list[dict[str, Any]]:
    """Return the `messages` of each store in the period, and `messages_before`."""
    return database.rows(
        f"""
        SELECT store_id,
               coalesce(sum(buyers + people + programs + wb) FILTER (WHERE day >= CAST(:first AS date)), 0)::integer
                   AS messages,
               coalesce(sum(buyers + people + programs + wb) FILTER (WHERE day < CAST(:first AS date)), 0)::integer
                   AS messages_before
        FROM message_days WHERE day >= CAST(:before AS date) AND day < CAST(:behind AS date)
          AND (:store = '' OR store_id = :store)
        GROUP BY store_id LIMIT {MOST_STORES}
        """,  # noqa: S608 - a constant
        store=store_id,
        **period_values(period),
    )


def count_chats(database: Database, period: Period, store_id: str) -> list[dict[str, Any]]:
    """Return the `chats` of each store and of each tag (`of`: store or tag), in the period (`current`) and before it.

    With how many of them were `judged`, and with how many of these something went `wrong`.
    """
    sql, values = chats_query(period, store_id)
    return database.rows(sql, **values)


def chats_query(period: Period, store_id: str) -> tuple[str, dict[str, Any]]:
    """Return the statement of count_chats and its values. Public so that `make bench-viewer` can look at its plan."""
    sql = f"""
        SELECT CASE WHEN grouping(tag) = 1 THEN 'store' ELSE 'tag' END AS of, store_id, tag, current,
               count(*) AS chats, count(cause) AS judged, count(*) FILTER (WHERE cause <> '{NOTHING}') AS wrong
        FROM (SELECT store_id, tag, cause, {in_current(NEWEST_AT)} AS current FROM chats
              WHERE {in_both(NEWEST_AT)} AND (:store = '' OR store_id = :store)) AS said
        GROUP BY GROUPING SETS ((current, store_id), (current, tag)) LIMIT {MOST_ROWS}
    """  # noqa: S608 - constants
    return sql, {"store": store_id, **period_values(period)}


def count_waiting_ages(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return how many chats of each store wait now: by AGES those that need an answer, and apart `thanks`, `silent`."""
    return database.rows(
        f"""
        SELECT store_id, waiting - coalesce(lately, 0) AS silent, coalesce(thanks, 0) AS thanks,
               {", ".join(f"coalesce({age}, 0) AS {age}" for age in AGES)}
        FROM (SELECT store_id, count(*) AS waiting FROM chat_turns
              WHERE waiting_since IS NOT NULL AND (:store = '' OR store_id = :store) GROUP BY store_id) AS known
        LEFT JOIN (
            SELECT turns.store_id, count(*) AS lately, count(*) FILTER (WHERE {GROUPS[THANKS]}) AS thanks,
                   {_count_open("> now() - interval '5 days'")} AS under_5,
                   {_count_open("<= now() - interval '5 days'", "> now() - interval '7 days'")} AS under_7,
                   {_count_open("<= now() - interval '7 days'", "> now() - interval '10 days'")} AS under_10,
                   {_count_open("<= now() - interval '10 days'")} AS over_10
            FROM {LATELY} AND (:store = '' OR turns.store_id = :store) GROUP BY turns.store_id
        ) AS counted USING (store_id)
        LIMIT {MOST_STORES}
        """,  # noqa: S608 - constants
        store=store_id,
    )


def _count_open(*since: str) -> str:
    bounds = "".join(f" AND turns.waiting_since {bound}" for bound in since)
    return f"count(*) FILTER (WHERE {GROUPS[OPEN]}{bounds})"
