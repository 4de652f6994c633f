"""A chat of WB's list as a row, with every field missing or odd."""

import json
from typing import Any

import pytest

from database.wb_chats import chat_rows
from database.wb_fields import as_integer
from tests.support.given_rows import a_chat

CARD = {"nmID": 12345678, "price": 149900, "priceCurrency": "RUB", "rid": "r.1", "size": "42"}
COLUMNS = ["client_name", "nm_id", "rid", "product_size", "price_kopecks", "price_currency", "listed_message_text"]


def test_a_listed_chats_fields_become_columns() -> None:
    chat = a_chat(1, newest=5, goodCard=CARD, unknown={"new": 1})
    row = chat_rows([chat])[0]
    assert json.loads(row.pop("raw")) == chat
    assert row == {
        "id": "1:chat-1",
        "client_name": "Анна",
        "nm_id": 12345678,
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
        {"goodCard": {"nmID": "12", "price": 1.5, "rid": 7, "size": []}, "lastMessage": {"text": 5}},
        {"goodCard": {"nmID": 2**63, "price": -1}, "lastMessage": {"addTimestamp": "soon"}},
        {"goodCard": {"nmID": True}, "lastMessage": {"addTimestamp": 5}},
    ],
)
def test_placeholders_and_odd_types_are_empty_columns(odd: dict[str, Any]) -> None:
    row = chat_rows([{"chatID": "1:chat-1", **odd}])[0]
    assert [row[name] for name in COLUMNS] == [None] * len(COLUMNS)
    assert row["listed_message_at"] is None


@pytest.mark.parametrize(
    "chat", [None, 5, "x", [], {}, {"chatID": ""}, {"chatID": 5}, {"chatID": "a\0"}, {"chatID": "a" * 201}]
)
def test_a_chat_without_a_usable_id_is_skipped_and_its_neighbours_are_not(chat: Any) -> None:
    assert [row["id"] for row in chat_rows([a_chat(1), chat, a_chat(2)])] == ["1:chat-1", "1:chat-2"]


def test_a_chat_listed_twice_is_one_row() -> None:
    assert [row["client_name"] for row in chat_rows([a_chat(1), a_chat(1, clientName="Олег")])] == ["Олег"]


@pytest.mark.parametrize(("value", "integer"), [(1, 1), (2**63 - 1, 2**63 - 1), (2**63, None), (0, None), (-5, None)])
def test_an_integer_is_positive_and_fits_postgres(value: int, integer: int | None) -> None:
    assert as_integer(value) == integer
