"""WB's list of a seller's chats: one answer, no paging."""

from dataclasses import dataclass
from typing import Any

from chatsync.errors import WildberriesUnavailableError
from wildberries.client import RateLimitedError, WildberriesClient
from wildberries.limits import wait_after_limit, wait_for_refill

CHATS_PATH = "/api/v1/seller/chats"


@dataclass(frozen=True)
class ChatList:
    """WB's list (None if WB made us wait for it), and the seconds until WB may be asked for it again."""

    chats: list[Any] | None
    wait_seconds: int
    requests: int = 1


def fetch_chats(client: WildberriesClient, token_kind: str) -> ChatList:
    """Return the list of chats as WB sent it, or how long to wait for it.

    Raises:
        WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError: See WildberriesClient.get.
    """
    try:
        answer = client.get(CHATS_PATH, {})
    except RateLimitedError as limit:
        return ChatList(None, wait_after_limit(limit.retry_seconds, token_kind))
    if not isinstance(answer.result, list):
        raise WildberriesUnavailableError("WB's list of chats is no list. The next run tries again.")
    return ChatList(answer.result, wait_for_refill(1, token_kind) if answer.remaining == 0 else 0)
