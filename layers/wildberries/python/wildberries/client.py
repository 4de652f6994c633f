"""One GET to WB: sent safely, answered by a result or by an error that says who must act.

Statuses decide, never texts. The token goes to the configured host only: redirects are not followed, and urllib3 reads
neither proxies nor logins from the environment.
"""

import math
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from chatsync.errors import WildberriesRefusedError, WildberriesRejectedError, WildberriesUnavailableError
from chatsync.observability import logger
from wildberries.body import Body, BodyUnreadableError, read_body
from wildberries.limits import LONGEST_WAIT_SECONDS
from wildberries.sockets import make_pools
from wildberries.token import HOW_TO_REPLACE

CONNECT_SECONDS = 5
SILENCE_SECONDS = 20  # The longest pause between two pieces of an answer.
ANSWER_SECONDS = 30  # The longest time for a whole answer, its headers included, however it trickles.
ANSWER_BYTES = 64 * 1024 * 1024  # Answers of 10 MB are normal for large sellers' lists; more than this is none.
PIECE_BYTES = 64 * 1024
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

REFUSALS = {
    401: f"WB does not accept the store's token (401). {HOW_TO_REPLACE}",
    402: "WB asks for payment for this method (402). Check the account's balance in the seller portal.",
    403: f"WB denies the store's token access to chats (403). {HOW_TO_REPLACE}",
}
PASSING_REFUSALS = {408, 425}  # request time-out, too early: HTTP's own "try again"
FAILURE_FIELDS = ("errors", "error", "errorText")  # WB's services say in one of these that an answer failed
SHOWN_HEADER = 40  # characters of an odd header that the log shows
PROBLEM_FIELDS = {"title", "detail", "status"}
PROBLEM_BYTES = 64 * 1024  # of a refusal's body that are read: WB's own have some hundreds
TRIES_AGAIN = "The next run tries again."


@dataclass(frozen=True)
class Answer:
    """A 200 of WB.

    `remaining` is how many requests the bucket still holds (None if WB did not say). `damaged` values were mended so
    that the others could be read, and `fragments` could not be read at all: see Body. `size_bytes` is the body's size.
    """

    result: Any
    remaining: int | None
    damaged: int = 0
    fragments: tuple[str, ...] = ()
    size_bytes: int = 0


class RateLimitedError(Exception):
    """429. `retry_seconds` is WB's X-Ratelimit-Retry, None if it was absent or unreadable."""

    def __init__(self, retry_seconds: float | None) -> None:
        super().__init__("WB's rate limit is used up.")
        self.retry_seconds = retry_seconds


class WildberriesClient:
    """Sends GETs with one store's token over one kept-alive connection."""

    def __init__(self, base_url: str, token: str) -> None:
        if not _is_safe(base_url):
            raise WildberriesRejectedError("WB_API_URL must start with https:// (or name this machine).")
        self._base_url = base_url.rstrip("/")
        self._socket: socket.socket | None = None
        self._pools = make_pools(self._keep_socket)
        self._headers = {"Authorization": token.strip(), "Accept": "application/json", "Accept-Encoding": "gzip"}

    def get(self, path: str, parameters: Mapping[str, int], entry_key: str) -> Answer:
        """Return WB's answer, with every `replySign` (a capability to write messages) removed.

        `entry_key` is the field by which an entry of the answer's list is known, should its body be broken.

        Raises:
            RateLimitedError: 429.
            WildberriesRefusedError: 401, 402, 403 in WB's own words.
            WildberriesRejectedError: Another refusal in WB's own words, or a redirect.
            WildberriesUnavailableError: 5xx, a time-out, a cut body, an answer that says it failed or has no result, a
                refusal that is not WB's (of a proxy, a bot guard), or another passing fault.
        """
        try:
            with self._hung_up_after(ANSWER_SECONDS) as gave_up, self._send(path, parameters) as response:
                _raise_for_status(response)
                body = _read(response, ANSWER_BYTES)
                if gave_up.is_set():  # hung up on, headers without an end look like all there are
                    raise TimeoutError
        except (HTTPError, OSError, ValueError) as error:  # a ValueError is of a token that no header can hold
            raise WildberriesUnavailableError(
                f"WB could not be reached, cut its answer, or took too long ({type(error).__name__}). {TRIES_AGAIN}"
            ) from None
        answer = _readable(body, entry_key)
        remaining = _whole_number(response.headers.get("X-Ratelimit-Remaining"))
        return Answer(_result(answer.value), remaining, answer.damaged, answer.fragments, len(body))

    @contextmanager
    def _send(self, path: str, parameters: Mapping[str, int]) -> Iterator[BaseHTTPResponse]:
        """Yield the answer once its headers are there. What was not read of it closes its connection."""
        response = self._pools.request(
            "GET",
            self._base_url + path,
            fields={name: str(value) for name, value in parameters.items()},
            headers=self._headers,
            timeout=Timeout(connect=CONNECT_SECONDS, read=SILENCE_SECONDS),
            redirect=False,
            retries=False,
            preload_content=False,
        )
        with response:
            yield response

    def _keep_socket(self, connected: socket.socket) -> None:
        self._socket = connected

    @contextmanager
    def _hung_up_after(self, seconds: float) -> Iterator[threading.Event]:
        """Hang up then on what still comes from WB; the event says that it was done."""
        gave_up = threading.Event()
        watch = threading.Timer(seconds, self._hang_up, [gave_up])
        watch.daemon = True
        watch.start()
        try:
            yield gave_up
        finally:
            watch.cancel()

    def _hang_up(self, gave_up: threading.Event) -> None:
        gave_up.set()
        if self._socket is not None:
            with suppress(OSError):  # it may be closed already
                self._socket.shutdown(socket.SHUT_RDWR)


def _is_safe(base_url: str) -> bool:
    """Return whether a token may be sent there: encrypted, or to this machine."""
    try:
        address = urlsplit(base_url)
    except ValueError:
        return False
    return address.scheme == "https" or address.hostname in LOOPBACK


def _raise_for_status(response: BaseHTTPResponse) -> None:
    status = response.status
    if status == HTTPStatus.OK:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitedError(_retry_seconds(response.headers.get("X-Ratelimit-Retry")))
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise WildberriesRejectedError(
            f"WB answered with a redirect ({status}), which is not followed. Check WB_API_URL."
        )
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not is_refusal or status in PASSING_REFUSALS:
        raise WildberriesUnavailableError(f"WB answered {status}. {TRIES_AGAIN}")
    if not _is_in_wbs_words(response):
        raise WildberriesUnavailableError(
            f"Something between here and WB, such as a bot guard or a proxy, answered {status}. {TRIES_AGAIN} "
            "If it lasts, check the network that this runs in."
        )
    if status in REFUSALS:
        raise WildberriesRefusedError(REFUSALS[status])
    raise WildberriesRejectedError(
        f"WB answered {status} to a request it should accept. If it repeats, please report it."
    )


def _is_in_wbs_words(refusal: BaseHTTPResponse) -> bool:
    """Return whether a refusal has the shape of WB's: JSON with two of a title, a detail and the status.

    WB's own have all three. A bot guard or a proxy may answer in JSON as well, with one of them.
    """
    try:
        told = read_body(_read(refusal, PROBLEM_BYTES), "title").value
    except BodyUnreadableError:
        return False
    return isinstance(told, dict) and len(PROBLEM_FIELDS & told.keys()) > 1


def _read(response: BaseHTTPResponse, most_bytes: int) -> bytes:
    body = bytearray()
    while piece := response.read1(PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > most_bytes:
            raise WildberriesUnavailableError(f"WB's answer was too long. {TRIES_AGAIN}")
    return bytes(body)


def _readable(body: bytes, entry_key: str) -> Body:
    try:
        return read_body(body, entry_key)
    except BodyUnreadableError:
        raise WildberriesUnavailableError(f"WB's answer is not JSON. {TRIES_AGAIN}") from None


def _result(answer: Any) -> Any:
    if not isinstance(answer, dict) or "result" not in answer:
        raise WildberriesUnavailableError(f"WB's answer has no result. {TRIES_AGAIN}")
    result = answer["result"]
    envelopes = [each for each in (answer, result) if isinstance(each, dict)]
    if said := [name for name in FAILURE_FIELDS if any(each.get(name) for each in envelopes)]:
        raise WildberriesUnavailableError(f"WB's answer says in its field {said[0]} that it failed. {TRIES_AGAIN}")
    return result


def _retry_seconds(header: str | None) -> float | None:
    """Return how long WB asks to wait, None where it does not say, or says what is not believed."""
    seconds = _number(header)
    if seconds is None or seconds <= LONGEST_WAIT_SECONDS:
        return seconds
    told = {"header": "X-Ratelimit-Retry", "value": str(header)[:SHOWN_HEADER]}
    logger.warning("WB asks to wait for more than a day, which is not believed", extra=told)
    return None


def _number(header: str | None) -> float | None:
    try:
        number = float(header or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _whole_number(header: str | None) -> int | None:
    number = _number(header)
    return None if number is None else int(number)
