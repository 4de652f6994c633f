"""One conversation, and the label that a person gives it there."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from chatsync.taxonomy import taxonomy
from database.labels.history import release_persons_label, set_persons_label
from database.no_answer import end_no_answer, mark_no_answer
from reading.conversations import read_chats, read_labels, read_marks, read_messages
from reading.search import are_usable
from viewer.access import reading_transaction, writing_transaction
from viewer.addresses import AddressInvalidError, NothingThereError, read_id, read_message_key, read_text, write_chat
from viewer.links import host_of, split_links
from viewer.marking import mark_words
from viewer.rendering import moscow_day

MESSAGES_AT_ONCE = 300
SIDES = ("client", "seller", "wb")


def describe_conversation(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a conversation's newest messages, or those before a message.

    Raises:
        NothingThereError: There is no such chat.
        AddressInvalidError: There can be no such message.
    """
    store_id, chat_id, words = read_id(fields, "store"), read_id(fields, "id"), read_text(fields, "q")
    before = read_message_key(fields)
    with reading_transaction() as database:
        chats = read_chats(database, chat_id, store_id)
        if not chats:
            raise NothingThereError("no_chat")
        marked = words if words and are_usable(database, words) else ""
        messages = read_messages(database, chats[0], MESSAGES_AT_ONCE + 1, before, marked)
        history, marks = read_labels(database, chats[0]), read_marks(database, chats[0])
    shown = messages[-MESSAGES_AT_ONCE:]
    ordered_at = chats[0]["ordered_at"]
    first = (shown[0]["sent_at"], shown[0]["id"]) if len(messages) > MESSAGES_AT_ONCE else None
    for message in shown:
        _prepare(message, chats[0])
    return {
        "chat": chats[0] | {"ordered_on": moscow_day(ordered_at) if ordered_at else None},
        "days": [(day, list(said)) for day, said in groupby(shown, lambda message: moscow_day(message["sent_at"]))],
        "labels": history,
        "marks": marks,
        "tags": taxonomy().keys,
        "causes": taxonomy().cause_keys,
        "earlier": write_chat(store_id, chat_id, words, before=first) if first else "",
        "newest": write_chat(store_id, chat_id, words) if before else "",
        "done": fields.get("done") == "1",
    }


def set_label(fields: Mapping[str, str]) -> None:
    """Set the label that a form names; without a tag, release the person's. Raises as database.labels.history."""
    store_id, chat_id = read_id(fields, "store"), read_id(fields, "chat")
    tag, cause = read_text(fields, "tag"), read_text(fields, "cause")
    with writing_transaction() as database:
        if tag:
            set_persons_label(database, store_id, chat_id, tag, cause or None)
        else:
            release_persons_label(database, store_id, chat_id)


def mark_as_needing_no_answer(fields: Mapping[str, str], login: str) -> None:
    """Mark the chat that a form names as needing no answer, or take that back. Raises as database.no_answer.

    Raises:
        AddressInvalidError: The form gives no reason.
    """
    store_id, chat_id, reason = read_id(fields, "store"), read_id(fields, "chat"), read_text(fields, "reason")
    with writing_transaction() as database:
        if fields.get("end") == "1":
            end_no_answer(database, store_id, chat_id, login or None)
        elif reason:
            mark_no_answer(database, store_id, chat_id, reason, login or None)
        else:
            raise AddressInvalidError("The form gives no reason.")


def _prepare(message: dict[str, Any], chat: Mapping[str, Any]) -> None:
    """Add what the template shows: who wrote it, whether it is about another product than the chat, and its text in
    pieces, each with the host that a link goes to."""
    message["other_product"] = message["nm_id"] not in {None, chat["nm_id"]}
    message["side"] = message["sender"] if message["sender"] in SIDES else "other"
    pieces = split_links(mark_words(message["text"] or "", message["marked"]))
    message["pieces"] = [(piece, host_of(piece.address) if piece.address else None) for piece in pieces]
