"""One conversation, and the label that a person gives it there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from chatsync.taxonomy import taxonomy
from database.connection import Database
from database.labels.history import release_persons_label, set_persons_label
from database.no_answer import end_no_answer, mark_no_answer
from reading.conversations import (
    MessageKey,
    find_hits,
    find_message,
    read_chats,
    read_labels,
    read_marks,
    read_messages,
)
from reading.search import are_usable
from viewer.access import reading_transaction, writing_transaction
from viewer.addresses import (
    AROUND,
    EARLIER,
    LATER,
    AddressInvalidError,
    NothingThereError,
    read_id,
    read_number,
    read_place,
    read_text,
    write_chat,
)
from viewer.links import host_of, split_links
from viewer.marking import mark_words
from viewer.rendering import moscow_day

MESSAGES_AT_ONCE = 300
SIDES = ("client", "seller", "wb")


def describe_conversation(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a chat's own page. Raises as read_conversation."""
    store_id, chat_id, words = read_id(fields, "store"), read_id(fields, "id"), read_text(fields, "q")
    link = partial(write_chat, store_id, chat_id, words)
    with reading_transaction() as database:
        read = read_conversation(database, store_id, chat_id, fields, lambda **place: f"/chat?{link(**place)}")
    return read | {"way_back": {"alone": "1", "q": words} | read["place"]}


def read_conversation(
    database: Database, store_id: str, chat_id: str, fields: Mapping[str, str], link: Callable[..., str]
) -> dict[str, Any]:
    """Return a chat, its label and marks, and what was said at the place that an address names.

    Without a place it is the newest message with the searched words, or else the end. `link` writes addresses of other
    places.

    Raises:
        NothingThereError: The chat does not exist, or has no such message.
        AddressInvalidError: There can be no such message.
    """
    chats = read_chats(database, chat_id, store_id)
    if not chats:
        raise NothingThereError("no_chat")
    chat, words = chats[0], read_text(fields, "q")
    words = words if words and are_usable(database, words) else ""
    hits = find_hits(database, chat, words) if words else []
    place = read_place(fields)
    shown, here, links = _read_stretch(database, chat, place, hits, words)
    for message in shown:
        _prepare(message, chat)
        message["link"] = link(message=message["id"])
    ordered_at = chat["ordered_at"]
    return {
        "chat": chat | {"ordered_on": moscow_day(ordered_at) if ordered_at else None},
        "days": [(day, list(said)) for day, said in groupby(shown, lambda message: moscow_day(message["sent_at"]))],
        "here": here,
        "asked": bool(hits or place),
        "place": dict([place]) if place else {},
        "hits": _place_among(hits, here, link),
        "stretch": {name: link(**links[name]) if name in links else "" for name in ("earlier", "later", "newest")},
        "labels": read_labels(database, chat),
        "marks": read_marks(database, chat),
        "tags": taxonomy().keys,
        "causes": taxonomy().cause_keys,
        "done": fields.get("done") == "1",
    }


def _read_stretch(
    database: Database,
    chat: dict[str, Any],
    place: tuple[str, str] | None,
    hits: Sequence[MessageKey],
    words: str,
) -> tuple[list[dict[str, Any]], str, dict[str, dict[str, str]]]:
    """Return the messages to show, the id of the one to look at, and the places before and behind them."""
    key = find_message(database, chat, place[1]) if place else (hits[-1] if hits else None)
    if place and key is None:
        raise NothingThereError("no_message")
    part = place[0] if place else AROUND
    most = MESSAGES_AT_ONCE // 2 if key and part == AROUND else MESSAGES_AT_ONCE
    before = read_messages(database, chat, most + 1, before=key, words=words) if part != LATER else []
    behind = read_messages(database, chat, most + 1, after=key, words=words) if key and part != EARLIER else []
    shown = [*before[-most:], *behind[:most]]
    if not shown:
        return [], "", {}
    links: dict[str, dict[str, str]] = {}
    if len(before) > most or part == LATER:
        links["earlier"] = {EARLIER: shown[0]["id"]}
    if len(behind) > most or part == EARLIER:
        links |= {"later": {LATER: shown[-1]["id"]}, "newest": {}}
    looked_at = key[1] if key and part == AROUND else shown[0 if part == LATER else -1]["id"]
    return shown, looked_at, links


def _place_among(hits: Sequence[MessageKey], here: str, link: Callable[..., str]) -> dict[str, Any] | None:
    """Return which hit is looked at, and the addresses of those beside it; None if nothing was found in this chat."""
    ids = [message_id for _, message_id in hits]
    if not ids:
        return None
    at = ids.index(here) if here in ids else len(ids) - 1
    return {
        "number": at + 1,
        "total": len(ids),
        "previous": link(message=ids[at - 1]) if at else "",
        "next": link(message=ids[at + 1]) if at + 1 < len(ids) else "",
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
        AddressInvalidError: The form gives no reason, or does not say how many messages were seen.
    """
    store_id, chat_id, reason = read_id(fields, "store"), read_id(fields, "chat"), read_text(fields, "reason")
    with writing_transaction() as database:
        if fields.get("end") == "1":
            end_no_answer(database, store_id, chat_id, login or None)
        elif reason:
            mark_no_answer(database, store_id, chat_id, reason, seen=read_number(fields, "seen"), by=login or None)
        else:
            raise AddressInvalidError("The form gives no reason.")


def _prepare(message: dict[str, Any], chat: Mapping[str, Any]) -> None:
    """Add what the template shows: who wrote it, whether it is about another product than the chat, and its text in
    pieces, each with the host that a link goes to."""
    message["other_product"] = message["nm_id"] not in {None, chat["nm_id"]}
    message["side"] = message["sender"] if message["sender"] in SIDES else "other"
    pieces = split_links(mark_words(message["text"] or "", message["marked"]))
    message["pieces"] = [(piece, host_of(piece.address) if piece.address else None) for piece in pieces]
