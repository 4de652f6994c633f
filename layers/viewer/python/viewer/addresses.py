"""What an address asks for, read strictly, and addresses written.

A value that cannot be read is an error, so that no list is wider than its address says; an empty one asks for nothing.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from reading.filters import ANSWERED, BEFORE_ALL, ChatFilters, ChatKey, RunFilters
from reading.periods import Period
from reading.runs import STATUSES
from reading.waiting import GROUPS
from viewer.fields import Fields

# Where a conversation is shown: around a message, or what was said before one or after one.
AROUND, EARLIER, LATER = PLACES = ("message", "earlier", "later")
LONGEST_TEXT = 200
LONGEST_ID = 1000
LONGEST_KEY = 2000
URGENCIES = range(4)  # of chat_urgency
LARGEST_NUMBER = 2**63 - 1  # that Postgres' bigint holds
DIGITS = re.compile(r"[0-9]{1,19}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[+-][0-9]{2}:[0-9]{2}")
MOST_WAITING_DAYS = 3650
USUAL_DAYS = 30  # of a period that an address does not name
YEARS = range(2000, 3000)  # Python, Postgres and browsers agree on these; WB is younger.


class AddressInvalidError(ValueError):
    """The address was cut or mistyped."""


class PeriodInvalidError(AddressInvalidError):
    """A period ends before it begins."""


class NothingThereError(Exception):
    """The chat or run of an address does not exist; `key` names the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_chat_filters(fields: Fields) -> ChatFilters:
    """Return the filters of a list of chats. Raises AddressInvalidError for a value that cannot be one of theirs."""
    key = fields.get("after", "")
    return ChatFilters(
        words=read_text(fields, "q"),
        stores=tuple(_id(value) for value in fields.every("store")),
        tags=_texts(fields, "tag"),
        causes=_texts(fields, "cause"),
        answered=_read_answered(fields.every("answered")),
        product=_read_product(fields.get("product", "")),
        waiting=_read_waiting(fields.get("waiting", "")),
        waiting_days=_read_waiting_days(fields.get("days", "")),
        urgent=_is_ticked(fields, "urgent"),
        with_attachments=_is_ticked(fields, "files"),
        first_day=_day(fields.get("from", "")),
        last_day=_day(fields.get("to", "")),
        after=_read_key(key) if key else None,
    )


def write_chat_filters(filters: ChatFilters, after: ChatKey | None = None) -> str:
    """Return the query of a list of chats, from the newest one or from behind a chat on; "" without any filter."""
    return _query(
        {
            "q": filters.words,
            "store": filters.stores,
            "tag": filters.tags,
            "cause": filters.causes,
            "answered": filters.answered,
            "product": str(filters.product or ""),
            "waiting": filters.waiting,
            "days": str(filters.waiting_days or ""),
            "urgent": "1" if filters.urgent else "",
            "files": "1" if filters.with_attachments else "",
            "from": filters.first_day.isoformat() if filters.first_day else "",
            "to": filters.last_day.isoformat() if filters.last_day else "",
            "after": _write_key(after) if after else "",
        }
    )


def read_run_filters(fields: Mapping[str, str]) -> RunFilters:
    """Return the filters of a list of runs. Raises AddressInvalidError for a value that cannot be one of theirs."""
    status, before = fields.get("status", ""), fields.get("before", "")
    if status and status not in STATUSES:
        raise AddressInvalidError("The address names a status that no run has.")
    return RunFilters(
        store_id=read_id(fields, "store"),
        status=status,
        before=read_run_id(before) if before else None,
    )


def write_run_filters(filters: RunFilters, before: int | None = None) -> str:
    """Return the query of a list of runs, from the newest one or from behind a run on; "" without any filter."""
    return _query({"store": filters.store_id, "status": filters.status, "before": str(before or "")})


def read_run_id(value: str) -> int:
    """Return the number of a run. Raises AddressInvalidError if it is not one."""
    return _number(value, "The address names no run.")


def read_number(fields: Mapping[str, str], name: str) -> int:
    """Return a number that must be there. Raises AddressInvalidError if it is not."""
    return _number(fields.get(name, ""), f"The form has no number of {name}.")


def write_chat(store_id: str, chat_id: str, words: str = "", **place: str) -> str:
    """Return the query of a chat's own page: at its newest message, or at a place of PLACES."""
    return _query({"store": store_id, "id": chat_id, "q": words, **place})


def write_open_chat(filters: ChatFilters, store_id: str, chat_id: str, **place: str) -> str:
    """Return the query of a list with one of its chats opened beside it."""
    listed = write_chat_filters(filters, filters.after)
    return "&".join(filter(None, (listed, _query({"of": store_id, "chat": chat_id, **place}))))


def read_place(fields: Mapping[str, str]) -> tuple[str, str] | None:
    """Return which of PLACES an address names, and the message there. Raises AddressInvalidError as read_id."""
    named = [(name, message) for name in PLACES if (message := read_id(fields, name))]
    return named[0] if named else None


def read_month(fields: Mapping[str, str]) -> date | None:
    """Return the first day of the month that an address names, as 2026-11; None where it names none.

    Raises AddressInvalidError if the value is not a month.
    """
    month = fields.get("month", "")
    return _day(f"{month}-01") if month else None


def read_period(fields: Mapping[str, str], today: date) -> Period:
    """Return the period that an address names by its first and last day; without them, the 30 days that end today.

    Raises:
        PeriodInvalidError: It ends before it begins.
        AddressInvalidError: One of the values is not a day.
    """
    last = _day(fields.get("to", "")) or today
    first = _day(fields.get("from", "")) or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise PeriodInvalidError("The address names a period that ends before it begins.")
    return Period(first, last)


def write_period(period: Period, store_id: str = "") -> str:
    """Return the query of an overview."""
    return _query({"store": store_id, "from": period.first.isoformat(), "to": period.last.isoformat()})


def read_text(fields: Mapping[str, str], name: str) -> str:
    """Return a text as people type it, without the one character that Postgres cannot hold."""
    return _text(fields.get(name, ""))


def read_id(fields: Mapping[str, str], name: str) -> str:
    """Return an id to the letter. Raises AddressInvalidError for what can be no id of anything."""
    return _id(fields.get(name, ""))


def _number(value: str, complaint: str) -> int:
    if not DIGITS.fullmatch(value) or int(value) > LARGEST_NUMBER:
        raise AddressInvalidError(complaint)
    return int(value)


def _id(value: str) -> str:
    if "\x00" in value or len(value) > LONGEST_ID:
        raise AddressInvalidError("The address names what can be no id.")
    return value


def _text(value: str) -> str:
    return value.replace("\x00", "").strip()[:LONGEST_TEXT]


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, fields.every(name))))


def _query(fields: Mapping[str, str | tuple[str, ...]]) -> str:
    return urlencode({name: value for name, value in fields.items() if value}, doseq=True)


def _read_product(value: str) -> int | None:
    if not value:
        return None
    if not DIGITS.fullmatch(value) or not 0 < int(value) <= LARGEST_NUMBER:
        raise AddressInvalidError("The address names no product.")
    return int(value)


def _read_waiting(value: str) -> str:
    if value and value not in GROUPS:
        raise AddressInvalidError("The address names no group of waiting chats.")
    return value


def _read_waiting_days(value: str) -> int | None:
    if not value:
        return None
    if not DIGITS.fullmatch(value) or int(value) > MOST_WAITING_DAYS:
        raise AddressInvalidError("The address names no number of days.")
    return int(value) or None


def _read_answered(values: tuple[str, ...]) -> tuple[str, ...]:
    if not set(values) <= set(ANSWERED):
        raise AddressInvalidError("The address names nobody who answers.")
    return values


def _is_ticked(fields: Mapping[str, str], name: str) -> bool:
    if fields.get(name, "") not in {"", "1"}:
        raise AddressInvalidError(f"The address says neither yes nor no to {name}.")
    return bool(fields.get(name))


def _day(value: str) -> date | None:
    if not value:
        return None
    try:
        if DAY.fullmatch(value) and (day := date.fromisoformat(value)).year in YEARS:
            return day
    except ValueError:
        pass
    raise AddressInvalidError("The address names no day.")


def _read_moment(value: str) -> datetime:
    try:
        if MOMENT.fullmatch(value) and (moment := datetime.fromisoformat(value)).year in YEARS:
            return moment.astimezone(UTC)
    except ValueError:
        pass
    raise AddressInvalidError("The address names no moment.")


def _write_key(key: ChatKey) -> str:
    return base64.urlsafe_b64encode(json.dumps([key.at, key.store_id, key.chat_id, key.urgency]).encode()).decode()


def _read_key(text: str) -> ChatKey:
    try:
        at, store_id, chat_id, urgency = json.loads(base64.urlsafe_b64decode(text[:LONGEST_KEY].encode()))
        if at != BEFORE_ALL:
            _read_moment(at)
        (store_id + chat_id).encode()  # fails on lone surrogates, which Postgres cannot hold
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise AddressInvalidError("The address names no place in this list.") from None
    if type(urgency) is not int or urgency not in URGENCIES or "\x00" in store_id + chat_id:
        raise AddressInvalidError("The address names no place in this list.")
    return ChatKey(at, store_id, chat_id, urgency)
