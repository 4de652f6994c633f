"""The stores: which are synced, and that what did not change is not written."""

import pytest

from chatsync.errors import StoreUnknownError
from database import stores
from database.connection import Database
from database.stores import StoreToken
from reading.stores import list_stores
from tests.support.given_rows import a_run, an_event, column, row_versions, save

TOKEN = StoreToken("8c1f7a52-6f0e-4a3b-9d57-3f2b8f0f2a11", "personal", "2026-05-30T12:00:00+00:00")


@pytest.fixture
def shops(database: Database) -> Database:
    """The active stores "a" and "c", and the paused "b"."""
    for name, active in (("c", True), ("a", True), ("b", False)):
        stores.register(database, name, f"ИП {name}", active)
    return database


def test_the_active_stores_are_synced(shops: Database) -> None:
    assert stores.ids_to_sync(shops, None) == ["a", "c"]


def test_those_named_are_synced_each_once_even_if_paused(shops: Database) -> None:
    assert stores.ids_to_sync(shops, ["b", "a", "b"]) == ["a", "b"]
    assert stores.ids_to_sync(shops, []) == []


def test_all_unknown_stores_are_named(shops: Database) -> None:
    with pytest.raises(StoreUnknownError, match="No such store: x, y"):
        stores.ids_to_sync(shops, ["y", "a", "x"])


def test_registering_again_renames_and_leaves_the_rest(shops: Database) -> None:
    stores.register(shops, "b", "ИП Новый", active=True)
    assert shops.rows("SELECT name, active FROM stores WHERE id = 'b'") == [{"name": "ИП Новый", "active": False}]


def test_what_did_not_change_is_not_written(shops: Database) -> None:
    def write() -> None:
        stores.register(shops, "a", "ИП a", active=True)
        stores.save_token_facts(shops, "a", TOKEN)
        stores.move_cursor(shops, "a", 5)
        stores.refresh_statistics(shops, "a")

    write()
    before = row_versions(shops, "stores")
    write()
    assert row_versions(shops, "stores") == before


def test_a_cursor_can_go_back_to_the_beginning(shops: Database) -> None:
    stores.move_cursor(shops, "a", 5)
    stores.move_cursor(shops, "a", None)
    assert column(shops, "SELECT events_cursor FROM stores WHERE id = 'a'") == [None]


def test_a_replaced_token_is_remembered_with_what_it_does_not_say(shops: Database) -> None:
    stores.save_token_facts(shops, "a", TOKEN)
    stores.save_token_facts(shops, "a", StoreToken(None, "unknown", None))
    row = shops.rows("SELECT seller_id, token_type, token_expires_at FROM stores WHERE id = 'a'")[0]
    assert list(row.values()) == [TOKEN.seller_id, "unknown", None]  # the history is still that seller's


def test_a_known_seller_stays_whatever_a_token_says(shops: Database) -> None:
    stores.save_token_facts(shops, "a", TOKEN)
    stores.save_token_facts(shops, "a", StoreToken("another", "base", None))
    assert column(shops, "SELECT seller_id FROM stores WHERE id = 'a'") == [TOKEN.seller_id]


def test_another_seller_is_accepted_for_no_history_but_by_a_person(shops: Database) -> None:
    stores.save_token_facts(shops, "a", TOKEN)
    save(shops, a_run(shops, "a"), an_event(1), store="a")
    assert stores.accept_seller(shops, "a", TOKEN.seller_id)
    assert stores.accept_seller(shops, "a", None)
    assert not stores.accept_seller(shops, "a", "another")
    assert column(shops, "SELECT seller_id FROM stores WHERE id = 'a'") == [TOKEN.seller_id]
    assert stores.accept_seller(shops, "a", "another", same_store=True)
    assert column(shops, "SELECT seller_id FROM stores WHERE id = 'a'") == ["another"]


def test_a_store_that_holds_nothing_takes_any_sellers_token(shops: Database) -> None:
    stores.save_token_facts(shops, "a", TOKEN)
    assert stores.accept_seller(shops, "a", "another")
    assert column(shops, "SELECT seller_id FROM stores WHERE id = 'a'") == ["another"]


def test_statistics_count_chats_and_tags(shops: Database) -> None:
    save(shops, a_run(shops, "a"), *[an_event(number, chat=number) for number in range(3)], store="a")
    shops.run("UPDATE chats SET tag = 'thanks' WHERE id <> '1:chat-0'")
    stores.refresh_statistics(shops, "a")
    row = shops.rows("SELECT total_chats, chat_tag_counts FROM stores WHERE id = 'a'")[0]
    assert row == {"total_chats": 3, "chat_tag_counts": {"thanks": 2}}
    shown = {row["id"]: (row["total_chats"], row["messages"]) for row in list_stores(shops, 9)}
    assert shown == {"a": (3, 3), "b": (0, 0), "c": (0, 0)}
