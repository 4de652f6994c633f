"""Paging by key: the next page begins behind the last row of this one, however many rows lie before it."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ROWS_A_PAGE = 50
LONGEST_TOKEN = 2000
BEFORE_ALL = "-infinity"  # the key of a chat without messages


class PageUnknownError(ValueError):
    """The address names no place in a list."""


@dataclass(frozen=True)
class ChatKey:
    """A chat's place in a list: newest message first, then store and id."""

    at: str
    store_id: str
    chat_id: str

    def token(self) -> str:
        """Return the key for an address."""
        return base64.urlsafe_b64encode(json.dumps([self.at, self.store_id, self.chat_id]).encode()).decode()


def read_key(token: str) -> ChatKey:
    """Return the key of a token. Raises PageUnknownError if it is none."""
    try:
        at, store_id, chat_id = json.loads(base64.urlsafe_b64decode(token[:LONGEST_TOKEN].encode()))
        if at != BEFORE_ALL:
            datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error):
        raise PageUnknownError("The address names no page of this list.") from None
    if not (isinstance(store_id, str) and isinstance(chat_id, str)) or "\x00" in store_id + chat_id:
        raise PageUnknownError("The address names no page of this list.")
    return ChatKey(at, store_id, chat_id)


def key_of(chat: dict[str, Any]) -> ChatKey:
    """Return the place of a row of `chats`."""
    newest = chat["last_message_at"]
    return ChatKey(newest.isoformat() if newest else BEFORE_ALL, chat["store_id"], chat["id"])


def cut(rows: Sequence[dict[str, Any]], size: int = ROWS_A_PAGE) -> tuple[list[dict[str, Any]], bool]:
    """Return the rows of a page and whether more follow, of a query that asked for one row more than a page."""
    return list(rows[:size]), len(rows) > size
