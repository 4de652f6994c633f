"""The faults that can be ordered by name: what a Wildberries may send that its description does not say.

Without a fault the simulator keeps to the description, which `make check` proves with a client generated from it.
"""

import json
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from local.simulator.faults import Fault, Faults, changed_body, drip, status
from local.simulator.ids import uuid4
from local.simulator.model import ABSENT, Event
from local.simulator.tokens import TokenKind, change_claims
from local.simulator.wire import encoded

EPOCH_RETRY = "1795703796"  # a moment where seconds belong
DAYS_AHEAD = 3
ENDLESS_LETTERS, ENDLESS_DIGITS, DEEP_LEVELS = 4000, 5000, 5000
GUARD_PAGE = b"<!DOCTYPE html><html><body><h1>Checking your browser</h1></body></html>"
UPSTREAM = ["upstream timeout"]
PRICE_RISE = 1200  # kopecks


class Orderable(Protocol):
    """What a fault is ordered from: a simulator."""

    faults: Faults

    def events(self, store_id: str) -> tuple[Event, ...]:
        """Return the store's stream."""
        ...

    def add_event(self, store_id: str, event: Event, listed: bool = True) -> None:
        """Let an event appear, in the list too."""
        ...

    def withhold_events(self, store_id: str, chat_id: str | None) -> None:
        """Send none of this chat's events, though it is listed."""
        ...

    def token(self, store_id: str) -> str:
        """Return the store's token."""
        ...

    def give_token(self, store_id: str, token: str) -> None:
        """Let this be the store's token from now on."""
        ...


class FaultsCollideError(Exception):
    """Two faults would each change all answers of one method, and only one of them can."""


@dataclass(frozen=True, kw_only=True)
class NamedFault:
    """What the help says of a fault, and how it is ordered for a store.

    `method` is "chats", "events", both as "chats+events", or "token" where the store's token is another one.
    `always`: every answer has it, else the first one only.
    """

    shows: str
    method: str
    always: bool
    order: Callable[[Orderable, str], None]


def order(simulator: Orderable, name: str, store_id: str) -> None:
    """Order the fault of this name for a store. Raises KeyError and FaultsCollideError."""
    NAMED_FAULTS[name].order(simulator, store_id)


def names_as_text() -> str:
    """Return the faults for people: a line for each, and what it shows."""
    width = max(map(len, NAMED_FAULTS)) + 4
    lines = (
        f"  {name:<{width - 4}}  {fault.method}, {'always' if fault.always else 'once'}: {fault.shows}"
        for name, fault in NAMED_FAULTS.items()
    )
    return "\n".join(textwrap.fill(line, HELP_WIDTH, subsequent_indent=" " * width) for line in lines)


def _once(method: str, fault: Fault, shows: str) -> NamedFault:
    return NamedFault(
        shows=shows,
        method=method,
        always=False,
        order=lambda simulator, store_id: simulator.faults.add(store_id, method, fault),
    )


def _always(method: str, fault: Fault, shows: str) -> NamedFault:
    methods = method.split("+")

    def stand(simulator: Orderable, store_id: str) -> None:
        for each in methods:
            if simulator.faults.is_standing(store_id, each):
                raise FaultsCollideError(f"Another fault changes every answer of {each} for {store_id} already.")
            simulator.faults.let_stand(store_id, each, fault)

    return NamedFault(shows=shows, method=method, always=True, order=stand)


def _in_the_stream(event: Callable[[tuple[Event, ...]], Event], shows: str, listed: bool = False) -> NamedFault:
    """An event more, made from those that are there; the list may show it or not."""

    def add(simulator: Orderable, store_id: str) -> None:
        if events := simulator.events(store_id):
            simulator.add_event(store_id, event(events), listed)

    return NamedFault(shows=shows, method="events", always=True, order=add)


def _withhold_a_chat(simulator: Orderable, store_id: str) -> None:
    """Withhold the chat of the event in the middle."""
    if events := simulator.events(store_id):
        simulator.withhold_events(store_id, events[len(events) // 2].chat_id)


def _in_the_token(changes: Callable[[Random], Mapping[str, object]], shows: str) -> NamedFault:
    """Another token for the store, with these claims."""

    def replace_token(simulator: Orderable, store_id: str) -> None:
        simulator.give_token(store_id, change_claims(simulator.token(store_id), changes(Random(store_id))))

    return NamedFault(shows=shows, method="token", always=True, order=replace_token)


def _edited(edit: Callable[[Any], None]) -> Fault:
    """The normal answer with its JSON edited."""

    def change(body: bytes) -> bytes:
        answer = json.loads(body)
        edit(answer)
        return encoded(answer)

    return changed_body(change)


def _edited_entry(edit: Callable[[dict[str, Any]], None]) -> Fault:
    """The normal answer with one of its entries edited: the one in the middle."""

    def change(answer: Any) -> None:
        if found := _entries(answer):
            edit(found[len(found) // 2])

    return _edited(change)


def _with_bytes(replacement: bytes, edit: Callable[[dict[str, Any]], None]) -> Fault:
    """The normal answer with bytes that no JSON has, where `edit` puts PLACE."""

    def change(body: bytes) -> bytes:
        answer = json.loads(body)
        if found := _entries(answer):
            edit(found[len(found) // 2])
        return encoded(answer).replace(f'"{PLACE}"'.encode(), replacement).replace(PLACE.encode(), replacement)

    return changed_body(change)


PLACE = "@@@PLACE@@@"


def _entries(answer: Any) -> list[Any]:
    result = answer["result"]
    entries: list[Any] = result["events"] if isinstance(result, dict) else result
    return entries


def _set(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda entry: entry.update(values)


def _set_text(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda entry: entry.setdefault("message", {}).update(text=text)


def _set_card(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda entry: entry.update(goodCard={**(entry.get("goodCard") or {}), **values})


def _say_failed(answer: Any) -> None:
    answer.update(result={**answer["result"], "events": [], "totalEvents": 0} if _is_stream(answer) else [])
    answer.update(errors=UPSTREAM)


def _is_stream(answer: Any) -> bool:
    return isinstance(answer["result"], dict)


def _drop_one(answer: Any) -> None:
    entries = _entries(answer)
    if len(entries) > 1:
        del entries[len(entries) // 2]


def _number_ids(answer: Any) -> None:
    for number, entry in enumerate(_entries(answer), 1):
        entry["chatID"] = number


def _raise_prices(form: Callable[[int], object]) -> Callable[[Any], None]:
    """Other prices, so that a column that keeps the old one is seen."""

    def change(answer: Any) -> None:
        for card in _cards(answer):
            card["price"] = form(card.get("price", 0) + PRICE_RISE)

    return change


def _add_undocumented_fields(answer: Any) -> None:
    for entry in _entries(answer):
        entry["clientID"] = ""


def _cards(answer: Any) -> list[dict[str, Any]]:
    """Return the cards of all entries, which listed chats have themselves and events among their attachments."""
    holders = [((entry.get("message") or {}).get("attachments") or entry) for entry in _entries(answer)]
    return [holder["goodCard"] for holder in holders if isinstance(holder.get("goodCard"), dict)]


def _empty_times(answer: Any) -> None:
    if not _entries(answer):
        answer["result"].update(newestEventTime="", oldestEventTime="")


def _next_as_float(body: bytes) -> bytes:
    answer = json.loads(body)
    answer["result"]["next"] = float(answer["result"]["next"])
    return encoded(answer)


def _double_keys(body: bytes) -> bytes:
    return body.replace(b'"errors":null', b'"errors":null,"result":null')


def _break_one(body: bytes) -> bytes:
    """Lose the brace that opens the entry in the middle."""
    starts = [place for place in range(len(body) - 1) if body[place : place + 2] in {b",{", b"[{"}]
    place = starts[len(starts) // 2] + 1 if starts else 0
    return body[:place] + body[place + 1 :]


def _changed_message(events: tuple[Event, ...]) -> Event:
    old = events[len(events) // 2]
    return replace(old, at=events[-1].at + 1000, text=f"{old.text or ''} (изменено)")


def _moved_message(events: tuple[Event, ...]) -> Event:
    return replace(events[len(events) // 2], at=events[-1].at + 1000)


def _old_version_again(events: tuple[Event, ...]) -> Event:
    old = events[len(events) // 2]
    extra = {**(old.extra or {}), "addTimestamp": old.at - 1000, "addTime": ABSENT}
    return replace(old, at=events[-1].at + 1000, text=f"{old.text or ''} (раньше)", extra=extra)


def _future_event(events: tuple[Event, ...]) -> Event:
    at = int((time.time() + DAYS_AHEAD * 86_400) * 1000)
    return replace(events[-1], id=f"{events[-1].id}-ahead", at=at)


def _chatless_event(events: tuple[Event, ...]) -> Event:
    last = events[-1]
    return replace(last, id=f"{last.id}-chatless", at=last.at + 1000, extra={"chatID": ABSENT})


def _retired_event(events: tuple[Event, ...]) -> Event:
    last = events[-1]
    event = Event(id=f"{last.id}-refund", chat_id=last.chat_id, at=last.at + 1000, sender="wb", text=None)
    return replace(event, event_type="refund")


def _nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def _append_null(answer: Any) -> None:
    if entries := _entries(answer):
        entries.append(None)


HELP_WIDTH = 79  # columns of a small terminal
NULL_ENTRY = _edited(_append_null)
GUARD = Fault(status=403, body=GUARD_PAGE, headers={"Content-Type": "text/html"})
NAMED_FAULTS: Mapping[str, NamedFault] = {
    # The envelope says something itself.
    "errors-in-answer": _always("chats+events", _edited(_say_failed), "200 and no entries, but `errors` is not empty"),
    "errors-beside-data": _always("chats+events", _edited(_set(errors=UPSTREAM)), "good data, but `errors`, too"),
    "short-page": _once("events", _edited(_drop_one), "a page holds one event less than totalEvents"),
    "short-pages": _always("events", _edited(_drop_one), "every page holds one event less than totalEvents"),
    "null-result": _always("chats", _edited(_set(result=None)), "`result` is null, as Go writes an empty list"),
    "empty-list": _always("chats", _edited(_set(result=[])), "the list has lost all chats"),
    "bot-guard": _always("chats", GUARD, "403 with the web page of a bot guard"),
    "request-timeout": _once("events", status(408), "408, which asks to try again"),
    "doubled-keys": _once("events", changed_body(_double_keys), "`result` twice, the second time null"),
    # What WB was seen to send, beside what it describes.
    "retired-type": _in_the_stream(_retired_event, "an event of the retired type `refund`, without a message"),
    "empty-times": _always("events", _edited(_empty_times), 'the times of the page without events are ""'),
    "undocumented-fields": _always(
        "chats+events", _edited(_add_undocumented_fields), "an empty `clientID`, which WB does not describe"
    ),
    # One value is bad.
    "control-character": _once("events", _with_bytes(b"\n", _set_text(f"до{PLACE}после")), "a raw newline in a text"),
    "broken-utf8": _once("events", _with_bytes(b"\xf0\x9f\x98", _set_text(f"ой {PLACE}")), "half an emoji in a text"),
    "nan": _always("chats", _with_bytes(b"NaN", _set_card(price=PLACE)), "the price NaN in one entry"),
    "endless-number": _always(
        "chats", _with_bytes(b"9" * ENDLESS_DIGITS, _set_card(price=PLACE)), "a price of 5,000 digits in one entry"
    ),
    "deep-nesting": _once(
        "events", _with_bytes(_nested(DEEP_LEVELS), _set(deep=PLACE)), "a field nested 5,000 levels deep"
    ),
    "float-next": _always("events", changed_body(_next_as_float), "`next` as a float"),
    "future-event": _in_the_stream(_future_event, "one event dated three days ahead"),
    "empty-timestamp": _always("events", _edited_entry(_set(addTimestamp="")), "`addTimestamp` empty beside `addTime`"),
    "zero-timestamp": _always("events", _edited_entry(_set(addTimestamp=0)), "`addTimestamp` 0 beside `addTime`"),
    "endless-rid": _always("chats", _edited_entry(_set_card(rid="я" * ENDLESS_LETTERS)), "a rid of 4,000 letters"),
    "price-as-text": _always("chats", _edited(_raise_prices(str)), 'other prices, as text such as "41000"'),
    "price-as-float": _always("chats", _edited(_raise_prices(float)), "other prices, as floats such as 41000.0"),
    "null-entries": _always("chats+events", NULL_ENTRY, "null as an entry"),
    "broken-entry": _once("chats", changed_body(_break_one), "the list's JSON is broken in its middle"),
    "chatless-event": _in_the_stream(_chatless_event, "one event without `chatID`"),
    # What an id and a list mean.
    "withheld-chat": NamedFault(
        shows="a listed chat of which no event is sent", method="events", always=True, order=_withhold_a_chat
    ),
    "changed-message": _in_the_stream(_changed_message, "a message again, later and with other words", listed=True),
    "moved-message": _in_the_stream(_moved_message, "a message again, later and with the same words", listed=True),
    "old-version-again": _in_the_stream(_old_version_again, "a message again, with an older time and other words"),
    "numeric-chat-ids": _always("chats", _edited(_number_ids), "the list's `chatID`s are numbers"),
    # Numbers and times.
    "epoch-retry": _once("events", status(429, {"X-Ratelimit-Retry": EPOCH_RETRY}), "429 with a date as its wait"),
    "slow-headers": _once("events", drip(), "an answer that drips, a byte a second from its status line on"),
    # Whose token it is. The stores file that the command prints has it.
    "base-token": _in_the_token(lambda _: {"acc": int(TokenKind.BASE)}, "a Base token: one request an hour"),
    "another-seller": _in_the_token(lambda rng: {"sid": uuid4(rng)}, "a token of another seller"),
}
