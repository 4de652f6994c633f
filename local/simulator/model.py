"""What a simulated Wildberries knows: stores, their listed chats, their events and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ABSENT = object()
"""As a value in `extra` or in a token's `changes`: leave this field out of the JSON."""


@dataclass(frozen=True)
class Event:
    """One event of a seller's stream.

    `at` (unix ms) is its place in the stream and its addTimestamp. `text` None: the event has no message object.
    `reply_sign` is given on the event that opens a chat, and then isNewChat is true; it is left out of the repr.
    `extra` is laid over the JSON last: unknown fields, odd values, or ABSENT to drop a field.
    """

    id: str
    chat_id: str
    at: int
    sender: str
    text: str | None
    source: str | None = None
    client_name: str | None = None
    reply_sign: str | None = field(default=None, repr=False)
    attachments: Mapping[str, object] | None = None
    event_type: str = "message"
    extra: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Chat:
    """One chat of a seller's list. Its lastMessage is made of its newest event, unless `extra` says otherwise."""

    id: str
    client_name: str
    reply_sign: str = field(repr=False)
    good_card: Mapping[str, object] | None = None
    extra: Mapping[str, object] | None = None


@dataclass(frozen=True)
class StoredFile:
    """What a downloadID gives: `pending_seconds` count from the first time it is asked for; `refused` never comes."""

    content_type: str
    pending_seconds: int = 0
    refused: bool = False


@dataclass(frozen=True)
class SimulatedStore:
    """A store as its owner would enter it, and what WB has for its seller. Chats are the listed ones only."""

    id: str
    name: str
    token: str = field(repr=False)
    seller: str
    chats: tuple[Chat, ...] = ()
    events: tuple[Event, ...] = ()
    files: Mapping[str, StoredFile] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """All stores of one simulator. Stores of the same seller see the chats and events of the first of them."""

    stores: tuple[SimulatedStore, ...]


def changed(raw: dict[str, object], changes: Mapping[str, object] | None) -> dict[str, object]:
    """Return raw with the changes laid over it, and without the fields whose change is ABSENT."""
    if not changes:
        return raw
    return {key: value for key, value in {**raw, **changes}.items() if value is not ABSENT}
