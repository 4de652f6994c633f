"""Chats and events, as /chats and /events answer them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.simulator.faults import short_events_page
from local.simulator.model import ABSENT, Chat, Event, SimulatedStore
from local.simulator.server import Simulator
from local.simulator.stream import Stream
from tests.simulator.asking import Ask, Serve, TokenOf

CHATS = "/api/v1/seller/chats"
EVENTS = "/api/v1/seller/events"
FIRST_MS = 1_760_000_000_000


def walk(simulator: Simulator, ask: Ask, token: str | None, **options: Any) -> Any:
    """Read every page as a client must: until totalEvents is 0."""
    events, path = [], EVENTS
    while (page := ask(simulator, path, token, **options).json["result"])["totalEvents"]:
        events += page["events"]
        path = f"{EVENTS}?next={page['next']}"
    return events


def test_the_first_page_starts_at_the_oldest_event_and_next_is_its_last_events_time(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    page = ask(serve(store), EVENTS, store.token).json["result"]
    assert page["events"][0]["eventID"] == "event-0"
    assert page["totalEvents"] == len(page["events"]) == 50
    assert page["next"] == page["events"][-1]["addTimestamp"] == FIRST_MS + 49_000
    assert (page["oldestEventTime"], page["newestEventTime"]) == ("2025-10-09T08:53:20Z", "2025-10-09T08:54:09Z")


def test_all_pages_together_are_all_events_oldest_first(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    events = walk(serve(store), ask, store.token)
    assert [event["eventID"] for event in events] == [f"event-{n}" for n in range(120)]


def test_the_empty_page_echoes_the_cursor_it_got(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator, far = serve(store), 4_102_444_800_000
    page = ask(simulator, f"{EVENTS}?next={far}", store.token).json["result"]
    assert page == {"next": far, "totalEvents": 0, "events": []}


def test_a_page_is_strictly_newer_than_its_cursor(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    page = ask(serve(store), f"{EVENTS}?next={FIRST_MS + 7_000}", store.token).json["result"]
    assert page["events"][0]["eventID"] == "event-8"
    page = ask(serve(store), f"{EVENTS}?next={FIRST_MS + 6_999}", store.token).json["result"]
    assert page["events"][0]["eventID"] == "event-7"


def test_an_event_of_the_page_edges_millisecond_is_lost_to_who_takes_next_as_it_is(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store, events_page_size=50)
    simulator.add_event("shop", replace(store.events[49], id="twin"))
    assert "twin" not in [event["eventID"] for event in walk(simulator, ask, store.token)]
    again = ask(simulator, f"{EVENTS}?next={FIRST_MS + 49_000 - 1}", store.token).json["result"]["events"]
    assert [event["eventID"] for event in again[:2]] == ["event-49", "twin"]


@pytest.mark.parametrize("cursor", ["0", "-5", "abc", "", "1.5", "1e3", "+7", "٣", str(2**63), "9" * 5000])
def test_zero_and_garbage_are_400(serve: Serve, store: SimulatedStore, ask: Ask, cursor: str) -> None:
    got = ask(serve(store), f"{EVENTS}?next={quote(cursor)}", store.token)
    assert got.status == 400
    assert {"status", "title", "origin", "detail", "requestId"} <= got.json.keys()


def test_a_store_without_events_answers_an_empty_page(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(replace(store, events=(), chats=()))
    assert ask(simulator, EVENTS, store.token).json["result"]["totalEvents"] == 0
    assert ask(simulator, CHATS, store.token).json == {"result": [], "errors": None}


def test_a_short_page_is_not_the_end(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.faults.add("shop", "events", short_events_page(3))
    simulator.faults.add("shop", "events", short_events_page(1))
    assert len(walk(simulator, ask, store.token)) == 120
    assert len([request for request in simulator.requests if request.method == "events"]) == 6


def test_chats_are_listed_newest_first_with_their_newest_message(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    listed = ask(serve(store), CHATS, store.token).json["result"]
    assert [chat["chatID"] for chat in listed] == ["1:chat-2", "1:chat-1", "1:chat-0"]
    assert listed[0]["lastMessage"] == {"text": "вопрос 119 🙂", "addTimestamp": FIRST_MS + 119_000}
    assert {"clientName", "replySign", "goodCard"} <= listed[0].keys()


def test_a_new_message_moves_its_chat_to_the_top_and_a_late_one_does_not(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    simulator = serve(store)
    simulator.add_event("shop", Event("new", "1:chat-0", FIRST_MS + 500_000, "client", "новое"))
    simulator.add_event("shop", Event("late", "1:chat-1", FIRST_MS - 500_000, "client", "позднее"))
    listed = ask(simulator, CHATS, store.token).json["result"]
    assert [chat["chatID"] for chat in listed] == ["1:chat-0", "1:chat-2", "1:chat-1"]
    assert listed[0]["lastMessage"]["text"] == "новое"
    events = walk(simulator, ask, store.token)
    assert (events[0]["eventID"], events[-1]["eventID"]) == ("late", "new")


def test_a_chat_gone_from_the_list_keeps_its_events(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(store)
    simulator.set_chats("shop", store.chats[:1])
    assert [chat["chatID"] for chat in ask(simulator, CHATS, store.token).json["result"]] == ["1:chat-0"]
    assert len(walk(simulator, ask, store.token)) == 120
    simulator.set_chats("shop", store.chats)
    assert len(ask(simulator, CHATS, store.token).json["result"]) == 3


def test_two_stores_of_one_seller_see_the_same_events(
    serve: Serve, store: SimulatedStore, ask: Ask, token_of: TokenOf
) -> None:
    second = replace(store, id="second", token=token_of(days=50), chats=(), events=())
    simulator = serve(store, second)
    simulator.add_event("second", Event("new", "1:chat-0", FIRST_MS + 500_000, "client", "новое"))
    assert walk(simulator, ask, store.token) == walk(simulator, ask, second.token)
    assert {request.store_id for request in simulator.requests} == {"shop", "second"}


def test_what_an_event_does_not_have_is_absent_and_what_is_odd_is_shown(
    serve: Serve, store: SimulatedStore, ask: Ask
) -> None:
    bare = Event("bare", "1:x", 1, "robot", None, extra={"addTime": ABSENT, "karma": [1], "addTimestamp": "soon"})
    opening = Event("opening", "1:x", 2, "client", "", "ios", "", "sign", {"images": []}, "message")
    simulator = serve(replace(store, events=(bare, opening), chats=(Chat("1:silent", "", "sign"),)))
    first, second = ask(simulator, EVENTS, store.token).json["result"]["events"]
    named = {"chatID": "1:x", "eventID": "bare", "eventType": "message", "sender": "robot"}
    assert first == {**named, "addTimestamp": "soon", "karma": [1]}
    assert (second["isNewChat"], second["replySign"], second["clientName"]) == (True, "sign", "")
    assert second["message"] == {"attachments": {"images": []}, "text": ""}
    assert "lastMessage" not in ask(simulator, CHATS, store.token).json["result"][0]


def test_any_text_arrives_as_it_was(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    text = 'NUL \x00 lone \ud800 rtl \u202e кавычки " \\ 🙂' + "ы" * 100_000
    simulator = serve(replace(store, events=(Event("e", "c", 5, "client", text),)))
    got = ask(simulator, EVENTS, store.token)
    assert got.json["result"]["events"][0]["message"]["text"] == text
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "кавычки".encode() in got.body


@given(times=st.lists(st.integers(1, 30), max_size=40), size=st.integers(1, 7), late=st.lists(st.integers(1, 30)))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_are_ordered_strictly_newer_and_never_too_long(times: list[int], size: int, late: list[int]) -> None:
    made = [Event(str(n), "c", at, "client", "") for n, at in enumerate(times + late)]
    stream = Stream(SimulatedStore("s", "S", "t", "x", (), tuple(made[: len(times)])))
    for event in made[len(times) :]:
        stream.add(event)
    assert list(stream.events) == sorted(made, key=lambda event: event.at)
    after, seen = None, []
    while page := stream.read_events_page(after, size):
        assert len(page) <= size
        assert after is None or page[0].at > after
        seen += page
        after = page[-1].at
    assert [event.at for event in seen] == sorted(event.at for event in seen)
    assert {event.at for event in seen} == {event.at for event in made}
