"""Wildberries' rate limits: one token bucket for each seller account and method, and the headers that tell of it."""

import math
from dataclasses import dataclass

from local.simulator.tokens import TokenKind


@dataclass(frozen=True)
class Rule:
    """How many requests a full bucket gives at once, and how many seconds each of them takes to come back."""

    burst: int
    spacing: float


COMMON = Rule(burst=10, spacing=1)  # Personal, Service, "Base with secret": "10 per 10 s: one each second, burst 10"
BASE = Rule(burst=1, spacing=3600)  # Base, /chats and /events: "1 per hour, burst 1"
BASE_DOWNLOAD = Rule(burst=1, spacing=360)  # Base, /download: "10 per hour: one each 6 min, burst 1"


@dataclass(frozen=True)
class Verdict:
    """A bucket's word on one request: let in with `remaining` more at once, or refused for `retry` whole seconds."""

    allowed: bool
    remaining: int
    retry: int
    reset: int
    limit: int

    def headers(self) -> dict[str, str]:
        """Return the headers: "every answer but 429 carries X-Ratelimit-Remaining"; there is no Retry-After."""
        if self.allowed:
            return {"X-Ratelimit-Remaining": str(self.remaining)}
        return {
            "X-Ratelimit-Retry": str(self.retry),  # "seconds until a retry may succeed"
            "X-Ratelimit-Reset": str(self.reset),  # "seconds until the bucket is full"
            "X-Ratelimit-Limit": str(self.limit),  # "the burst"
        }


def rule_of(kind: TokenKind | None, method: str) -> Rule:
    """Return the rule a token of this kind is under; a token that does not tell its kind is treated as Personal."""
    if kind is not TokenKind.BASE:
        return COMMON
    return BASE_DOWNLOAD if method == "download" else BASE


class Buckets:
    """All buckets of one simulator: "more tokens of one seller share one bucket"; a new bucket is full.

    A bucket is the moment at which it will be full again, and every request moves that moment on by its rule's
    spacing. Waits are told in whole seconds, rounded up: who comes back then is let in (whole seconds added to a unix
    time are exact in a float). Not thread-safe: the simulator decides on one request at a time.
    """

    def __init__(self, enforced: bool = True) -> None:
        self._enforced = enforced
        self._full_at: dict[tuple[str, str], float] = {}

    def take(self, seller: str, method: str, rule: Rule, now: float) -> Verdict:
        """Take one request out of the seller's bucket at `now` (unix seconds), if there is one in it."""
        if not self._enforced:
            return _admitted(rule.burst, rule)
        full_at = max(self._full_at.get((seller, method), now), now)
        early = full_at + rule.spacing - now - rule.burst * rule.spacing
        if early > 0:
            retry, reset = math.ceil(early), math.ceil(full_at - now)
            return Verdict(allowed=False, remaining=0, retry=retry, reset=reset, limit=rule.burst)
        self._full_at[seller, method] = full_at + rule.spacing
        return _admitted(_remaining(full_at + rule.spacing, now, rule), rule)

    def drain(self, seller: str, method: str, rule: Rule, until: float) -> None:
        """Leave nothing in the bucket; the next request is let in at `until` (unix seconds)."""
        self._full_at[seller, method] = until + (rule.burst - 1) * rule.spacing

    def peek(self, seller: str, method: str, rule: Rule, now: float) -> Verdict:
        """Return what the bucket would still give, taking nothing: for answers that WB's gate gives by itself."""
        full_at = max(self._full_at.get((seller, method), now), now)
        return _admitted(max(0, _remaining(full_at, now, rule)), rule)


def _admitted(remaining: int, rule: Rule) -> Verdict:
    return Verdict(allowed=True, remaining=remaining, retry=0, reset=0, limit=rule.burst)


def _remaining(full_at: float, now: float, rule: Rule) -> int:
    return math.floor((rule.burst * rule.spacing - (full_at - now)) / rule.spacing)
