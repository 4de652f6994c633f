"""What a list is narrowed down to, and where in it a reader is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

BEFORE_ALL = "-infinity"  # the key of a chat without messages


@dataclass(frozen=True)
class ChatKey:
    """A chat's place in a list: newest message first (its time in ISO, or BEFORE_ALL), then store and id.

    In the list of urgent chats `urgency` comes before all of these.
    """

    at: str
    store_id: str
    chat_id: str
    urgency: int = 0


@dataclass(frozen=True)
class ChatFilters:
    """The filters of the list of chats; an empty text or None filters nothing. Days are of the last message.

    `urgent` also puts the most urgent first. `after` is the chat behind which the list goes on.
    """

    words: str = ""
    store_id: str = ""
    tag: str = ""
    cause: str = ""
    product: int | None = None
    waiting: bool = False
    urgent: bool = False
    with_attachments: bool = False
    first_day: date | None = None
    last_day: date | None = None
    after: ChatKey | None = None


@dataclass(frozen=True)
class RunFilters:
    """The filters of the list of runs; `before` is the run behind which the list goes on."""

    store_id: str = ""
    status: str = ""
    before: int | None = None


def key_of_chat(chat: dict[str, Any]) -> ChatKey:
    """Return the place of a row of `chats`, with its `urgency` where there is one."""
    newest: datetime | None = chat["last_message_at"]
    return ChatKey(newest.isoformat() if newest else BEFORE_ALL, chat["store_id"], chat["id"], chat.get("urgency") or 0)
