"""A chat of WB's list as a row of `chats`. Every field may be missing; only an entry without a usable id has no row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.wb_cards import CARD
from database.wb_fields import (
    Columns,
    as_id,
    as_moment,
    as_name,
    as_object,
    as_raw,
    as_text,
    read_fields,
)

LAST_MESSAGE: Columns = {"listed_message_text": ("text", as_text), "listed_message_at": ("addTimestamp", as_moment)}
PLACEHOLDERS = (None, "", 0)  # WB's ways to say nothing; what the list said before then stays
ZERO_DATE = "0001-01-01"  # another one, as Go writes a time that was never set: 0001-01-01T00:00:00Z


@dataclass(frozen=True)
class ReadList:
    """WB's list as rows, one a chat id, with the newest last message. Of its `entries`, `unread` have no usable id.

    `undated` rows have a last message without a usable time: whether it is stored cannot be told. `unreadable` names
    the columns of a chat whose field says something that the column cannot hold.
    """

    rows: list[dict[str, Any]]
    entries: int
    unread: int
    undated: int
    unreadable: dict[str, list[str]]

    @property
    def unchecked(self) -> int:
        """Return how many entries say nothing that can be compared with what is stored."""
        return self.unread + self.undated


def read_list(chats: Sequence[Any], fragments: int = 0) -> ReadList:
    """Return the list's rows; `fragments` are entries that could not even be read as JSON."""
    readable = [chat for chat in chats if isinstance(chat, Mapping) and as_id(chat.get("chatID"))]
    rows: dict[str, dict[str, Any]] = {}
    for row in sorted(map(_row, readable), key=lambda row: row["listed_message_at"] or ""):
        rows[row["id"]] = row
    cards = {chat["chatID"]: as_object(chat.get("goodCard")) for chat in readable}
    return ReadList(
        rows=list(rows.values()),
        entries=len(chats) + fragments,
        unread=len(chats) + fragments - len(readable),
        undated=sum(_is_undated(chat) for chat in readable),
        unreadable={chat_id: columns for chat_id, card in cards.items() if (columns := _unreadable(card))},
    )


def _row(chat: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": chat["chatID"],
        "client_name": as_name(chat.get("clientName")),
        **read_fields(as_object(chat.get("goodCard")), CARD),
        **read_fields(as_object(chat.get("lastMessage")), LAST_MESSAGE),
        "raw": as_raw(chat),
    }


def _is_undated(chat: Mapping[str, Any]) -> bool:
    last = chat.get("lastMessage")
    if not isinstance(last, Mapping):
        return last not in PLACEHOLDERS
    says_something = last.get("text") not in PLACEHOLDERS or last.get("addTimestamp") not in PLACEHOLDERS
    return says_something and as_moment(last.get("addTimestamp")) is None


def _unreadable(card: Mapping[str, Any]) -> list[str]:
    return [
        column for column, (name, read) in CARD.items() if not _is_placeholder(card.get(name)) and not read(card[name])
    ]


def _is_placeholder(value: object) -> bool:
    return value in PLACEHOLDERS or (isinstance(value, str) and value.startswith(ZERO_DATE))
