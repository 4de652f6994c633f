"""An event of WB's stream as a row of `chat_messages`, or the reason why it cannot be one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.wb_fields import (
    MomentInvalidError,
    as_id,
    as_integer,
    as_object,
    as_objects,
    as_raw,
    as_text,
    read_moment,
    storable,
)


class EventUnstorableError(ValueError):
    """The event has no identity, no chat or no possible moment; the message says which."""


@dataclass(frozen=True)
class SortedEvents:
    """Rows of messages, and rows of events that cannot be messages."""

    messages: list[dict[str, Any]]
    quarantined: list[dict[str, Any]]


def sort_events(events: Sequence[Any]) -> SortedEvents:
    """Return each event once, as a message or quarantined with its reason; nothing is dropped."""
    messages: dict[str, dict[str, Any]] = {}
    quarantined: dict[str, dict[str, Any]] = {}
    for event in events:
        try:
            row = _message_row(event)
            messages.setdefault(row["id"], row)
        except EventUnstorableError as reason:
            row = quarantine_row(event, str(reason))
            quarantined[row["id"]] = row
    return SortedEvents(list(messages.values()), list(quarantined.values()))


def quarantine_row(event: Any, reason: str) -> dict[str, Any]:
    """Return an event's row of `quarantined_events`: by its own id, or a digest where it has none to use."""
    own = as_id(event.get("eventID")) if isinstance(event, Mapping) else None
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return {"id": own or digest, "reason": reason, "raw": as_raw(event)}


def _message_row(event: Any) -> dict[str, Any]:
    if not isinstance(event, Mapping):
        raise EventUnstorableError("the event is no object")
    message = as_object(event.get("message"))
    attachments = as_object(message.get("attachments"))
    return {
        "id": _required_id(event, "eventID"),
        "chat_id": _required_id(event, "chatID"),
        "event_type": as_text(event.get("eventType")),
        "sender": as_text(event.get("sender")),
        "source": as_text(event.get("source")),
        "client_name": as_text(event.get("clientName")),
        "is_new_chat": event.get("isNewChat") is True,
        "text": storable(message["text"]) if isinstance(message.get("text"), str) else None,
        "sent_at": _sent_at(event),
        "attachments": [
            _attachment_row(kind, item)
            for kind, name in (("file", "files"), ("image", "images"))
            for item in as_objects(attachments.get(name))
        ],
        "raw": as_raw(event),
    }


def _required_id(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise EventUnstorableError(f"the event has no {name}")
    if as_id(value) is None:
        raise EventUnstorableError(f"the event's {name} is too long or has characters that Postgres cannot hold")
    return value


def _sent_at(event: Mapping[str, Any]) -> str:
    """`addTimestamp` in milliseconds; `addTime`, the same moment in whole seconds, only where it is missing."""
    value = event.get("addTimestamp")
    try:
        return read_moment(event.get("addTime") if value is None else value).isoformat()
    except MomentInvalidError as problem:
        raise EventUnstorableError(f"the event has no usable time ({problem})") from None


def _attachment_row(kind: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Files and images alike: old images have no downloadID, images no name, type or size."""
    return {
        "kind": kind,
        "download_id": as_text(item.get("downloadID")),
        "name": as_text(item.get("name")),
        "content_type": as_text(item.get("contentType")),
        "size": as_integer(item.get("size")),
        "url": as_text(item.get("url")),
        "date": as_text(item.get("date")),
    }
