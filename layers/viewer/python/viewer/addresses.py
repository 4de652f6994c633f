"""What an address asks for, read strictly, and addresses written.

Lengths are bounded, and a character that Postgres cannot hold is no filter.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from reading.filters import BEFORE_ALL, ChatFilters, ChatKey, RunFilters
from reading.runs import STATUSES

LONGEST_TEXT = 200
LONGEST_ID = 1000
LONGEST_KEY = 2000
URGENCIES = range(4)  # of chat_urgency
LARGEST_NUMBER = 2**63 - 1  # that Postgres' bigint holds
DIGITS = re.compile(r"[0-9]{1,19}")


class AddressInvalidError(ValueError):
    """The address was cut or mistyped."""


class NothingThereError(Exception):
    """The chat or run of an address does not exist; `key` names the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_chat_filters(fields: Mapping[str, str]) -> ChatFilters:
    """Return the filters of a list of chats. Raises AddressInvalidError for a place that no list has."""
    key = fields.get("after", "")
    return ChatFilters(
        words=read_text(fields, "q"),
        store_id=read_id(fields, "store"),
        tag=read_text(fields, "tag"),
        cause=read_text(fields, "cause"),
        product=_read_product(fields.get("product", "")),
        waiting=fields.get("waiting") == "1",
        urgent=fields.get("urgent") == "1",
        with_attachments=fields.get("files") == "1",
        first_day=_day(fields.get("from", "")),
        last_day=_day(fields.get("to", "")),
        after=_read_key(key) if key else None,
    )


def write_chat_filters(filters: ChatFilters, after: ChatKey | None = None) -> str:
    """Return the query of a list of chats, from the newest one or from behind a chat on; "" without any filter."""
    return _query(
        {
            "q": filters.words,
            "store": filters.store_id,
            "tag": filters.tag,
            "cause": filters.cause,
            "product": str(filters.product or ""),
            "waiting": "1" if filters.waiting else "",
            "urgent": "1" if filters.urgent else "",
            "files": "1" if filters.with_attachments else "",
            "from": filters.first_day.isoformat() if filters.first_day else "",
            "to": filters.last_day.isoformat() if filters.last_day else "",
            "after": _write_key(after) if after else "",
        }
    )


def read_run_filters(fields: Mapping[str, str]) -> RunFilters:
    """Return the filters of a list of runs. Raises AddressInvalidError for a place that no list has."""
    status, before = fields.get("status", ""), fields.get("before", "")
    return RunFilters(
        store_id=read_id(fields, "store"),
        status=status if status in STATUSES else "",
        before=read_run_id(before) if before else None,
    )


def write_run_filters(filters: RunFilters, before: int | None = None) -> str:
    """Return the query of a list of runs, from the newest one or from behind a run on; "" without any filter."""
    return _query({"store": filters.store_id, "status": filters.status, "before": str(before or "")})


def read_run_id(value: str) -> int:
    """Return the number of a run. Raises AddressInvalidError if it is not one."""
    if not DIGITS.fullmatch(value) or int(value) > LARGEST_NUMBER:
        raise AddressInvalidError("The address names no run.")
    return int(value)


def write_chat(store_id: str, chat_id: str, words: str = "", before: tuple[datetime, str] | None = None) -> str:
    """Return the query of a conversation: its end, or what was said before a message (moment and id)."""
    place = {"before": before[0].isoformat(), "message": before[1]} if before else {}
    return urlencode({"store": store_id, "id": chat_id, **({"q": words} if words else {}), **place})


def read_message_key(fields: Mapping[str, str]) -> tuple[datetime, str] | None:
    """Return the message before which a conversation is to be shown. Raises AddressInvalidError if it is not one."""
    if "before" not in fields:
        return None
    try:
        return datetime.fromisoformat(fields["before"]), read_id(fields, "message")
    except ValueError:
        raise AddressInvalidError("The address names no message.") from None


def read_month(fields: Mapping[str, str]) -> date | None:
    """Return the first day of the month that an address names, as 2026-11; None where it names none."""
    return _day(f"{fields.get('month', '')}-01")


def read_text(fields: Mapping[str, str], name: str) -> str:
    """Return a text that Postgres can hold and compare."""
    return fields.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT].encode("utf-8", "ignore").decode()


def read_id(fields: Mapping[str, str], name: str) -> str:
    """Return an id to the letter; what Postgres cannot hold is no id of anything."""
    value = fields.get(name, "")
    return "" if "\x00" in value else value[:LONGEST_ID]


def _query(fields: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in fields.items() if value})


def _read_product(value: str) -> int | None:
    """Return the number of a product; what can be none narrows nothing down."""
    return int(value) if DIGITS.fullmatch(value) and 0 < int(value) <= LARGEST_NUMBER else None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _write_key(key: ChatKey) -> str:
    return base64.urlsafe_b64encode(json.dumps([key.at, key.store_id, key.chat_id, key.urgency]).encode()).decode()


def _read_key(text: str) -> ChatKey:
    try:
        at, store_id, chat_id, urgency = json.loads(base64.urlsafe_b64decode(text[:LONGEST_KEY].encode()))
        if at != BEFORE_ALL:
            datetime.fromisoformat(at)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise AddressInvalidError("The address names no place in this list.") from None
    if not (isinstance(store_id, str) and isinstance(chat_id, str)) or "\x00" in store_id + chat_id:
        raise AddressInvalidError("The address names no place in this list.")
    if urgency not in URGENCIES:
        raise AddressInvalidError("The address names no place in this list.")
    return ChatKey(at, store_id, chat_id, urgency)
