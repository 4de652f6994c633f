"""Themes: what went wrong with which product in a month, linked to the chats."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from reading.filters import ChatFilters
from reading.stores import name_stores
from reading.themes import MOST_PRODUCTS, count_causes, count_product_causes, read_months
from viewer.access import reading_transaction
from viewer.addresses import read_id, read_month, write_chat_filters
from viewer.charts import Bar, lay_side_by_side, rank_kinds
from viewer.languages import Language
from viewer.rendering import cause_title
from viewer.themes import Theme, last_day, months_between, sum_up_theme


def describe_themes(fields: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Return the themes of a month, the last one with messages if the address names none, of a store or of all."""
    store_id, month = read_id(fields, "store"), read_month(fields)
    with reading_transaction() as database:
        stores, bounds = name_stores(database), read_months(database)
        month = month or (bounds[1] if bounds else None)
        counted = count_product_causes(database, month, store_id) if month else []
        causes = count_causes(database, month, store_id) if month else []
    products = [{**row, "theme": sum_up_theme(row["causes"])} for row in counted]
    whole = sum_up_theme(causes)
    kinds = rank_kinds([share.cause for share in whole.wrong])
    most = max((product["theme"].wrong_chats for product in products), default=0)
    for product in products:
        product["bar"] = _draw_causes(product["theme"], kinds, most, language)
    months = months_between(*bounds) if bounds else []
    return {
        "stores": stores,
        "store_id": store_id,
        "month": month,
        "months": months if month in months or month is None else [month, *months],
        "all": whole,
        "kinds": kinds,
        "bar_of_all": _draw_causes(whole, kinds, whole.wrong_chats, language),
        "products": products,
        "most": MOST_PRODUCTS,
        "chats_of": partial(_write_chats, month, store_id) if month else None,
    }


def _draw_causes(theme: Theme, kinds: Mapping[str, str], most: int, language: Language) -> list[Bar]:
    """Return the chats with which something went wrong by their causes, as a share of the most of any product."""
    parts = [
        (kinds[share.cause], share.chats, f"{cause_title(language, share.cause)}: {share.chats}")
        for share in theme.wrong
        if share.chats
    ]
    return lay_side_by_side(parts, most)


def _write_chats(month: date, store_id: str, product: int | None = None, cause: str = "") -> str:
    """Return the query of the list of the chats that a number of the page counts."""
    filters = ChatFilters(
        stores=tuple(filter(None, [store_id])),
        causes=tuple(filter(None, [cause])),
        product=product,
        first_day=month,
        last_day=last_day(month),
    )
    return write_chat_filters(filters)
