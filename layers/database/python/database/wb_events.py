"""An event of WB's stream as a row of `chat_messages`, or the reason why it cannot be one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from database.json_rows import as_raw, storable
from database.moments import MomentInvalidError, read_moment
from database.wb_chats import as_id, as_integer, as_text


class EventUnstorableError(ValueError):
    """The event has no identity, no chat or no possible moment; the message says which."""


@dataclass
class SortedEvents:
    """Rows of messages, and rows of events that cannot be messages."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)


def sort_events(events: Sequence[Any]) -> SortedEvents:
    """Return each event once, as a message or quarantined with its reason; nothing is dropped."""
    found = SortedEvents()
    seen: set[str] = set()
    for event in events:
        try:
            row = _message(event)
        except EventUnstorableError as reason:
            found.quarantined.append(quarantine_row(event, str(reason)))
            continue
        if row["id"] not in seen:
            seen.add(row["id"])
            found.messages.append(row)
    found.quarantined = list({row["id"]: row for row in found.quarantined}.values())
    return found


def quarantine_row(event: Any, reason: str) -> dict[str, Any]:
    """Return an event's row of `quarantined_events`: by its own id, or a digest where it has none to use."""
    own = as_id(event.get("eventID")) if isinstance(event, Mapping) else None
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return {"id": own or digest, "reason": reason, "raw": as_raw(event)}


def _message(event: Any) -> dict[str, Any]:
    if not isinstance(event, Mapping):
        raise EventUnstorableError("the event is no object")
    message = event.get("message")
    message = message if isinstance(message, Mapping) else {}
    return {
        "id": _required(event, "eventID"),
        "chat_id": _required(event, "chatID"),
        "event_type": as_text(event.get("eventType")),
        "sender": as_text(event.get("sender")),
        "source": as_text(event.get("source")),
        "client_name": as_text(event.get("clientName")),
        "is_new_chat": event.get("isNewChat") is True,
        "text": storable(message["text"]) if isinstance(message.get("text"), str) else None,
        "sent_at": _sent_at(event).isoformat(),
        "attachments": _attachments(message.get("attachments")),
        "raw": as_raw(event),
    }


def _required(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise EventUnstorableError(f"the event has no {name}")
    if as_id(value) is None:
        raise EventUnstorableError(f"the event's {name} is too long or has characters that Postgres cannot hold")
    return value


def _sent_at(event: Mapping[str, Any]) -> datetime:
    """`addTimestamp` in milliseconds; `addTime`, the same moment in whole seconds, only where it is missing."""
    value = event.get("addTimestamp")
    try:
        return read_moment(event.get("addTime") if value is None else value)
    except MomentInvalidError as problem:
        raise EventUnstorableError(f"the event has no usable time ({problem})") from None


def _attachments(attachments: object) -> list[dict[str, Any]]:
    """Files and images alike: old images have no downloadID, images no name, type or size."""
    if not isinstance(attachments, Mapping):
        return []
    return [
        _attachment(kind, item)
        for kind, key in (("file", "files"), ("image", "images"))
        for item in _list(attachments.get(key))
        if isinstance(item, Mapping)
    ]


def _attachment(kind: str, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "download_id": as_text(item.get("downloadID")),
        "name": as_text(item.get("name")),
        "content_type": as_text(item.get("contentType")),
        "size": as_integer(item.get("size")),
        "url": as_text(item.get("url")),
        "date": as_text(item.get("date")),
    }


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
