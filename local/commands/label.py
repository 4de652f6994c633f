"""Set a person's label on a chat, or release it.

TAG is what the buyer needs answered, --cause what went wrong; without --cause
the chat keeps the cause it has. No run overwrites a person's label. --release
takes it back, and the next run labels the chat again. Old labels stay in
chat_labels.

examples:
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 return_refund
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 thanks --cause late
  ./chats label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 --release
Without a tag it lists the tags and the causes. A stack names its own when it
is given another one. The login name of this machine is kept with the label.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from local.arguments import add_stack
from local.errors import UsageError

if TYPE_CHECKING:
    from chatsync.taxonomy import Tag


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chat, and what becomes of its label."""
    parser.add_argument("chat", metavar="CHAT", help="the chat's id, as Wildberries gave it")
    parser.add_argument("tag", metavar="TAG", nargs="?", help="one of the taxonomy's tags")
    parser.add_argument("--cause", metavar="CAUSE", help="one of the taxonomy's causes: what went wrong")
    parser.add_argument("--release", action="store_true", help="take a person's label back")
    parser.add_argument("--store", metavar="ID", help="the chat's store, where several have it")
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Set or release the chat's label; 1 if there was none of a person's to release."""
    from local.installation.data import change_data

    _require_sense(arguments)
    about = {"chat_id": arguments.chat, "store_id": arguments.store}
    if arguments.tag:
        about |= {"tag": arguments.tag, "cause": arguments.cause}
    changed = change_data(arguments.stack, "set_label" if arguments.tag else "release_label", **about)
    return _show_change(changed, arguments.tag, arguments.cause)


def _require_sense(arguments: argparse.Namespace) -> None:
    """Raise UsageError with the tags and causes. Those of a stack are its own: it refuses what it does not have."""
    from chatsync.taxonomy import taxonomy

    used = taxonomy()
    here = arguments.stack is None
    entries = [*_list_entries("The tags:", used.tags), *_list_entries("The causes:", used.causes)]
    choices = "".join(f"\n{entry}" for entry in entries) if here else ""
    if bool(arguments.tag) == arguments.release:
        raise UsageError(f"Name a tag, or --release to take a person's label back.{choices}")
    if arguments.cause and not arguments.tag:
        raise UsageError(f"A cause stands beside a tag: name the tag too.{choices}")
    if here and arguments.tag and arguments.tag not in used.keys:
        raise UsageError(f"No such tag: {arguments.tag}.{choices}")
    if here and arguments.cause and arguments.cause not in used.cause_keys:
        raise UsageError(f"No such cause: {arguments.cause}.{choices}")


def _list_entries(title: str, entries: "Sequence[Tag]") -> list[str]:
    return [title, *(f"  {entry.key:<16} {entry.title_ru}" for entry in entries)]


def _show_change(changed: dict[str, Any], tag: str | None, cause: str | None) -> int:
    from local.terminal.tables import console, visible

    chat = f"{visible(changed['chat_id'])} of {visible(changed['store_id'])}"
    if tag:
        label = f"{tag} (cause: {cause})" if cause else tag
        console.sentence(f"{chat} is {visible(label)} now, until it is released: no run overwrites a person's label.")
        return 0
    if changed["changed"]:
        console.sentence(f"{chat} is released: the next run labels it.")
        return 0
    console.sentence(f"{chat} has no label set by a person.")
    return 1
