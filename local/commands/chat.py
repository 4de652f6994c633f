"""`python -m local chat`: one whole conversation, in order."""

import argparse

from database import chats, messages
from database.connection import transaction
from local.conversation import show_conversation
from local.database import opened_database
from local.tables import console


def run(asked: argparse.Namespace) -> int:
    """Print the chat of every store that has it; 1 if none has."""
    with opened_database(for_reading=True), transaction() as database:
        found = [
            (chat, messages.of_chat(database, chat["store_id"], asked.id)) for chat in chats.by_id(database, asked.id)
        ]
    for chat, conversation in found:
        show_conversation(chat, conversation)
    if not found:
        console.print(
            f"No chat {asked.id} is stored. Sync its store first, or look the id up in the table chats.", markup=False
        )
    return 0 if found else 1
