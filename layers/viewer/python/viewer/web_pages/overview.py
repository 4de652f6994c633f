"""The overview: numbers of all stores, or of one, of a period beside the one before, as drawings and tables."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from reading.filters import ChatFilters
from reading.first_answers import WHO, measure_by_hour, measure_first_answers
from reading.overview import (
    AGES,
    count_chats,
    count_messages,
    count_messages_of_stores,
    count_waiting_ages,
)
from reading.periods import Period
from reading.products import MOST_PRODUCTS, compare_products
from reading.stores import name_stores
from reading.waiting import OPEN
from viewer.access import reading_transaction
from viewer.addresses import read_id, read_period, write_chat_filters, write_period
from viewer.charts import shade_hours, stack_columns
from viewer.comparison import STORES_COMPARED, compare_product, compare_stores, compare_tags, sum_up
from viewer.languages import Language
from viewer.periods import fill_steps, step_of, usual_periods
from viewer.rendering import format_duration, moscow_day

WRITERS = {"buyers": "s1", "people": "s2", "programs": "s4", "wb": "s3"}  # with the CSS class of each
WAITING = (*AGES, "thanks", "silent")
STEP_NAMES = {"day": "%d.%m", "week": "%d.%m", "month": "%m.%Y"}


def describe_overview(fields: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Return the numbers of a period, of a store or of all.

    Raises:
        AddressInvalidError: The address names no period, or no id.
    """
    today, store_id = moscow_day(datetime.now(UTC)), read_id(fields, "store")
    period = read_period(fields, today)
    with reading_transaction() as database:
        stores = name_stores(database)
        messages = count_messages(database, period, store_id, step_of(period))
        store_messages = count_messages_of_stores(database, period, store_id)
        chats = count_chats(database, period, store_id)
        answers = measure_first_answers(database, period, store_id)
        hours = measure_by_hour(database, period, store_id)
        waiting = count_waiting_ages(database, store_id)
        products = compare_products(database, period, store_id)
    compared = compare_stores(stores, store_messages, chats, answers, waiting)
    return {
        "stores": stores,
        "store_id": store_id,
        "period": period,
        "usual": _usual(period, store_id, today),
        "all": sum_up(compared, answers),
        "compared": compared[:STORES_COMPARED],
        "products": [compare_product(product) for product in products],
        "most_products": MOST_PRODUCTS,
        "tags": compare_tags(chats),
        "waiting": {age: sum(row[age] for row in waiting) for age in WAITING},
        "ages": AGES,
        "writers": WRITERS,
        **_draw_messages(messages, period, language),
        "weeks": {who: _draw_week(hours, who, language) for who in WHO},
        "hours": {(row["weekday"], row["hour"]): row for row in hours},
        "chats_of": partial(_write_chats, period, store_id),
        "waiting_of": partial(_write_waiting, store_id),
    }


def _usual(period: Period, store_id: str, today: date) -> list[tuple[str, str, bool]]:
    """Return the name and the address of each usual period, and whether it is the one that is shown."""
    return [(name, write_period(one, store_id), one == period) for name, one in usual_periods(today).items()]


def _draw_messages(rows: Sequence[dict[str, Any]], period: Period, language: Language) -> dict[str, Any]:
    """Return the drawing of the messages, and the same numbers as rows of a table."""
    step = step_of(period)
    titles = {writer: language.say(f"overview.{writer}") for writer in WRITERS}
    steps = [(f"{at:{STEP_NAMES[step]}}", row) for at, row in fill_steps(period, step, rows)]
    numbers = [(name, {writer: row.get(writer, 0) for writer in WRITERS}) for name, row in steps]
    return {"columns": stack_columns(numbers, WRITERS, titles), "numbers": numbers, "step": step}


def _draw_week(rows: Sequence[dict[str, Any]], who: str, language: Language) -> dict[str, Any]:
    """Return the cells of a week, and how many first answers there are in all of them."""
    medians = {(row["weekday"], row["hour"]): row[who][0] for row in rows if row[who]}
    labels = {(row["weekday"], row["hour"]): _name_cell(row, who, language) for row in rows if row[who]}
    return {"cells": shade_hours(medians, labels), "answered": sum(row[f"{who}_answered"] for row in rows)}


def _name_cell(row: Mapping[str, Any], who: str, language: Language) -> str:
    day, took = language.say(f"weekday.{row['weekday']}"), format_duration(language, row[who][0])
    return f"{day} {row['hour']}:00: {took} ({row[f'{who}_answered']})"


def _write_chats(period: Period, store_id: str, *, store: str = "", tag: str = "", product: int | None = None) -> str:
    """Return the query of the list of the chats that a number of the page counts."""
    filters = ChatFilters(
        stores=tuple(filter(None, [store or store_id])),
        tags=tuple(filter(None, [tag])),
        product=product,
        first_day=period.first,
        last_day=period.last,
    )
    return write_chat_filters(filters)


def _write_waiting(
    store_id: str, *, group: str = OPEN, store: str = "", product: int | None = None, days: int | None = None
) -> str:
    """Return the query of the list of waiting chats: of all, or of those that have waited for `days` or longer."""
    stores = tuple(filter(None, [store or store_id]))
    return write_chat_filters(ChatFilters(stores=stores, waiting=group, product=product, waiting_days=days))
