"""`python -m local chat`: one whole conversation, in order."""

import argparse
from dataclasses import dataclass
from typing import Any

from database.connection import Database
from local.installation.database import query
from local.terminal.conversation import show_conversation
from local.terminal.tables import console, show_chats, visible
from reading.chats import newest_chats
from reading.conversations import read_chats, read_messages

SUGGESTED = 5


@dataclass(frozen=True)
class Found:
    """The chat of each store that has it, with its messages; where none has it, the chats active last."""

    conversations: list[tuple[dict[str, Any], list[dict[str, Any]]]]
    suggestions: list[dict[str, Any]]


def run(asked: argparse.Namespace) -> int:
    """Print the chat of every store that has it; 1 if none has."""
    found = query(lambda database: _look(database, asked.id))
    for chat, conversation in found.conversations:
        show_conversation(chat, conversation)
    if found.conversations:
        return 0
    console.print(f"No chat {visible(asked.id)} is stored. Is the id whole, and its store synced?", soft_wrap=True)
    if found.suggestions:
        show_chats(found.suggestions)
    return 1


def _look(database: Database, chat_id: str) -> Found:
    chats = read_chats(database, chat_id)
    conversations = [(chat, read_messages(database, chat)) for chat in chats]
    return Found(conversations, [] if chats else newest_chats(database, SUGGESTED))
