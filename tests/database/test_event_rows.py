"""An event of WB as a row, with every field missing, odd or hostile; or the reason why it cannot be one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.json_rows import json_rows
from database.wb_events import quarantine_row, sort_events
from database.wb_fields import as_raw, storable
from tests.support.given_rows import AT, an_event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIELDS = ["eventID", "chatID", "eventType", "isNewChat", "message", "sender", "source", "addTimestamp", "clientName"]
CARD = {"downloadID": "d1", "name": "Чек.pdf", "contentType": "application/pdf", "size": 2048, "url": "u", "date": "d"}


def message(**changes: Any) -> dict[str, Any]:
    """Return the row of an event with these changes."""
    found = sort_events([an_event(1, **changes)], NOW)
    assert found.quarantined == []
    return found.messages[0]


def reason(event: Any) -> str:
    """Return why an event cannot be a row."""
    found = sort_events([event], NOW)
    assert found.messages == []
    assert json.loads(found.quarantined[0]["raw"]) == event
    return str(found.quarantined[0]["reason"])


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in an_event(1).items() if name not in names}


def test_an_events_fields_become_columns() -> None:
    row = message(isNewChat=True)
    raw = row.pop("raw")
    assert row == {
        "id": "event-1",
        "chat_id": "1:chat-0",
        "event_type": "message",
        "sender": "client",
        "source": "rusite",
        "client_name": "Анна",
        "is_new_chat": True,
        "text": "Сообщение 1",
        "sent_at": "2026-02-02T02:40:01+00:00",
        "attachments": [],
        "automatic": False,
        "prefix_characters": 0,
    }
    assert json.loads(raw) == an_event(1, isNewChat=True)


def test_an_event_needs_only_its_id_its_chat_and_its_time() -> None:
    found = sort_events([{"eventID": "e", "chatID": "c", "addTimestamp": AT}], NOW)
    row = found.messages[0]
    assert (row["id"], row["chat_id"], row["sent_at"]) == ("e", "c", "2026-02-02T02:40:00+00:00")
    assert [row[name] for name in ("event_type", "sender", "source", "client_name", "text")] == [None] * 5
    assert (row["is_new_chat"], row["attachments"]) == (False, [])


@pytest.mark.parametrize("name", ["sender", "source", "eventType"])
def test_a_value_nobody_knows_is_kept(name: str) -> None:
    column = {"eventType": "event_type"}.get(name, name)
    assert message(**{name: "courier-2030"})[column] == "courier-2030"


@pytest.mark.parametrize("name", ["eventType", "sender", "source", "clientName", "isNewChat", "message"])
@pytest.mark.parametrize("odd", [None, 5, True, [], {}, ["x"], ""])
def test_a_field_of_another_type_is_empty_and_stays_in_the_raw_event(name: str, odd: Any) -> None:
    assert json.loads(message(**{name: odd})["raw"])[name] == odd


@pytest.mark.parametrize("text", ["", " ", "да", "x" * 100_000, "\u202eобратно", "👍🏽"])
def test_a_text_is_kept_as_it_is(text: str) -> None:
    assert message(message={"text": text})["text"] == text


@pytest.mark.parametrize("text", [None, 5, ["x"]])
def test_a_text_that_is_none_is_none(text: Any) -> None:
    assert message(message={"text": text})["text"] is None


@pytest.mark.parametrize("unusable", [None, "", 0, "soon", [], True, 99_999_999_999_999_999])
def test_the_iso_time_stands_in_only_where_the_timestamp_is_not_usable(unusable: Any) -> None:
    iso = {"addTime": "2026-03-01T10:00:00+03:00"}
    assert message(**iso)["sent_at"] == "2026-02-02T02:40:01+00:00"
    assert message(**iso, addTimestamp=unusable)["sent_at"] == "2026-03-01T07:00:00+00:00"


@pytest.mark.parametrize("written", [AT, float(AT), str(AT), f"{AT}.0", AT // 1000])
def test_a_time_may_come_as_a_float_or_as_text(written: Any) -> None:
    assert message(addTimestamp=written)["sent_at"] == "2026-02-02T02:40:00+00:00"


def test_an_event_from_the_future_is_quarantined_until_its_day_comes() -> None:
    event = an_event(1, addTimestamp=int((NOW + timedelta(days=3)).timestamp() * 1000))
    assert reason(event) == "the event is dated in the future (2026-03-04)"
    assert sort_events([event], NOW + timedelta(days=2)).quarantined == []


@pytest.mark.parametrize("name", ["sender", "source", "eventType"])
def test_a_word_too_long_for_an_index_is_an_empty_column(name: str) -> None:
    column = {"eventType": "event_type"}.get(name, name)
    row = message(**{name: "x" * 201})
    assert (row[column], json.loads(row["raw"])[name]) == (None, "x" * 201)


def test_an_endless_name_is_cut() -> None:
    assert message(clientName="Я" * 100_000)["client_name"] == "Я" * 500


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_versions_in_a_burst_the_later_is_the_message_and_the_other_is_kept(newer_first: bool) -> None:
    old, new = an_event(1), an_event(1, addTimestamp=AT + 60_000, message={"text": "иначе"})
    found = sort_events([new, old] if newer_first else [old, new], NOW)
    assert [row["text"] for row in found.messages] == ["иначе"]
    assert [row["text"] for row in found.older] == ["Сообщение 1"]


def test_files_and_images_become_attachments_whatever_they_lack() -> None:
    files, images = [CARD, "junk", None], [{"url": "old"}, {"downloadID": "d2", "size": "big"}]
    found = message(message={"attachments": {"files": files, "images": images, "goodCard": {"nmID": 1}}})["attachments"]
    assert [(item["kind"], item["download_id"], item["size"], item["url"]) for item in found] == [
        ("file", "d1", 2048, "u"),
        ("image", None, None, "old"),
        ("image", "d2", None, None),
    ]


@pytest.mark.parametrize("odd", [None, [], "x", {"files": {}}, {"files": "x", "images": 5}, {"images": [[], 1]}])
def test_odd_attachments_are_none(odd: Any) -> None:
    assert message(message={"attachments": odd})["attachments"] == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("text", "the event is not an object"),
        (None, "the event is not an object"),
        ([], "the event is not an object"),
        ({}, "the event has no eventID"),
        (without("eventID"), "the event has no eventID"),
        (an_event(1, eventID=""), "the event has no eventID"),
        (an_event(1, eventID=5), "the event has no eventID"),
        (without("chatID"), "the event has no chatID"),
        (an_event(1, chatID=None), "the event has no chatID"),
        (an_event(1, eventID="a\0"), "eventID is too long or has characters"),
        (an_event(1, chatID="a\ud800"), "chatID is too long or has characters"),
        (an_event(1, eventID="a" * 201), "eventID is too long or has characters"),
        (an_event(1, chatID="a" * 201), "chatID is too long or has characters"),
        (without("addTimestamp"), "no usable time"),
        (an_event(1, addTimestamp=AT * 1000), "no usable time (impossible"),
        (an_event(1, addTimestamp="--5"), "no usable time"),
        (an_event(1, addTimestamp=[]), "no usable time"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_event_that_cannot_be_a_row_is_quarantined_with_its_reason(event: Any, expected: str) -> None:
    assert expected in reason(event)


def test_a_quarantined_event_goes_by_its_own_id_or_by_its_content() -> None:
    assert quarantine_row({"eventID": "e", "a": 1}, "why")["id"] == "e"
    nameless = [quarantine_row({"a": number}, "why")["id"] for number in (1, 2, 1)]
    assert nameless[0] == nameless[2] != nameless[1]


@pytest.mark.parametrize("pair", [("a\0", "a\ud800"), ("a" * 5000, "a" * 5001)], ids=["unstorable", "endless"])
def test_events_whose_ids_cannot_be_kept_are_still_told_apart(pair: tuple[str, str]) -> None:
    found = sort_events([an_event(1, eventID=name) for name in pair], NOW).quarantined
    assert len({row["id"] for row in found}) == 2
    assert all(len(row["id"]) == 64 for row in found)


def test_an_event_that_comes_twice_in_a_burst_is_one_row() -> None:
    found = sort_events([an_event(1), an_event(2), an_event(1), {"bad": 1}, {"bad": 1}], NOW)
    assert ([row["id"] for row in found.messages], len(found.quarantined)) == (["event-1", "event-2"], 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON, max_size=5))
def test_no_event_breaks_the_reader_and_none_is_dropped(events: list[Any]) -> None:
    found = sort_events(events, NOW)
    kept = [json.loads(row["raw"]) for row in found.messages + found.older + found.quarantined]
    ids = {row["id"] for row in found.messages + found.quarantined}
    assert all(event in kept or event["eventID"] in ids for event in events)
    assert json_rows([found.messages, found.quarantined]).encode()


@given(st.text(st.characters(codec=None)))
def test_what_postgres_cannot_hold_is_shown_and_nothing_else_changes(text: str) -> None:
    shown = storable(text)
    for new, old in zip(shown, text, strict=True):
        unstorable = old == "\0" or "\ud800" <= old <= "\udfff"
        assert new == ("\ufffd" if unstorable else old)
    assert json.loads(as_raw(text)).encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")
