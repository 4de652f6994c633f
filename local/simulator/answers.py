"""One HTTP answer of Wildberries: the documented ones, the refusals, and a file's content."""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import responses
from uuid import uuid4

from local.simulator.stream import Stream
from local.simulator.wire import chats_json, encoded, events_json

GATE_STATUSES = frozenset({401, 403, 429})  # "401, 403, 429: application/problem+json"
LONGEST_CURSOR = 2**63 - 1  # `next` is an int64

CONTENT = {
    "image/png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    ),
    "image/jpeg": base64.b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
        "////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAAR"
        "CAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA"
        "/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AP//Z"
    ),
    "application/pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
}


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of one answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        """Return this answer with these headers more."""
        return Answer(self.status, self.body, {**self.headers, **headers})


def problem(status: int, detail: str) -> Answer:
    """Return a refusal in the shape that WB's description gives its status: 401, 403 and 429 its gate's, 400, 402, 451.

    It describes no other: a 5xx looks like the gate's, the rest like a 400.
    """
    phrase = responses.get(status, "Unknown")
    said = {"title": phrase.lower(), "detail": detail}
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return _json(status, said)
    body = {**said, "requestId": uuid4().hex, "status": status}
    if status in GATE_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        gate = {"code": f"07e4668e--{uuid4().hex[:12]}", "origin": "s2s-api-auth-chat", "statusText": phrase}
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Answer(status, encoded({**body, **gate, "timestamp": stamp}), _typed("application/problem+json"))
    error = {} if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS else {"error": detail}
    return _json(status, {**body, "origin": "buyer-chat-api", **error})


def chats(stream: Stream) -> Answer:
    """Answer GET /api/v1/seller/chats."""
    return _json(HTTPStatus.OK, chats_json(stream.newest_first()))


def events(stream: Stream, cursors: list[str], events_page_size: int) -> Answer:
    """Answer GET /api/v1/seller/events with the values of `next` in the address: none starts at the oldest event."""
    after = _cursor(cursors[0]) if cursors else None
    if cursors and after is None:
        return problem(HTTPStatus.BAD_REQUEST, "invalid value of parameter next")
    return _json(HTTPStatus.OK, events_json(stream.read_events_page(after, events_page_size), after))


def download(stream: Stream, download_id: str, now: float) -> Answer:
    """Answer GET /api/v1/seller/download/{id}: a file, 202 while it is moderated, 451 when it never comes."""
    stored, pending = stream.read_file(download_id, now)
    if stored is None:
        return problem(HTTPStatus.BAD_REQUEST, "invalid fileID")
    if stored.refused:
        return problem(HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS, "moderation failed")
    if pending > 0:
        return _json(HTTPStatus.ACCEPTED, {"moderationState": "pending", "retrySeconds": math.ceil(pending)})
    return Answer(HTTPStatus.OK, CONTENT[stored.content_type], _typed(stored.content_type))


def _cursor(text: str) -> int | None:
    """Return the cursor, or None for what WB answers with 400: "next=0 is answered with 400", and so is garbage."""
    if not (text.isascii() and text.isdigit()):
        return None
    cursor = int(text[:20])
    return cursor if 0 < cursor <= LONGEST_CURSOR else None


def _json(status: int, body: object) -> Answer:
    return Answer(status, encoded(body), _typed("application/json; charset=utf-8"))


def _typed(content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type}
