"""Which product and order a chat is about: what WB's list says, and what messages say where it says nothing."""

from typing import Any

import pytest

from database.connection import Database
from tests.support.given_rows import PREFIX, a_chat, a_run, an_event, chat, column, row_versions, save, save_list

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
EMPTY = {"nmID": 0, "name": "", "price": 0, "rid": "", "size": "", "date": "0001-01-01T00:00:00Z", "statusID": 0}
OF_CARD = (12345678, "Кружка", "r.1", "42", 149900, "RUB", "2026-11-05T09:30:00+00:00", 4)
COLUMNS = ("nm_id", "product_title", "rid", "product_size", "price_kopecks", "price_currency")


def with_card(number: int, card: dict[str, Any] | None, text: str = "Вопрос", **changes: Any) -> dict[str, Any]:
    """Return an event with this goodCard."""
    return an_event(number, message={"text": text, "attachments": {"goodCard": card} if card else {}}, **changes)


def known(row: dict[str, Any]) -> tuple[Any, ...]:
    ordered_at = row["ordered_at"].isoformat() if row["ordered_at"] else None
    return (*(row[name] for name in COLUMNS), ordered_at, row["order_status"])


@pytest.fixture
def run(database: Database) -> int:
    return a_run(database)


def message(database: Database, number: int) -> dict[str, Any]:
    return database.rows("SELECT * FROM chat_messages WHERE id = :id", id=f"event-{number}")[0]


def test_a_card_of_an_event_is_the_messages_and_the_chats(database: Database, run: int) -> None:
    save(database, run, with_card(1, CARD), an_event(2))
    assert known(message(database, 1)) == known(chat(database)) == OF_CARD
    assert set(known(message(database, 2))) == {None}


@pytest.mark.parametrize("listed_first", [True, False])
def test_a_placeholder_of_the_list_is_filled_and_never_overwrites(
    database: Database, run: int, listed_first: bool
) -> None:
    if listed_first:
        save_list(database, a_chat(0, goodCard=EMPTY))
    save(database, run, with_card(1, CARD))
    save_list(database, a_chat(0, newest=1, goodCard=EMPTY))
    assert known(chat(database)) == OF_CARD


def test_a_placeholder_of_an_event_overwrites_nothing(database: Database, run: int) -> None:
    save_list(database, a_chat(0, goodCard=CARD))
    save(database, run, with_card(1, EMPTY))
    save(database, run, with_card(2, {"nmID": 12345678, "date": "0001-01-01T00:00:00Z"}))
    assert known(chat(database)) == OF_CARD


def test_what_the_list_says_wins_and_an_event_fills_what_it_does_not(database: Database, run: int) -> None:
    save_list(database, a_chat(0, goodCard={"nmID": 12345678, "price": 99900}))
    save(database, run, with_card(1, CARD))
    assert known(chat(database)) == (*OF_CARD[:4], 99900, *OF_CARD[5:])
    save_list(database, a_chat(0, newest=1, goodCard=CARD | {"name": "Кружка синяя", "rid": "r.2"}))
    assert known(chat(database))[:3] == (12345678, "Кружка синяя", "r.2")


def test_a_list_that_names_another_product_leaves_nothing_of_the_one_before(database: Database, run: int) -> None:
    save(database, run, with_card(1, CARD))
    save_list(database, a_chat(0, newest=1, goodCard=EMPTY | {"nmID": 5}))
    assert known(chat(database)) == (5, *[None] * 7)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("other", [{"nmID": 5, "name": "Чайник"}, {"nmID": 12345678, "rid": "r.9", "statusID": 1}])
def test_of_two_products_or_orders_the_first_is_the_chats_and_each_its_messages(
    database: Database, run: int, other: dict[str, Any], together: bool
) -> None:
    first, second = with_card(1, {"nmID": 12345678, "rid": "r.1"}), with_card(2, other)
    bursts = [[first, second]] if together else [[first], [second]]
    for burst in bursts:
        save(database, run, *burst)
    row = chat(database)
    assert (row["nm_id"], row["rid"], row["product_title"], row["order_status"]) == (12345678, "r.1", None, None)
    assert message(database, 2)["nm_id"] == other["nmID"]


def test_wbs_prefix_says_article_day_and_title_where_nothing_else_does(database: Database, run: int) -> None:
    save(database, run, an_event(1, message={"text": f"{PREFIX} где мой заказ"}))
    row = chat(database)
    assert (row["nm_id"], row["product_title"]) == (174902332, 'Клей "Момент" для порванной обуви')
    assert row["ordered_at"].isoformat() == "2026-11-04T21:00:00+00:00"  # midnight in Moscow
    assert message(database, 1)["text"] == f"{PREFIX} где мой заказ"


def test_a_card_beside_a_prefix_wins_and_another_products_prefix_adds_nothing(database: Database, run: int) -> None:
    same = CARD | {"nmID": 174902332, "date": "0001-01-01T00:00:00Z"}
    save(database, run, with_card(1, same, PREFIX), with_card(2, CARD | EMPTY | {"nmID": 5}, PREFIX, chatID="1:chat-1"))
    assert known(chat(database))[:2] == (174902332, "Кружка")
    assert known(chat(database))[6] == "2026-11-04T21:00:00+00:00"
    assert known(chat(database, 1))[:2] == (5, None)
    assert known(chat(database, 1))[6] is None


def test_a_prefix_that_a_seller_wrote_says_nothing(database: Database, run: int) -> None:
    save(database, run, an_event(1, sender="seller", message={"text": PREFIX}))
    assert chat(database)["nm_id"] is None
    assert message(database, 1)["prefix_characters"] == 0


def test_a_new_version_of_a_message_brings_its_own_card_and_prefix(database: Database, run: int) -> None:
    save(database, run, with_card(1, CARD))
    save(database, run, an_event(1, message={"text": f"{PREFIX} где?"}, addTimestamp=an_event(5)["addTimestamp"]),
         fetched_at="2026-03-02T00:00:00Z")  # fmt: skip
    row = message(database, 1)
    assert (row["nm_id"], row["rid"], row["prefix_characters"]) == (174902332, None, len(PREFIX) + 1)


def test_a_burst_saved_again_writes_no_chat(database: Database, run: int) -> None:
    events = [with_card(1, CARD), an_event(2, message={"text": f"{PREFIX} где?"}, chatID="1:chat-1"), an_event(3)]
    save(database, run, *events)
    before = row_versions(database, "chats", "chat_messages")
    save(database, run, *events)
    assert row_versions(database, "chats", "chat_messages") == before


def test_a_card_of_hostile_values_costs_its_columns_alone(database: Database, run: int) -> None:
    card = CARD | {"rid": "r" * 4000, "name": "\0" + "я" * 100_000, "date": "soon", "statusID": 2**70, "size": ["x"]}
    save(database, run, with_card(1, card), with_card(2, None), {**an_event(3), "message": {"attachments": []}})
    row = chat(database)
    assert (row["nm_id"], row["rid"], row["ordered_at"], row["order_status"], row["product_size"]) == (
        12345678, None, None, None, None,
    )  # fmt: skip
    assert row["product_title"] == "\ufffd" + "я" * 499
    assert column(database, "SELECT count(*) FROM quarantined_events") == [0]
