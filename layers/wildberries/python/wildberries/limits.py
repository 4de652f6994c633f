"""How long to wait for WB: a token bucket for each seller and method.

WB's rule: Personal, Service and "Base with secret" tokens have 10 requests at once and one more each second;
Base tokens have one request an hour. WB's headers are the truth; the pace here is the guess where they are silent.
"""

import math

from wildberries.token import BASE

BURST_REQUESTS = 10
SECONDS_A_REQUEST = 1
BASE_SECONDS_A_REQUEST = 3600
# The longest wait for a bucket to fill: a few seconds less than a full one takes, so that it does not overflow while a
# burst is saved and no request that WB grants is wasted. Each round costs four states, so that few long ones are cheap.
REFILL_SECONDS = 7 * SECONDS_A_REQUEST
# WB's longest wait is a Base token's hour. A header that says more than a day means something else, such as a date.
LONGEST_WAIT_SECONDS = 86_400


def wait_after_limit(retry_seconds: float | None, token_kind: str) -> int:
    """Return the seconds to wait after a 429: what WB said, rounded up, else the guess for the token's kind."""
    if retry_seconds is not None:
        return max(1, math.ceil(retry_seconds))
    return BASE_SECONDS_A_REQUEST if token_kind == BASE else REFILL_SECONDS


def wait_for_refill(requests_made: int, token_kind: str, requests_left: int, answer_seconds: float) -> int:
    """Return the seconds to wait after WB said that its bucket is empty: no more than for what the walk still lacks.

    The bucket fills on while WB answers, `answer_seconds` each at the least: the last request finds its place then, and
    so do those before it. An hour only if the bucket held a single request: a Base token "with secret" has the quick
    bucket.
    """
    if token_kind == BASE and requests_made == 1:
        return BASE_SECONDS_A_REQUEST
    last_is_due = requests_left * SECONDS_A_REQUEST - (requests_left - 1) * answer_seconds
    return min(REFILL_SECONDS, max(SECONDS_A_REQUEST, math.ceil(last_is_due)))
