"""An event of WB's stream as a row of `chat_messages`, or the reason why it cannot be one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatsync.automatic import is_automatic
from chatsync.question_prefix import read_prefix
from database.wb_cards import read_card
from database.wb_fields import (
    Columns,
    EventUnstorableError,
    as_id,
    as_integer,
    as_name,
    as_object,
    as_objects,
    as_raw,
    as_text,
    as_word,
    read_fields,
    required_id,
    required_moment,
    storable,
)

EVENT: Columns = {
    "event_type": ("eventType", as_word),
    "sender": ("sender", as_word),
    "source": ("source", as_word),
    "client_name": ("clientName", as_name),
}
# Files and images alike: old images have no downloadID, images no name, type or size.
ATTACHMENT: Columns = {
    "download_id": ("downloadID", as_text),
    "name": ("name", as_text),
    "content_type": ("contentType", as_text),
    "size": ("size", as_integer),
    "url": ("url", as_text),
    "date": ("date", as_text),
}

ATTACHED = {"file": "files", "image": "images"}  # by kind: the name of their list


@dataclass(frozen=True)
class SortedEvents:
    """Rows of messages, the newest version of each; their older versions, as rows too; and rows of the unstorable.

    `whole` are the ids of which the version that came last is no unstorable one.
    """

    messages: list[dict[str, Any]]
    older: list[dict[str, Any]]
    quarantined: list[dict[str, Any]]
    whole: frozenset[str]


def sort_events(events: Sequence[Any], now: datetime) -> SortedEvents:
    """Return each event as a message or quarantined with its reason; nothing is dropped but equal repeats.

    Of two events under one id, the later one is the newer version; of the same time, the one that came last.
    """
    messages: dict[str, dict[str, Any]] = {}
    older: list[dict[str, Any]] = []
    quarantined: dict[str, dict[str, Any]] = {}
    whole: set[str] = set()
    for event in events:
        try:
            row = _message_row(event, now)
        except EventUnstorableError as reason:
            row = quarantine_row(event, str(reason))
            quarantined[row["id"]] = row
            whole.discard(row["id"])
            continue
        whole.add(row["id"])
        known = messages.setdefault(row["id"], row)
        if known["raw"] != row["raw"]:
            first, last = sorted((known, row), key=lambda each: str(each["sent_at"]))
            messages[row["id"]] = last
            older.append(first)
    return SortedEvents(list(messages.values()), older, list(quarantined.values()), frozenset(whole))


def marks(sender: str | None, text: str | None, good_card: object) -> dict[str, Any]:
    """Return what of a message is WB's own words, and the columns of CARD that it says something of.

    Raises AutomaticListInvalidError.
    """
    prefix = read_prefix(sender, text)
    return {
        "automatic": is_automatic(sender, text),
        "prefix_characters": prefix.characters if prefix else 0,
        **read_card(good_card, prefix),
    }


def count_unread(events: Sequence[Any]) -> int:
    """Return how many parts of messages say something in a form that no column has; `raw` keeps them."""
    return sum(
        len(_unread_parts(event["message"])) for event in events if isinstance(event, Mapping) and event.get("message")
    )


def _unread_parts(message: Any) -> list[Any]:
    if not isinstance(message, Mapping):
        return [] if isinstance(message, str) else [message]
    attachments = message.get("attachments")
    lists = [as_object(attachments).get(name) for name in ATTACHED.values()]
    parts = [(message.get("text"), str), (attachments, Mapping), *((each, list) for each in lists)]
    parts += [(item, Mapping) for each in lists if isinstance(each, list) for item in each]
    return [value for value, kind in parts if value and not isinstance(value, kind)]


def quarantine_row(event: Any, reason: str) -> dict[str, Any]:
    """Return an event's row of `quarantined_events`: by its own id, or a digest where it has none to use."""
    own = as_id(event.get("eventID")) if isinstance(event, Mapping) else None
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return {"id": own or digest, "reason": reason, "raw": as_raw(event)}


def _message_row(event: Any, now: datetime) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise EventUnstorableError("the event is not an object")
    message = as_object(event.get("message"))
    said = event.get("message") if isinstance(event.get("message"), str) else message.get("text")
    attachments = as_object(message.get("attachments"))
    fields = read_fields(event, EVENT)
    text = storable(said) if isinstance(said, str) else None
    return {
        "id": required_id(event, "eventID"),
        "chat_id": required_id(event, "chatID"),
        **fields,
        "is_new_chat": event.get("isNewChat") is True,
        "text": text,
        **marks(fields["sender"], text, attachments.get("goodCard")),
        "sent_at": required_moment(event, now),
        "attachments": [
            {"kind": kind, **read_fields(item, ATTACHMENT)}
            for kind, name in ATTACHED.items()
            for item in as_objects(attachments.get(name))
        ],
        "raw": as_raw(event),
    }
