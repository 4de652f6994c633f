"""A simulated Wildberries: its limits, its refusals, its paging, and the faults that a test orders."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from threading import Lock, Thread
from typing import Self
from urllib.parse import parse_qs, urlsplit

from local.engine.clock import Clock
from local.engine.loopback import SECRET_BYTES
from local.simulator import answers
from local.simulator.answers import Answer, problem
from local.simulator.faults import Fault, Faults
from local.simulator.gate import Caller, Gate
from local.simulator.handler import Delivery, Server
from local.simulator.limits import Buckets, rule_of
from local.simulator.model import Chat, Event, SimulatedStore, World
from local.simulator.stream import Stream

EVENTS_PAGE_SIZE = 50  # "50 events a page [seen]: never rely on the number"
API = "/api/v1/seller/"
NO_FAULT = Fault()
HELD = 0  # the status of a request that was never answered


@dataclass(frozen=True)
class Request:
    """One request that reached the simulator; `at` in unix seconds of its clock, `path` with its query.

    `method` is "chats", "events" or "download" (what buckets and faults go by), "" for any other path.
    """

    at: float
    seller: str | None
    store_id: str | None
    verb: str
    method: str
    path: str
    status: int


class Simulator:
    """Serves a world over HTTP while it is entered. Thread-safe.

    `faults` takes what a test wants to go wrong. `answer_seconds` is the real time each answer takes on its way.
    `limits=False` never answers 429 by itself. `closed` puts a secret into `url`: who does not know it gets 403.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        answer_seconds: float = 0.0,
        limits: bool = True,
        events_page_size: int = EVENTS_PAGE_SIZE,
        port: int = 0,
        closed: bool = False,
    ) -> None:
        self.faults = Faults()
        self._clock = clock
        self._events_page_size = events_page_size
        self._gate = Gate(world)
        self._buckets = Buckets(enforced=limits)
        self._streams = {store.seller: Stream(store) for store in reversed(world.stores)}
        self._stores = {store.id: store for store in world.stores}
        self._requests: list[Request] = []
        self._lock = Lock()
        self._prefix = f"/{secrets.token_urlsafe(SECRET_BYTES)}" if closed else ""
        self._server = Server(port, self._deliver, answer_seconds)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="wildberries", daemon=True)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop, and let go of the requests that hang."""
        self._server.close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address to use in place of https://buyer-chat-api.wildberries.ru."""
        return f"http://127.0.0.1:{self._server.server_port}{self._prefix}"

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order they came."""
        with self._lock:
            return list(self._requests)

    def events(self, store_id: str) -> tuple[Event, ...]:
        """Return everything in the store's stream now, in WB's order. Raises KeyError, as all methods below do."""
        return self._stream(store_id).events

    def chats(self, store_id: str) -> tuple[Chat, ...]:
        """Return the chats the store's list shows now."""
        return self._stream(store_id).chats

    def add_event(self, store_id: str, event: Event, listed: bool = True) -> None:
        """Let an event appear: a new message, or with an old time a late one. `listed`: the list may show it."""
        self._stream(store_id).add(event, listed)

    def set_chats(self, store_id: str, chats: Iterable[Chat]) -> None:
        """Let the list show exactly these chats from now on; no event goes or comes with them."""
        self._stream(store_id).list_chats(chats)

    def withhold_events(self, store_id: str, chat_id: str | None) -> None:
        """Send none of this chat's events from now on, though the list shows their newest; None: send all again."""
        self._stream(store_id).withhold_events(chat_id)

    def token(self, store_id: str) -> str:
        """Return the store's token, as its owner would enter it now."""
        return self._stores[store_id].token

    def give_token(self, store_id: str, token: str) -> None:
        """Let this be the store's token from now on; the one before stays valid."""
        with self._lock:
            self._stores[store_id] = replace(self._stores[store_id], token=token)
            self._gate.accept_token(token, self._stores[store_id])

    def drain(self, store_id: str, method: str, seconds: float) -> None:
        """Let another program of the same seller use up the bucket: nothing is let in for this long."""
        store = self._stores[store_id]
        with self._lock:
            now = self._clock.now()
            rule = rule_of(self._gate.caller(store.token, now).kind, method)
            self._buckets.drain(store.seller, method, rule, now + seconds)

    def _stream(self, store_id: str) -> Stream:
        return self._streams[self._stores[store_id].seller]

    def _deliver(self, verb: str, path: str, token: str | None) -> Delivery:
        """Decide on one request and write it down; a stranger's is none."""
        if not path.startswith(f"{self._prefix}/"):
            return Delivery(Answer(HTTPStatus.FORBIDDEN, b""))
        path = path.removeprefix(self._prefix)
        with self._lock:  # requests are written in the order in which the buckets saw them
            now = self._clock.now()
            caller = self._gate.caller(token, now)
            delivery = self._decide(verb, path, caller, now)
            self._requests.append(_request(now, caller, verb, path, delivery))
        return delivery

    def _decide(self, verb: str, path: str, caller: Caller, now: float) -> Delivery:
        """The order at WB's door: the token, the path, the limit; then a fault, or the answer."""
        method, rule = _method(path), rule_of(caller.kind, _method(path))
        refusal = _no_such_thing(verb, method) or caller.refusal
        if refusal:
            left = self._buckets.peek(caller.store.seller, method, rule, now)
            return Delivery(refusal.with_headers(left.headers()))
        verdict = self._buckets.take(caller.store.seller, method, rule, now)
        if not verdict.allowed:
            return Delivery(problem(429, "limited by global limiter").with_headers(verdict.headers()))
        delivery = self._answer(caller.store, method, path, now)
        if delivery.answer is None or delivery.answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return delivery
        return replace(delivery, answer=delivery.answer.with_headers(verdict.headers()))

    def _answer(self, store: SimulatedStore, method: str, path: str, now: float) -> Delivery:
        """Return the fault that waits for this request, or the normal answer."""
        fault = self.faults.next(store.id, method) or NO_FAULT
        if fault.hangs:
            return Delivery(None)
        if fault.body is not None:
            return Delivery(Answer(fault.status, fault.body, fault.headers), fault.missing_bytes)
        if fault.status != HTTPStatus.OK:
            return Delivery(problem(fault.status, "fault").with_headers(fault.headers))
        size = self._events_page_size if fault.events_page_size is None else fault.events_page_size
        answer = _normal(self._streams[store.seller], method, path, size, now)
        return Delivery(fault.change(answer) if fault.change else answer, drips=fault.drips)


def _normal(stream: Stream, method: str, path: str, events_page_size: int, now: float) -> Answer:
    address = urlsplit(path)
    if method == "chats":
        return answers.chats(stream)
    if method == "events":
        return answers.events(stream, parse_qs(address.query, keep_blank_values=True).get("next", []), events_page_size)
    return answers.download(stream, address.path.rpartition("/")[2], now)


def _method(path: str) -> str:
    """Return the method of an address, "" for what is no method of this API (/ping among them: never call it)."""
    name, _, download_id = urlsplit(path).path.removeprefix(API).partition("/")
    return name if (name in {"chats", "events"} and not download_id) or (name == "download" and download_id) else ""


def _no_such_thing(verb: str, method: str) -> Answer | None:
    if not method:
        return problem(HTTPStatus.NOT_FOUND, "no such address")
    if verb != "GET":
        return problem(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is simulated")
    return None


def _request(at: float, caller: Caller, verb: str, path: str, delivery: Delivery) -> Request:
    store = caller.store
    status = delivery.answer.status if delivery.answer else HELD
    return Request(
        at=at,
        seller=store.seller or None,
        store_id=store.id or None,
        verb=verb,
        method=_method(path),
        path=path,
        status=int(status),
    )
