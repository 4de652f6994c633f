"""Which product and order a chat or a message is about: WB's goodCard, and the prefix of a buyer's first message."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from chatsync.moments import FIRST_YEAR, LAST_YEAR
from chatsync.question_prefix import QuestionPrefix
from database.wb_fields import (
    BIGGEST_INTEGER,
    Columns,
    as_integer,
    as_moment,
    as_name,
    as_object,
    as_word,
    read_fields,
)

# A placeholder (0, "", the zero date) is no value: what is known stays.
CARD: Columns = {
    "nm_id": ("nmID", as_integer),
    "product_title": ("name", as_name),
    "rid": ("rid", as_word),
    "product_size": ("size", as_word),
    "price_kopecks": ("price", as_integer),
    "price_currency": ("priceCurrency", as_word),
    "ordered_at": ("date", as_moment),
    "order_status": ("statusID", as_integer),
}
CARD_COLUMNS = ", ".join(CARD)
CARD_TYPES = """
    nm_id bigint, product_title text, rid text, product_size text, price_kopecks bigint, price_currency text,
    ordered_at timestamptz, order_status bigint
"""  # of the same columns, for json_to_recordset
WHICH = ("nm_id", "rid")  # of these, what tells one product and order from another
MOSCOW = timezone(timedelta(hours=3))  # WB writes days in Moscow's time

Card = dict[str, Any]


def read_card(good_card: object, prefix: QuestionPrefix | None = None) -> Card:
    """Return the columns of CARD that a goodCard says, and what a prefix adds to it; none where nothing is said."""
    fields = read_fields(as_object(good_card), CARD) if good_card else {}  # Few messages have a card.
    card = {column: value for column, value in fields.items() if value is not None}
    return fill_card(card, _card_of_prefix(prefix)) if prefix else card


def fill_card(known: Mapping[str, Any], other: Mapping[str, Any]) -> Card:
    """Return what is known, and from another card what is not; nothing of a card about another product or order."""
    if any(known.get(which) and other.get(which) and known[which] != other[which] for which in WHICH):
        return dict(known)
    return {**other, **known}


def _card_of_prefix(prefix: QuestionPrefix) -> Card:
    """Return the columns that a prefix says; its day begins at midnight."""
    day = prefix.ordered_on
    known_day = day is not None and FIRST_YEAR <= day.year <= LAST_YEAR
    said = {
        "nm_id": prefix.nm_id if 0 < prefix.nm_id <= BIGGEST_INTEGER else None,
        "product_title": as_name(prefix.product_title),
        "ordered_at": datetime(day.year, day.month, day.day, tzinfo=MOSCOW).astimezone(UTC).isoformat()
        if day and known_day
        else None,
    }
    return {column: value for column, value in said.items() if value is not None}
