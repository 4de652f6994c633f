"""How long buyers wait for a first answer: of people, and of programs (bots, help desks) apart.

A first answer counts in the period in which the buyer first asked. Times are in seconds; percentiles are times of
answers that were given.
"""

from typing import Any

from database.connection import Database
from reading.conditions import ZONE
from reading.periods import FIRST, Period, in_both, in_current, period_values

MOST_STORES_TWICE = 2001  # a period and the one before, and all stores together
CELLS = 7 * 24
MEDIAN, NINE_TENTHS = 0.5, 0.9
WHO = ("person", "program")
ASKED = f"""
    SELECT store_id, chat_id, first_asked_at, {in_current("first_asked_at")} AS current,
           date_part('epoch', person_answered_at - first_asked_at)::integer AS person,
           date_part('epoch', program_answered_at - first_asked_at)::integer AS program
    FROM chat_turns WHERE {in_both("first_asked_at")} AND (:store = '' OR store_id = :store)
"""  # noqa: S608 - constants
# From Monday's first on, in Moscow; 1 January 1970 was a Thursday. One whole number is grouped faster than two.
HOUR_OF_WEEK = f"""
    (floor(date_part('epoch', first_asked_at AT TIME ZONE '{ZONE}') / 3600)::integer + 3 * 24) % {CELLS}
"""
# percentile_disc() gives one of the values; each of both is sorted once.
PERCENTILES = f"percentile_disc(ARRAY[{MEDIAN}, {NINE_TENTHS}])"
MEASURED = ", ".join(
    f"count({who}) AS {who}_answered, {PERCENTILES} WITHIN GROUP (ORDER BY {who}) AS {who}" for who in WHO
)


def measure_first_answers(database: Database, period: Period, store_id: str) -> list[dict[str, Any]]:
    """Return of each store, and of all together (`store_id` None), in the period (`current`) and in the one before:

    `asked`, how many buyers asked first; `unanswered`; and of each of WHO, `person_answered` and `person`, the median
    and the 90th percentile (None where nobody answered).
    """
    sql, values = answers_query(period, store_id)
    database.run("SET LOCAL work_mem = '32MB'")  # what is sorted of 200,000 chats fits in it
    return database.rows(sql, **values)


def answers_query(period: Period, store_id: str) -> tuple[str, dict[str, Any]]:
    """Return the statement of measure_first_answers and its values. Public for `make bench-viewer`."""
    sql = f"""
        SELECT store_id, current, count(*) AS asked,
               count(*) FILTER (WHERE person IS NULL AND program IS NULL) AS unanswered, {MEASURED}
        FROM ({ASKED}) AS asked
        GROUP BY GROUPING SETS ((current, store_id), (current)) LIMIT {MOST_STORES_TWICE}
    """  # noqa: S608 - constants
    return sql, {"store": store_id, **period_values(period)}


def measure_by_hour(database: Database, period: Period, store_id: str) -> list[dict[str, Any]]:
    """Return the same of each `weekday` (1: Monday) and `hour` of Moscow's at which the period's buyers asked first."""
    return database.rows(
        f"""
        SELECT hour_of_week / 24 + 1 AS weekday, hour_of_week % 24 AS hour, count(*) AS asked, {MEASURED}
        FROM (SELECT {HOUR_OF_WEEK} AS hour_of_week, person, program
              FROM ({ASKED} AND first_asked_at >= {FIRST}) AS asked) AS asked
        GROUP BY hour_of_week ORDER BY hour_of_week LIMIT {CELLS}
        """,  # noqa: S608 - constants
        store=store_id,
        **period_values(period),
    )
