"""An event of WB's stream as a row of `chat_messages`, or the reason why it cannot be one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.wb_fields import (
    Columns,
    EventUnstorableError,
    as_id,
    as_integer,
    as_object,
    as_objects,
    as_raw,
    as_text,
    read_fields,
    required_id,
    required_moment,
    storable,
)

EVENT: Columns = {
    "event_type": ("eventType", as_text),
    "sender": ("sender", as_text),
    "source": ("source", as_text),
    "client_name": ("clientName", as_text),
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
        "id": required_id(event, "eventID"),
        "chat_id": required_id(event, "chatID"),
        **read_fields(event, EVENT),
        "is_new_chat": event.get("isNewChat") is True,
        "text": storable(message["text"]) if isinstance(message.get("text"), str) else None,
        # addTimestamp is in milliseconds; addTime, the same moment in whole seconds, may be all that is there.
        "sent_at": required_moment(event, "addTimestamp", "addTime"),
        "attachments": [
            {"kind": kind, **read_fields(item, ATTACHMENT)}
            for kind, name in (("file", "files"), ("image", "images"))
            for item in as_objects(attachments.get(name))
        ],
        "raw": as_raw(event),
    }
