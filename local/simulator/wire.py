"""The JSON of Wildberries' answers."""

import json
from datetime import UTC, datetime

from local.simulator.model import ABSENT, Chat, Event, changed

LATEST_MS = 253_402_300_799_999  # the last millisecond of the year 9999, where ISO times end


def chats_json(listed: list[tuple[Chat, Event | None]]) -> dict[str, object]:
    """Return the body of /chats: no paging, everything in one answer."""
    return {"result": [chat_json(chat, newest) for chat, newest in listed], "errors": None}


def events_json(events: list[Event], after: int | None) -> dict[str, object]:
    """Return the body of one page of /events: `next` is its last event's time, and an empty page echoes its cursor.

    An empty page has no times: WB describes them as dates that may be absent, neither empty nor null.
    """
    times = {"newestEventTime": _iso(events[-1].at), "oldestEventTime": _iso(events[0].at)} if events else {}
    result = {
        "next": events[-1].at if events else after or 0,
        **times,
        "totalEvents": len(events),  # "the number of events in THIS page"
        "events": [event_json(event) for event in events],
    }
    return {"result": result, "errors": None}


def chat_json(chat: Chat, newest: Event | None) -> dict[str, object]:
    """Return one chat as /chats lists it; a chat without events has no lastMessage."""
    raw: dict[str, object] = {
        "chatID": chat.id,
        "replySign": chat.reply_sign,
        "clientName": chat.client_name,
        "goodCard": chat.good_card if chat.good_card is not None else ABSENT,
        "lastMessage": {"text": newest.text or "", "addTimestamp": newest.at} if newest else ABSENT,
    }
    return changed(raw, {key: value for key, value in raw.items() if value is ABSENT} | dict(chat.extra or {}))


def event_json(event: Event) -> dict[str, object]:
    """Return one event as /events shows it: what it does not have is absent, not null."""
    raw: dict[str, object] = {"chatID": event.chat_id, "eventID": event.id, "eventType": event.event_type}
    if event.reply_sign is not None:
        raw |= {"isNewChat": True, "replySign": event.reply_sign}
    if event.text is not None:
        attachments = {} if event.attachments is None else {"attachments": event.attachments}
        raw["message"] = {**attachments, "text": event.text}
    if event.source is not None:
        raw["source"] = event.source
    raw |= {"addTimestamp": event.at, "addTime": _iso(event.at), "sender": event.sender}
    if event.client_name is not None:
        raw["clientName"] = event.client_name
    return changed(raw, event.extra)


def encoded(body: object) -> bytes:
    """Return the body in UTF-8; a lone surrogate, which UTF-8 does not have, becomes its JSON escape."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _iso(at: int) -> str:
    """Return "the same moment as an ISO string in whole seconds"."""
    return datetime.fromtimestamp(min(max(at, 0), LATEST_MS) // 1000, UTC).isoformat().replace("+00:00", "Z")
