"""Print a whole conversation.

Prints it from its first message to its last. If no store has the chat, the
ids of the most recently active chats are listed.

examples:
  ./chats chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19
  ./chats chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 --stack chat-history-sync
"""

import argparse
from typing import Any

from local.arguments import add_stack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which chat, and of which stack."""
    parser.add_argument("id", metavar="ID", help="the chat's id, as Wildberries gave it")
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the chat of every store that has it; 1 if none has."""
    from local.installation.data import read_data
    from local.terminal.conversation import show_conversation
    from local.terminal.tables import console, show_chats, visible

    found = read_data(arguments.stack, "chat", id=arguments.id)
    for chat in found["chats"]:
        show_conversation(chat, _all_messages(arguments.stack, chat))
    if found["chats"]:
        return 0
    console.print(f"No chat {visible(arguments.id)} is stored. Is the id whole, and its store synced?", soft_wrap=True)
    if found["suggested"]:
        show_chats(found["suggested"])
    return 1


def _all_messages(stack: str | None, chat: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the chat's messages in order, with those that did not fit into the first answer."""
    from local.installation.data import read_data

    messages: list[dict[str, Any]] = chat["messages"]
    older = chat["older"]
    while older:
        parts = read_data(stack, "chat", id=chat["id"], store_id=chat["store_id"], before=older)["chats"]
        messages, older = parts[0]["messages"] + messages, parts[0]["older"]
    return messages
