"""Print a whole conversation.

Prints it from its first message to its last. If no store has the chat, the
ids of the most recently active chats are listed.

example:
  ./chats chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19
"""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from database.connection import Database

SUGGESTED = 5

Conversations = list[tuple[dict[str, Any], list[dict[str, Any]]]]  # each chat with its messages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which chat."""
    parser.add_argument("id", metavar="ID", help="the chat's id, as Wildberries gave it")


def run(arguments: argparse.Namespace) -> int:
    """Print the chat of every store that has it; 1 if none has."""
    from local.installation.database import query
    from local.terminal.conversation import show_conversation
    from local.terminal.tables import console, show_chats, visible
    from reading.chats import newest_chats
    from reading.conversations import read_chats, read_messages

    def read(database: "Database") -> tuple[Conversations, list[dict[str, Any]]]:
        conversations = [(chat, read_messages(database, chat)) for chat in read_chats(database, arguments.id)]
        return conversations, [] if conversations else newest_chats(database, SUGGESTED)

    conversations, suggestions = query(read)
    for chat, all_messages in conversations:
        show_conversation(chat, all_messages)
    if conversations:
        return 0
    console.print(f"No chat {visible(arguments.id)} is stored. Is the id whole, and its store synced?", soft_wrap=True)
    if suggestions:
        show_chats(suggestions)
    return 1
