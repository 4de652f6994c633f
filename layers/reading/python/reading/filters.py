"""What a list is narrowed down to, and where in it a reader is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reading.waiting import MARKED

NOT = "-"  # before a tag or a cause: not this one
ANSWERED = ("person", "program", "nobody")  # who answered a buyer
BEFORE_ALL = "-infinity"  # the key of a chat without messages


@dataclass(frozen=True)
class ChatKey:
    """A chat's place in a list: newest message first (its time in ISO, or BEFORE_ALL), then store and id.

    Where chats wait, the longest waiting comes first (`at` is since when); in the list of urgent chats `urgency` comes
    before all of these.
    """

    at: str
    store_id: str
    chat_id: str
    urgency: int = 0


@dataclass(frozen=True)
class ChatFilters:
    """The filters of the list of chats; an empty one or None filters nothing. Days are of the last message.

    Of several stores, tags, causes or ANSWERED, any fits; a tag or a cause behind NOT must not. `waiting` is one of
    reading.waiting.GROUPS, the longest waiting first, `waiting_days` how long a buyer has waited at least; `urgent`
    puts the most urgent first. `after` is the chat behind which the list goes on.
    """

    words: str = ""
    stores: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    product: int | None = None
    waiting: str = ""
    waiting_days: int | None = None
    urgent: bool = False
    with_attachments: bool = False
    first_day: date | None = None
    last_day: date | None = None
    after: ChatKey | None = None

    @property
    def by_turn(self) -> bool:
        """Return whether only chats whose buyers wait are listed."""
        return self.waiting not in {"", MARKED} or bool(self.waiting_days)

    def chosen(self, facet: str) -> tuple[str, ...]:
        """Return what is chosen of one of reading.filter_conditions.FACETS."""
        return {"store": self.stores, "tag": self.tags, "cause": self.causes, "answered": self.answered}[facet]

    @property
    def longest_first(self) -> bool:
        """Return whether those who wait longest come first."""
        return self.by_turn and not self.urgent


@dataclass(frozen=True)
class RunFilters:
    """The filters of the list of runs; `before` is the run behind which the list goes on."""

    store_id: str = ""
    status: str = ""
    before: int | None = None


def key_of_chat(chat: dict[str, Any], filters: ChatFilters) -> ChatKey:
    """Return the place of a row of `chats` in a list, with its `urgency` where there is one."""
    at: datetime | None = chat["waiting_since" if filters.longest_first else "last_message_at"]
    return ChatKey(at.isoformat() if at else BEFORE_ALL, chat["store_id"], chat["id"], chat.get("urgency") or 0)
