"""One random damage to one of WB's answers: a byte, a value, a key, a number, a header or the status."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from local.simulator.answers import Answer
from local.simulator.wire import encoded
from tests.support.given import START_MS

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    "",
    0,
    -1,
    1e300,
    10**30,
    2**63,
    START_MS + 500,
    "x\0",
    "\ud800",
    "я" * 3000,
    [],
    {},
    [None],
    {"a": None},
)
ODD_BYTES = (b"", b"\n", b"\0", b"\xff", b'"', b"{", b"}", b"]", b",", b"9", b"\\", b"NaN")
ODD_HEADERS = (
    ("X-Ratelimit-Remaining", "0"),
    ("X-Ratelimit-Remaining", "-1"),
    ("X-Ratelimit-Remaining", "many"),
    ("X-Ratelimit-Remaining", "9" * 400),
    ("X-Ratelimit-Retry", "1795703796"),
    ("Content-Type", "text/html; charset=utf-16"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
)
ODD_STATUSES = (201, 204, 206, 302, 304, 400, 402, 404, 408, 409, 418, 425, 451, 500, 503, 520, 599)
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Damage:
    """Which request to which method meets what."""

    method: str
    nth: int
    what: str
    where: float  # of all places that there are, from 0 to 1
    odd: Any

    def change(self, answer: Answer) -> Answer:
        """Return the answer with the damage done to it."""
        if self.what == "header":
            return answer.with_headers(dict([self.odd]))
        if self.what == "status":
            return Answer(self.odd, answer.body, answer.headers)
        if self.what == "byte":
            place = int(self.where * len(answer.body))
            return Answer(answer.status, answer.body[:place] + self.odd + answer.body[place + 1 :], answer.headers)
        return Answer(answer.status, self._changed_json(json.loads(answer.body)), answer.headers)

    def _changed_json(self, body: Any) -> bytes:
        places = [place for place in _places(body) if self._fits(_value(body, place), place[-1])]
        if not places:
            return encoded(body)
        place = places[int(self.where * len(places))]
        CHANGES[self.what](_value(body, place[:-1]), place[-1], self.odd)
        return encoded(body)

    def _fits(self, value: Any, key: str | int) -> bool:
        if self.what == "number":
            return isinstance(value, int) and not isinstance(value, bool)
        return self.what == "value" or isinstance(key, str)


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from _places(each, (*at, key))


def _value(body: Any, place: Place) -> Any:
    for key in place:
        body = body[key]
    return body


def _set(owner: Any, key: str | int, odd: Any) -> None:
    owner[key] = odd


def _rename(owner: Any, key: str | int, odd: Any) -> None:
    value = owner.pop(key)
    if odd:
        owner[odd] = value


def _write_otherwise(owner: Any, key: str | int, odd: Any) -> None:
    owner[key] = odd(owner[key])


CHANGES: dict[str, Callable[[Any, str | int, Any], None]] = {"value": _set, "key": _rename, "number": _write_otherwise}
NUMBERS: tuple[Callable[[int], Any], ...] = (
    float,
    str,
    lambda number: f"{number}.0",
    lambda number: -number,
    lambda number: number + 1,
    lambda number: number - 1,
    lambda number: number * 1000,
    lambda number: number // 1000,
    lambda number: number + 0.5,
)


CONTENT = ("byte", "value", "key", "number")  # what a page can hold
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "byte": st.sampled_from(ODD_BYTES),
    "value": st.sampled_from(ODD_VALUES),
    "key": st.sampled_from(("", "odd", "errors", "result", "eventID")),
    "number": st.sampled_from(NUMBERS),
    "header": st.sampled_from(ODD_HEADERS),
    "status": st.sampled_from(ODD_STATUSES),
}


@st.composite
def damages(draw: st.DrawFn, kinds: Sequence[str] = tuple(KINDS)) -> Damage:
    """Draw one damage of one of these kinds."""
    what = draw(st.sampled_from(kinds))
    odd = draw(KINDS[what])
    method = draw(st.sampled_from(("events", "events", "events", "chats")))
    nth = draw(st.integers(0, 3)) if method == "events" else 0
    return Damage(method, nth, what, draw(st.floats(0, 1, exclude_max=True)), odd)
