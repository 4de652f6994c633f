"""Themes: what went wrong with which product, of a month and of the one before."""

from datetime import date
from typing import Any

from chatsync.taxonomy import NOTHING
from database.connection import Database

MOST_PRODUCTS = 100
MOST_CAUSES = 100

# Chats by product and cause, of the month that :month begins and of the one before.
COUNTED = """
    SELECT nm_id, max(product_title) AS product_title, cause,
           coalesce(sum(chats) FILTER (WHERE month = CAST(:month AS date)), 0)::integer AS chats,
           coalesce(sum(chats) FILTER (WHERE month < CAST(:month AS date)), 0)::integer AS chats_before
    FROM product_causes
    WHERE month IN (CAST(:month AS date), (CAST(:month AS date) - interval '1 month')::date)
      AND (:store = '' OR store_id = :store)
    GROUP BY nm_id, cause
"""
ORDER = f"coalesce(sum(chats) FILTER (WHERE cause <> '{NOTHING}'), 0) DESC, sum(chats) DESC, nm_id"


def read_months(database: Database) -> tuple[date, date] | None:
    """Return the first days of the first and the last month with a message; None where there is none."""
    first, last = database.rows(
        """
        SELECT (SELECT month FROM (SELECT moscow_month(last_message_at) AS month FROM chats) AS months
                WHERE month IS NOT NULL ORDER BY month LIMIT 1) AS first,
               (SELECT month FROM (SELECT moscow_month(last_message_at) AS month FROM chats) AS months
                WHERE month IS NOT NULL ORDER BY month DESC LIMIT 1) AS last
        LIMIT 1
        """
    )[0].values()
    return (first, last) if first else None


def count_product_causes(database: Database, month: date, store_id: str) -> list[dict[str, Any]]:
    """Return the month's products, first those with which something went wrong most often, each with its `causes`.

    At most MOST_PRODUCTS, of a store or, with an empty id, of all. `causes` are rows of a `cause` (None: not judged),
    its `chats`, and `chats_before`, those of the month before. `nm_id` is None for the chats that name no product.
    """
    database.run("SET LOCAL work_mem = '32MB'")  # what is counted of 200,000 chats fits in it
    return database.rows(themes_query(), month=month.isoformat(), store=store_id)


def themes_query() -> str:
    """Return the statement of count_product_causes. Public so that `make bench-viewer` can look at its plan."""
    return f"""
        WITH counted AS MATERIALIZED ({COUNTED}),
        shown AS MATERIALIZED (
            SELECT nm_id FROM counted GROUP BY nm_id HAVING sum(chats) > 0 ORDER BY {ORDER} LIMIT {MOST_PRODUCTS}
        )
        SELECT nm_id, max(product_title) AS product_title,
               jsonb_agg(jsonb_build_object('cause', cause, 'chats', chats, 'chats_before', chats_before)) AS causes
        FROM counted
        WHERE nm_id IN (SELECT nm_id FROM shown) OR nm_id IS NULL AND EXISTS (SELECT FROM shown WHERE nm_id IS NULL)
        GROUP BY nm_id ORDER BY {ORDER} LIMIT {MOST_PRODUCTS}
    """  # noqa: S608 - constants


def count_causes(database: Database, month: date, store_id: str) -> list[dict[str, Any]]:
    """Return the rows of `causes` over all products of the month, of a store or, with an empty id, of all."""
    return database.rows(
        f"""
        SELECT cause, sum(chats) AS chats, sum(chats_before) AS chats_before
        FROM ({COUNTED}) AS counted GROUP BY cause ORDER BY cause LIMIT {MOST_CAUSES}
        """,  # noqa: S608 - constants
        month=month.isoformat(),
        store=store_id,
    )
