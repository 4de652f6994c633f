"""How long to wait for WB: a token bucket for each seller and method.

WB's rule: Personal, Service and "Base with secret" tokens have 10 requests at once and one more each second;
Base tokens have one request an hour. WB's headers are the truth; the pace here is the guess where they are silent.
"""

import math

from wildberries.token import BASE

BURST_REQUESTS = 10
SECONDS_A_REQUEST = 1
BASE_SECONDS_A_REQUEST = 3600
# Less than half a full bucket: it does not overflow while a burst is saved, so no request that WB grants is wasted.
# Four pages pay for the four states of a burst.
REFILL_SECONDS = 4 * SECONDS_A_REQUEST
# WB's longest wait is a Base token's hour. A header that says more than a day means something else, such as a date.
LONGEST_WAIT_SECONDS = 86_400


def wait_after_limit(retry_seconds: float | None, token_kind: str) -> int:
    """Return the seconds to wait after a 429: what WB said, rounded up, else the guess for the token's kind."""
    if retry_seconds is not None:
        return max(1, math.ceil(retry_seconds))
    return BASE_SECONDS_A_REQUEST if token_kind == BASE else REFILL_SECONDS


def wait_for_refill(requests_made: int, token_kind: str, lacks_one: bool = False) -> int:
    """Return the seconds to wait after WB said that its bucket is empty; `lacks_one`: for the walk's last request.

    An hour only if the bucket held a single request: a Base token "with secret" has the quick bucket.
    """
    if token_kind == BASE and requests_made == 1:
        return BASE_SECONDS_A_REQUEST
    return SECONDS_A_REQUEST if lacks_one else REFILL_SECONDS
