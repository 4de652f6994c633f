"""Fields of WB's JSON as values that Postgres can hold. A field of another type than WB documents counts as missing.

What a column cannot hold stays in the row's `raw`: WB's own JSON, to the letter.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chatsync.moments import MomentInvalidError, message_moment, read_moment
from chatsync.numbers import whole_number
from database.json_rows import json_rows

REPLACEMENT = "\ufffd"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
BIGGEST_INTEGER = 2**63 - 1  # Postgres' bigint
LONGEST_ID = 200  # WB's have 38 characters; a key of Postgres' indexes holds 2704 bytes, and one of ours has two ids.
NO_ID = "00000000-0000-0000-0000-000000000000"  # Go's and Java's UUID that was never set
LONGEST_WORD = 200  # of what an index or a page's row holds: an order's id, a size, a sender; WB's have 40 at most
LONGEST_NAME = 500  # of a buyer; Postgres' word index refuses texts of a megabyte
MOST_AHEAD = timedelta(days=1)  # between WB's clock and ours; an event dated later is a fault, or not due yet
END_OF_TIME = datetime.max.replace(tzinfo=UTC)

# By column: the field's name, and what reads it.
Columns = Mapping[str, tuple[str, Callable[[object], Any]]]


class EventUnstorableError(ValueError):
    """The event has no identity, no chat or no possible moment; the message says which."""


def read_fields(value: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """Return the columns of an object, None where it has no such field."""
    return {column: read(value.get(name)) for column, (name, read) in columns.items()}


def required_id(event: Mapping[str, Any], name: str) -> str:
    """Return the id under this name; raises EventUnstorableError where there is none that Postgres can hold."""
    value = event.get(name)
    known = as_id(value)
    if known is not None:
        return known
    if not isinstance(value, str) or _says_no_id(value):
        raise EventUnstorableError(f"the event has no {name}")
    raise EventUnstorableError(f"the event's {name} is too long or has characters that Postgres cannot hold")


def required_moment(event: Mapping[str, Any], now: datetime) -> str:
    """Return when the event was sent, in ISO; raises EventUnstorableError where that is unknown or in the future."""
    try:
        moment = message_moment(event, now + MOST_AHEAD)
    except MomentInvalidError as problem:
        raise EventUnstorableError(f"the event has no usable time ({problem})") from None
    if moment > now + MOST_AHEAD:
        raise EventUnstorableError(f"the event is dated in the future ({moment:%Y-%m-%d})")
    return moment.isoformat()


def storable(text: str) -> str:
    """Return the text with what Postgres' text cannot hold (NUL, lone surrogates) shown as U+FFFD."""
    # Nearly every text is printable, and is then neither copied nor searched.
    return text if text.isprintable() else UNSTORABLE.sub(REPLACEMENT, text)


def as_text(value: object) -> str | None:
    """Return a storable text, or None for an empty one or another type."""
    return storable(value) or None if isinstance(value, str) else None


def as_word(value: object) -> str | None:
    """Return a short storable text, or None for one that is too long for an index, empty, or another type."""
    text = as_text(value)
    return text if text is not None and len(text) <= LONGEST_WORD else None


def as_name(value: object) -> str | None:
    """Return a person's name, cut where no name is as long, or None."""
    text = as_text(value)
    return text[:LONGEST_NAME] if text else None


def as_id(value: object) -> str | None:
    """Return an id that Postgres can hold to the letter and index, or None."""
    if not isinstance(value, str) or _says_no_id(value) or len(value) > LONGEST_ID or storable(value) != value:
        return None
    return value


def _says_no_id(value: str) -> bool:
    """Return whether it is a placeholder: under one id, all events that have it would be versions of one message."""
    return value.strip() in {"", NO_ID}


def as_integer(value: object) -> int | None:
    """Return a positive integer, also from a float or a text; None for WB's placeholder 0 and anything else."""
    number = whole_number(value)
    return number if number is not None and 0 < number <= BIGGEST_INTEGER else None


def as_object(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the objects of a list; none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_moment(value: object) -> str | None:
    """Return a moment in ISO, or None where there is none."""
    try:
        return read_moment(value).isoformat()
    except MomentInvalidError:
        return None


def as_message_moment(message: Mapping[str, Any]) -> str | None:
    """Return when a message was sent, in ISO, or None where that is unknown."""
    try:
        return message_moment(message, END_OF_TIME).isoformat()
    except MomentInvalidError:
        return None


def as_raw(value: Any) -> str:
    """Return WB's own JSON for a column of type json: a text within the row, cast where it is inserted.

    As an object within the row, Postgres would unescape it while unfolding, and refuse NUL and lone surrogates; the
    type json keeps their escapes to the letter.
    """
    return json_rows(value)
