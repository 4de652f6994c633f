"""What can go wrong at Wildberries, for tests to order: answers that stand in for the normal one."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from local.simulator.answers import Answer


@dataclass(frozen=True)
class Fault:
    """One answer that is not the normal one.

    `missing_bytes`: Content-Length promises that many more than are sent, and the connection is closed.
    `hangs`: nothing is sent until the client gives up or the simulator closes.
    `drips`: a byte a second is sent, status line and headers too.
    `events_page_size`: the normal answer of /events, with at most that many events.
    `change`: the normal answer, changed by this.
    """

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    hangs: bool = False
    drips: bool = False
    events_page_size: int | None = None
    change: Callable[[Answer], Answer] | None = None


def status(code: int, headers: Mapping[str, str] | None = None) -> Fault:
    """Return an error of this status with the body WB gives it, and these headers more; a 429 has no other ones."""
    return Fault(status=code, headers=headers or {})


def cut_body() -> Fault:
    """Return an answer that ends in the middle of its JSON."""
    body = b'{"result": {"next": 1767225600000, "events": [{"eventID": "'
    return Fault(body=body, headers={"Content-Type": "application/json"}, missing_bytes=4096)


def junk() -> Fault:
    """Return a web page with status 200, as a proxy or a maintenance notice would."""
    body = "<!DOCTYPE html><html><body><h1>Ведутся технические работы</h1></body></html>"
    return Fault(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def hang() -> Fault:
    """Return an answer that never comes."""
    return Fault(hangs=True)


def drip() -> Fault:
    """Return the normal answer, a byte a second."""
    return Fault(drips=True)


def redirect(location: str, code: int = 302) -> Fault:
    """Return a redirect to this address."""
    return Fault(status=code, body=b"", headers={"Location": location})


def raw_json(text: str) -> Fault:
    """Return status 200 with exactly this text as its JSON."""
    return Fault(body=text.encode("utf-8", "backslashreplace"), headers={"Content-Type": "application/json"})


def short_events_page(events: int) -> Fault:
    """Return a normal page of /events with at most this many events, though more are there."""
    return Fault(events_page_size=events)


def changed_body(change: Callable[[bytes], bytes]) -> Fault:
    """Return the normal answer with its body changed."""
    return Fault(change=lambda answer: Answer(answer.status, change(answer.body), answer.headers))


class Faults:
    """Faults in waiting, used up in the order they were added, each for one store and method; or standing ones."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._standing: dict[tuple[str, str], Fault] = {}
        self._lock = Lock()

    def add(self, store_id: str, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` requests of this store to this method ("chats", "events", "download") meet the fault."""
        with self._lock:
            self._waiting[store_id, method].extend([fault] * times)

    def let_stand(self, store_id: str, method: str, fault: Fault | None) -> None:
        """Let every request of this store to this method meet the fault from now on; None ends it."""
        with self._lock:
            self._standing.pop((store_id, method), None)
            if fault:
                self._standing[store_id, method] = fault

    def is_standing(self, store_id: str, method: str) -> bool:
        """Return whether every request of this store to this method meets a fault."""
        with self._lock:
            return (store_id, method) in self._standing

    def next(self, store_id: str, method: str) -> Fault | None:
        """Return the next fault for this request and use it up, or the standing one, or None."""
        with self._lock:
            waiting = self._waiting[store_id, method]
            return waiting.popleft() if waiting else self._standing.get((store_id, method))
