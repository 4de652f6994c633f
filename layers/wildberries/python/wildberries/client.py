"""One GET to WB: sent safely, answered by a result or by an error that says who must act.

Statuses decide, never texts. The token goes to the configured host only: redirects are not followed, the environment's
proxies and netrc are not read.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from chatsync.errors import WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError
from wildberries.token import HOW_TO_REPLACE

CONNECT_SECONDS = 5
SILENCE_SECONDS = 20  # The longest pause between two pieces of an answer.
ANSWER_SECONDS = 30  # The longest time for a whole answer, however it trickles.
ANSWER_BYTES = 64 * 1024 * 1024  # Answers of 10 MB are normal for large sellers' lists; more than this is none.
PIECE_BYTES = 64 * 1024
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

REFUSALS = {
    401: f"WB does not accept the store's token (401). {HOW_TO_REPLACE}",
    402: "WB asks for payment for this method (402). Check the account's balance in the seller portal.",
    403: f"WB denies the store's token access to chats (403). {HOW_TO_REPLACE}",
}


@dataclass(frozen=True)
class Answer:
    """A 200 of WB: its `result`, and how many requests the bucket still holds (None if WB did not say)."""

    result: Any
    remaining: int | None


class RateLimitedError(Exception):
    """429. `retry_seconds` is WB's X-Ratelimit-Retry, None if it was absent or unreadable."""

    def __init__(self, retry_seconds: float | None) -> None:
        super().__init__("WB's rate limit is used up.")
        self.retry_seconds = retry_seconds


class WildberriesClient:
    """Sends GETs with one store's token over one kept-alive connection."""

    def __init__(self, base_url: str, token: str) -> None:
        address = urlsplit(base_url)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise WildberriesRejectedError("WB_API_URL must start with https:// (or name this machine).")
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"Authorization": token.strip(), "Accept": "application/json"})

    def get(self, path: str, parameters: Mapping[str, int]) -> Answer:
        """Return WB's answer, with every `replySign` (a capability to write messages) removed.

        Raises:
            RateLimitedError: 429.
            WildberriesRefusedError: 401, 402, 403.
            WildberriesRejectedError: Any other status that is neither 200 nor 5xx.
            WildberriesUnavailableError: 5xx, a time-out, a cut body, or no JSON of the promised shape.
        """
        try:
            response = self._session.get(
                self._base_url + path,
                params=dict(parameters),
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                _raise_for_status(response)
                body = _read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise WildberriesUnavailableError(
                f"WB could not be reached or cut its answer ({type(error).__name__}). The next run tries again."
            ) from None
        return Answer(_result(body), _whole_number(response.headers.get("X-Ratelimit-Remaining")))


def _raise_for_status(response: requests.Response) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    if status == requests.codes.too_many_requests:
        raise RateLimitedError(_number(response.headers.get("X-Ratelimit-Retry")))
    if status in REFUSALS:
        raise WildberriesRefusedError(REFUSALS[status])
    if status >= requests.codes.internal_server_error:
        raise WildberriesUnavailableError(f"WB answered {status}. The next run tries again.")
    if response.is_redirect:
        raise WildberriesRejectedError(
            f"WB answered with a redirect ({status}), which is not followed. Check WB_API_URL."
        )
    raise WildberriesRejectedError(
        f"WB answered {status} to a request it should accept. If it repeats, please report it."
    )


def _read(response: requests.Response) -> bytes:
    """Read the body piece by piece: requests' own time-out starts anew with each piece of a trickling answer."""
    deadline = time.monotonic() + ANSWER_SECONDS
    body = bytearray()
    while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
            raise WildberriesUnavailableError("WB's answer was too long or too slow. The next run tries again.")
    return bytes(body)


def _result(body: bytes) -> Any:
    try:
        answer = json.loads(body, object_hook=_without_reply_sign, parse_float=_finite, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WildberriesUnavailableError("WB's answer is no JSON. The next run tries again.") from None
    if not isinstance(answer, dict) or answer.get("result") is None:
        raise WildberriesUnavailableError("WB's answer has no result. The next run tries again.")
    return answer["result"]


def _without_reply_sign(value: dict[str, Any]) -> dict[str, Any]:
    value.pop("replySign", None)
    return value


def _finite(text: str) -> float | str:
    """Return a number, or its text where no float is as large: it would become Infinity, which is no JSON."""
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON, and Postgres stores none.


def _number(header: str | None) -> float | None:
    try:
        number = float(header or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _whole_number(header: str | None) -> int | None:
    number = _number(header)
    return None if number is None else int(number)
