"""Set a person's label on a chat, or release it.

TAG is what the buyer needs answered, --cause what went wrong; without --cause
the chat keeps the cause it has. No run overwrites a person's label. --release
takes it back, and the next run labels the chat again. Old labels stay in
chat_labels.

examples:
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 return_refund
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 thanks --cause late
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 --release
Without a tag it lists the tags and the causes.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.errors import UsageError

if TYPE_CHECKING:
    from chatsync.taxonomy import Tag
    from database.connection import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chat, and what becomes of its label."""
    parser.add_argument("chat", metavar="CHAT", help="the chat's id, as Wildberries gave it")
    parser.add_argument("tag", metavar="TAG", nargs="?", help="one of the taxonomy's tags")
    parser.add_argument("--cause", metavar="CAUSE", help="one of the taxonomy's causes: what went wrong")
    parser.add_argument("--release", action="store_true", help="take a person's label back")
    parser.add_argument("--store", metavar="ID", help="the chat's store, where several have it")


def run(arguments: argparse.Namespace) -> int:
    """Set or release the chat's label; 1 if there was none of a person's to release."""
    from chatsync.taxonomy import taxonomy
    from local.installation.database import query

    used = taxonomy()
    choices = "\n".join([*_list_entries("The tags:", used.tags), *_list_entries("The causes:", used.causes)])
    if bool(arguments.tag) == arguments.release:
        raise UsageError(f"Name a tag, or --release to take a person's label back.\n{choices}")
    if arguments.cause and not arguments.tag:
        raise UsageError(f"A cause stands beside a tag: name the tag too.\n{choices}")
    if arguments.tag and arguments.tag not in used.keys:
        raise UsageError(f"No such tag: {arguments.tag}.\n{choices}")
    if arguments.cause and arguments.cause not in used.cause_keys:
        raise UsageError(f"No such cause: {arguments.cause}.\n{choices}")
    return query(lambda database: _change_label(database, arguments))


def _list_entries(title: str, entries: "Sequence[Tag]") -> list[str]:
    return [title, *(f"  {entry.key:<16} {entry.title_ru}" for entry in entries)]


def _change_label(database: "Database", arguments: argparse.Namespace) -> int:
    from database.labels import history
    from local.terminal.tables import console, visible

    store_id = arguments.store or _only_store(database, arguments.chat)
    chat = f"{visible(arguments.chat)} of {visible(store_id)}"
    if arguments.tag:
        history.set_persons_label(database, store_id, arguments.chat, arguments.tag, arguments.cause)
        label = f"{arguments.tag} (cause: {arguments.cause})" if arguments.cause else arguments.tag
        console.sentence(f"{chat} is {label} now, until it is released: no run overwrites a person's label.")
        return 0
    if history.release_persons_label(database, store_id, arguments.chat):
        console.sentence(f"{chat} is released: the next run labels it.")
        return 0
    console.sentence(f"{chat} has no label set by a person.")
    return 1


def _only_store(database: "Database", chat_id: str) -> str:
    """Return the one store that has the chat: two stores of one seller may both have it."""
    from local.terminal.tables import visible
    from reading.conversations import read_chats

    store_ids = [str(chat["store_id"]) for chat in read_chats(database, chat_id)]
    if not store_ids:
        raise UsageError(f"No chat {visible(chat_id)} is stored. `./chats chat ID` suggests some.")
    if len(store_ids) > 1:
        raise UsageError(f"Several stores have this chat: {', '.join(store_ids)}. Name one with --store.")
    return store_ids[0]
