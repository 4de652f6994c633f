"""A chat of WB's list as a row, with every field missing or odd."""

import json
from typing import Any

import pytest

from database import wb_cards
from database.wb_chats import read_list
from database.wb_fields import as_integer
from tests.support.given_rows import AT, a_chat

CARD = {
    "nmID": 12345678,
    "name": "Кружка",
    "price": 149900,
    "priceCurrency": "RUB",
    "rid": "r.1",
    "size": "42",
    "date": "2026-11-05T09:30:00Z",
    "statusID": 4,
}
COLUMNS = ["client_name", *wb_cards.CARD, "listed_message_text"]


def test_a_listed_chats_fields_become_columns() -> None:
    chat = a_chat(1, newest=5, goodCard=CARD, unknown={"new": 1})
    row = read_list([chat]).rows[0]
    assert json.loads(row.pop("raw")) == chat
    assert row == {
        "id": "1:chat-1",
        "client_name": "Анна",
        "nm_id": 12345678,
        "product_title": "Кружка",
        "ordered_at": "2026-11-05T09:30:00+00:00",
        "order_status": 4,
        "rid": "r.1",
        "product_size": "42",
        "price_kopecks": 149900,
        "price_currency": "RUB",
        "listed_message_text": "Сообщение 5",
        "listed_message_at": "2026-02-02T02:40:05+00:00",
    }


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"clientName": "", "goodCard": {"nmID": 0, "price": 0, "rid": "", "size": "", "priceCurrency": ""}},
        {"clientName": None, "goodCard": None, "lastMessage": None},
        {"clientName": 5, "goodCard": [], "lastMessage": "x"},
        {"clientName": [], "goodCard": "x", "lastMessage": []},
        {"goodCard": {"nmID": "12 or so", "price": 1.5, "rid": 7, "size": []}, "lastMessage": {"text": 5}},
        {"goodCard": {"nmID": 2**63, "price": -1}, "lastMessage": {"addTimestamp": "soon"}},
        {"goodCard": {"name": "", "date": "0001-01-01T00:00:00Z", "statusID": 0}},
        {"goodCard": {"name": 5, "date": "soon", "statusID": "x"}},
        {"goodCard": {"nmID": True}, "lastMessage": {"addTimestamp": 5}},
    ],
)
def test_placeholders_and_odd_types_are_empty_columns(odd: dict[str, Any]) -> None:
    row = read_list([{"chatID": "1:chat-1", **odd}]).rows[0]
    assert [row[name] for name in COLUMNS] == [None] * len(COLUMNS)
    assert row["listed_message_at"] is None


@pytest.mark.parametrize(
    "chat", [None, 5, "x", [], {}, {"chatID": ""}, {"chatID": 5}, {"chatID": "a\0"}, {"chatID": "a" * 201}]
)
def test_a_chat_without_a_usable_id_is_skipped_and_its_neighbours_are_not(chat: Any) -> None:
    assert [row["id"] for row in read_list([a_chat(1), chat, a_chat(2)]).rows] == ["1:chat-1", "1:chat-2"]


def test_a_chat_listed_twice_is_one_row() -> None:
    assert [row["client_name"] for row in read_list([a_chat(1), a_chat(1, clientName="Олег")]).rows] == ["Олег"]


@pytest.mark.parametrize(("value", "integer"), [(1, 1), (2**63 - 1, 2**63 - 1), (2**63, None), (0, None), (-5, None)])
def test_an_integer_is_positive_and_fits_postgres(value: int, integer: int | None) -> None:
    assert as_integer(value) == integer


@pytest.mark.parametrize("written", [41000, 41000.0, "41000", "41000.0", " 41000 "])
def test_an_integer_may_come_as_a_float_or_as_text(written: Any) -> None:
    assert as_integer(written) == 41000


@pytest.mark.parametrize("chat", [None, 5, {}, {"chatID": 5}])
def test_entries_without_a_usable_id_are_counted(chat: Any) -> None:
    assert (read_list([a_chat(1), chat]).unchecked, read_list([a_chat(1)], fragments=2).entries) == (1, 3)


@pytest.mark.parametrize(
    ("last", "undated"),
    [
        (None, 0),
        ({}, 0),
        ({"addTimestamp": 0, "text": ""}, 0),
        ({"addTimestamp": AT, "text": "да"}, 0),
        ({"text": "да"}, 1),
        ({"addTimestamp": "soon"}, 1),
        ("да", 1),
    ],
)
def test_a_last_message_without_a_usable_time_cannot_be_compared(last: Any, undated: int) -> None:
    assert read_list([a_chat(1, lastMessage=last)]).unchecked == undated


def test_of_a_chat_listed_twice_the_newest_last_message_counts() -> None:
    rows = read_list([a_chat(1, newest=9), a_chat(1, newest=3)]).rows
    assert [row["listed_message_text"] for row in rows] == ["Сообщение 9"]


def test_a_column_whose_field_says_something_that_it_cannot_hold_is_named() -> None:
    card = {"nmID": "NaN", "price": 0, "rid": "r" * 201, "size": "", "priceCurrency": "RUB"}
    assert read_list([a_chat(1, goodCard=card)]).unreadable == {"1:chat-1": ["nm_id", "rid"]}
