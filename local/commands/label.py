"""`python -m local label`: a person's label on a chat, or the end of one."""

import argparse

from chatsync.taxonomy import Tag, taxonomy
from database.connection import Database
from database.labels import history
from local.errors import UsageError
from local.installation.database import query
from local.terminal.tables import console, visible
from reading.conversations import read_chats


def run(asked: argparse.Namespace) -> int:
    """Set or release the chat's label; 1 if there was none of a person's to release."""
    if bool(asked.tag) == asked.release:
        raise UsageError("Name a tag, or --release to take a person's label back.\n" + choices())
    if asked.tag and asked.tag not in taxonomy().keys:
        raise UsageError(f"No such tag: {asked.tag}.\n" + choices())
    return query(lambda database: _change(database, asked))


def choices() -> str:
    """Return the tags with their Russian titles, a line each."""
    return "\n".join(["The tags:", *(_line(tag) for tag in taxonomy().tags)])


def _line(tag: Tag) -> str:
    return f"  {tag.key:<16} {tag.title_ru}"


def _change(database: Database, asked: argparse.Namespace) -> int:
    store_id = asked.store or _only_store(database, asked.chat)
    chat = f"{visible(asked.chat)} of {visible(store_id)}"
    if asked.tag:
        history.set_persons_label(database, store_id, asked.chat, asked.tag)
        console.sentence(f"{chat} is {asked.tag} now, until it is released: no run overwrites a person's label.")
        return 0
    if history.release_persons_label(database, store_id, asked.chat):
        console.sentence(f"{chat} is released: the next run labels it.")
        return 0
    console.sentence(f"{chat} has no label of a person's.")
    return 1


def _only_store(database: Database, chat_id: str) -> str:
    """Return the one store that has the chat: two stores of one seller may both have it."""
    found = [chat["store_id"] for chat in read_chats(database, chat_id)]
    if not found:
        raise UsageError(f"No chat {visible(chat_id)} is stored. `python -m local chat ID` suggests some.")
    if len(found) > 1:
        raise UsageError(f"Several stores have this chat: {', '.join(found)}. Name one with --store.")
    return str(found[0])
