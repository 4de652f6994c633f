"""WB's list of a seller's chats: one answer, no paging."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatsync.errors import WildberriesUnavailableError
from chatsync.moments import MomentInvalidError, message_moment
from wildberries.client import RateLimitedError, WildberriesClient
from wildberries.limits import wait_after_limit, wait_for_refill

CHATS_PATH = "/api/v1/seller/chats"
ENTRY_KEY = "chatID"


@dataclass(frozen=True)
class ChatList:
    """WB's list (None if WB made us wait for it), and the seconds until WB may be asked for it again.

    `damaged` values were mended so that others could be read; `unread` entries could not be read at all.
    """

    chats: list[Any] | None
    wait_seconds: int
    requests: int = 1
    damaged: int = 0
    unread: int = 0

    def newest_message(self, now: datetime) -> datetime | None:
        """Return when the newest of the chats' last messages was sent, None where none says so."""
        moments = []
        for chat in self.chats or ():
            last = chat.get("lastMessage") if isinstance(chat, Mapping) else None
            with suppress(MomentInvalidError):
                moments.append(message_moment(last if isinstance(last, Mapping) else {}, now))
        return max((moment for moment in moments if moment <= now), default=None)


def fetch_chats(client: WildberriesClient, token_kind: str) -> ChatList:
    """Return the list of chats as WB sent it, or how long to wait for it. A seller without chats has an empty one.

    Raises:
        WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError: See WildberriesClient.get.
    """
    try:
        answer = client.get(CHATS_PATH, {}, ENTRY_KEY)
    except RateLimitedError as limit:
        return ChatList(None, wait_after_limit(limit.retry_seconds, token_kind))
    chats = [] if answer.result is None else answer.result  # Go, in which WB's services are written, says so
    if not isinstance(chats, list):
        raise WildberriesUnavailableError("WB's chat list has an unexpected format. The next run tries again.")
    wait_seconds = wait_for_refill(1, token_kind, requests_left=1, answer_seconds=0) if answer.remaining == 0 else 0
    return ChatList(chats, wait_seconds, damaged=answer.damaged, unread=len(answer.fragments))
