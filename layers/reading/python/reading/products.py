"""Products compared: of those with the most chats in a period, the chats, who waits, and how fast answers came."""

from typing import Any

from chatsync.taxonomy import NOTHING
from database.connection import Database
from reading.conditions import EACH_TURN, NEWEST_AT
from reading.first_answers import ASKED, MEASURED
from reading.periods import Period, in_both, in_current, period_values
from reading.waiting import NEEDS_ANSWER

MOST_PRODUCTS = 20
EACH = ("chats", "judged", "wrong")
COUNTS = {"chats": "count(*)", "judged": "count(cause)", "wrong": f"count(*) FILTER (WHERE cause <> '{NOTHING}')"}


def compare_products(database: Database, period: Period, store_id: str) -> list[dict[str, Any]]:
    """Return the MOST_PRODUCTS products with the most chats in the period, of a store or, with an empty id, of all.

    With `chats`, `judged` and `wrong` as count_chats has them, each also `_before`; `messages` of the period's chats;
    how many chats are `waiting` now; and the first answers in the period, as measure_first_answers has them.
    """
    sql, values = products_query(period, store_id)
    products = database.rows(sql, **values)
    numbers = [product["nm_id"] for product in products]
    waiting = {row["nm_id"]: row["waiting"] for row in _count_waiting(database, numbers, store_id)}
    answers = {row["nm_id"]: row for row in _measure_answers(database, numbers, period, store_id)}
    nobody = {"person_answered": 0, "person": None, "program_answered": 0, "program": None}
    return [
        product | nobody | answers.get(product["nm_id"], {}) | {"waiting": waiting.get(product["nm_id"], 0)}
        for product in products
    ]


def products_query(period: Period, store_id: str) -> tuple[str, dict[str, Any]]:
    """Return the first statement of compare_products and its values. Public for `make bench-viewer`."""
    counted = ", ".join(
        f"{_of(COUNTS[name], 'current')} AS {name}, {_of(COUNTS[name], 'NOT current')} AS {name}_before"
        for name in EACH
    )
    sql = f"""
        SELECT nm_id, max(product_title) AS product_title, {counted},
               coalesce(sum(messages_total) FILTER (WHERE current), 0)::integer AS messages
        FROM (SELECT nm_id, product_title, cause, messages_total, {in_current(NEWEST_AT)} AS current FROM chats
              WHERE {in_both(NEWEST_AT)} AND nm_id IS NOT NULL AND (:store = '' OR store_id = :store)) AS said
        GROUP BY nm_id HAVING count(*) FILTER (WHERE current) > 0 ORDER BY chats DESC, nm_id LIMIT {MOST_PRODUCTS}
    """  # noqa: S608 - constants
    return sql, {"store": store_id, **period_values(period)}


def _of(count: str, condition: str) -> str:
    """Return a count of the rows with one more condition."""
    return count[:-1] + f" AND {condition})" if "FILTER" in count else f"{count} FILTER (WHERE {condition})"


def _count_waiting(database: Database, numbers: list[int], store_id: str) -> list[dict[str, Any]]:
    return database.rows(
        f"""
        SELECT nm_id, count(*) AS waiting FROM chats {EACH_TURN}
        WHERE nm_id = ANY(CAST(:numbers AS bigint[])) AND {NEEDS_ANSWER} AND (:store = '' OR chats.store_id = :store)
        GROUP BY nm_id LIMIT {MOST_PRODUCTS}
        """,  # noqa: S608 - constants
        numbers=numbers,
        store=store_id,
    )


def _measure_answers(database: Database, numbers: list[int], period: Period, store_id: str) -> list[dict[str, Any]]:
    return database.rows(
        f"""
        SELECT nm_id, {MEASURED} FROM chats JOIN ({ASKED}) AS asked
          ON asked.store_id = chats.store_id AND asked.chat_id = chats.id AND current
        WHERE nm_id = ANY(CAST(:numbers AS bigint[])) GROUP BY nm_id LIMIT {MOST_PRODUCTS}
        """,  # noqa: S608 - constants
        numbers=numbers,
        store=store_id,
        **period_values(period),
    )
