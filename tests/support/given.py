"""Stores for tests: small, plain, and new to the machine each time (its workers remember tokens for a minute)."""

import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from local.simulator.model import Chat, Event, SimulatedStore
from local.simulator.tokens import TokenKind, make_token

START_MS = 1_770_000_000_000  # 2026-02-02
IN_A_QUARTER = datetime.now(UTC) + timedelta(days=90)


def an_event(number: int, chat: int = 0, at: int | None = None, **changes: object) -> Event:
    """Return the store's event of this number, a second after the one before it."""
    sender = "client" if number % 2 == 0 else "seller"
    event = {
        "id": f"event-{number}",
        "chat_id": f"1:chat-{chat}",
        "at": START_MS + number * 1000 if at is None else at,
        "sender": sender,
        "text": f"Где мой заказ номер {number}?",
        "source": "rusite",
        "client_name": "Анна" if sender == "client" else None,
    }
    return Event(**(event | changes))  # type: ignore[arg-type]


def events_of(count: int, chats: int = 3) -> tuple[Event, ...]:
    """Return that many events, spread over the chats."""
    return tuple(an_event(number, number % chats) for number in range(count))


def a_chat(number: int, **changes: object) -> Chat:
    """Return the listed chat of this number."""
    chat = {"id": f"1:chat-{number}", "client_name": "Анна", "reply_sign": f"sign-{number}", "good_card": None}
    return Chat(**(chat | changes))  # type: ignore[arg-type]


def a_store(
    events: Iterable[Event] = (),
    *,
    chats: int = 3,
    kind: TokenKind = TokenKind.PERSONAL,
    expires_at: datetime = IN_A_QUARTER,
    chat_access: bool = True,
    token: str | None = None,
    seller: str | None = None,
) -> SimulatedStore:
    """Return a store with a seller of its own and a token that works."""
    seller = seller or str(uuid.uuid4())
    return SimulatedStore(
        id=f"shop-{uuid.uuid4().hex[:8]}",
        name="ИП Проба П. П.",
        token=make_token(kind, seller, expires_at, chat_access=chat_access) if token is None else token,
        seller=seller,
        chats=tuple(a_chat(number) for number in range(chats)),
        events=tuple(events),
    )


def now_ms() -> int:
    """Return the present moment in WB's unit."""
    return int(time.time() * 1000)
