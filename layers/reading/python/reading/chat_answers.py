"""A chat as an answer to people: its newest messages, or those before one, as many as an answer holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chatsync.people_tasks import FoundChats, ReadChat
from database.connection import Database
from reading.chats import newest_chats
from reading.columns import choose_columns
from reading.conversations import read_chats, read_messages

SUGGESTED = 5
MESSAGES_AT_ONCE = 1000
# Of the messages' JSON, escaped. Lambda's answers have at most 6 MB.
MOST_BYTES = 4_000_000
LONGEST_TEXT = 100_000  # characters, of a message that alone is more; WB's have 1,000
FROM_THE_END = ["infinity", ""]

CHAT_COLUMNS = ("store_id", "id", "store_name", "client_name", "nm_id", "rid", "tag", "cause", "missing_since")
MESSAGE_COLUMNS = ("id", "sender", "text", "prefix", "sent_at", "attachments", "automatic")
VERSION_COLUMNS = ("text", "sent_at")
SUGGESTED_COLUMNS = ("id", "client_name", "store_name", "last_message_at")


def answer_chat(database: Database, event: Mapping[str, Any]) -> FoundChats:
    """Find a chat in all stores, or in one; raises EventInvalidError. What does not fit is for the next answers."""
    task = ReadChat.parse(event)
    room = MOST_BYTES
    found: list[dict[str, Any]] = []
    for chat in read_chats(database, task.id, task.store_id):
        messages, older = _read_part(database, chat, task.before or FROM_THE_END, room, at_least=0 if found else 1)
        room -= sum(map(_size, messages))
        found.append(choose_columns([chat], CHAT_COLUMNS)[0] | {"messages": messages, "older": older})
    suggested = [] if found else newest_chats(database, SUGGESTED)
    return FoundChats(found, choose_columns(suggested, SUGGESTED_COLUMNS))


def _read_part(
    database: Database, chat: dict[str, Any], before: Sequence[str], room: int, at_least: int
) -> tuple[list[dict[str, Any]], list[str] | None]:
    """Return the newest messages for which there is room, in order, and the `before` of the next part."""
    rows = read_messages(database, chat, MESSAGES_AT_ONCE, before=(before[0], before[1]))
    messages = [_as_json(row) for row in rows]
    first = len(messages)
    while first and (room >= (size := _size(messages[first - 1])) or len(messages) - first < at_least):
        first, room = first - 1, room - size
    part = messages[first:]
    if not first and len(rows) < MESSAGES_AT_ONCE:
        return part, None
    return part, [part[0]["sent_at"], part[0]["id"]] if part else list(before)


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    message = choose_columns([row], MESSAGE_COLUMNS)[0]
    message["versions"] = choose_columns(row["versions"], VERSION_COLUMNS)
    if _size(message) > MOST_BYTES:
        message |= {"text": (message["text"] or "")[:LONGEST_TEXT] + " […]", "versions": []}
    return message


def _size(message: Mapping[str, Any]) -> int:
    return len(json.dumps(message))
