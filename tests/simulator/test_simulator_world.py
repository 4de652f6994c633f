"""The worlds: believable, complete in their oddities, and the same on every day."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from chatsync.question_prefix import read_prefix, without_prefix
from local.simulator.build import Builder
from local.simulator.model import Event, World
from local.simulator.people import Buyer
from local.simulator.story import Line, Teller
from local.simulator.texts import texts
from local.simulator.timeline import END
from local.simulator.tokens import TokenKind, read_claims
from local.simulator.wire import event_json
from local.simulator.world import grown_world, small_world

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
YURSOL = "1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19"
PAGE = 50


@pytest.fixture(scope="module")
def world() -> World:
    return small_world(NOW)


def events_of(world: World) -> list[Event]:
    return [event for store in world.stores for event in store.events]


def test_there_are_five_stores_of_a_size_that_a_run_reads_in_half_a_minute(world: World) -> None:
    assert [len(store.events) for store in world.stores] == [900, 430, 300, 150, 95]
    requests = max(len(store.events) // PAGE + 2 for store in world.stores)
    assert requests - 10 < 30
    assert len({store.id for store in world.stores}) == 5
    assert all(re.fullmatch(r"[a-z-]+", store.id) for store in world.stores)


def test_yursols_chat_has_its_twelve_messages(world: World) -> None:
    store = next(store for store in world.stores if store.id == "turgunov")
    assert store.name == "ИП Тургунов Ф.Ф."
    messages = [event for event in store.events if event.chat_id == YURSOL]
    assert [event.text for event in messages] == [said.text for said in texts().yursol.messages]
    assert len(messages) == 12
    assert [chat.client_name for chat in store.chats if chat.id == YURSOL] == ["Юрсол"]
    attachments = [key for event in messages for key in event.attachments or {}]
    assert attachments == ["goodCard", "images", "files"]


def test_one_token_has_expired_one_is_a_service_token_and_the_others_are_personal(world: World) -> None:
    claims: list[dict[str, Any]] = [dict(read_claims(store.token) or {}) for store in world.stores]
    assert [claim["exp"] < NOW.timestamp() for claim in claims].count(True) == 1
    kinds = [claim["acc"] for claim in claims]
    assert kinds.count(TokenKind.SERVICE) == 1
    assert kinds.count(TokenKind.PERSONAL) == 4
    assert [claim["sid"] for claim in claims] == [store.seller for store in world.stores]


def test_one_chat_with_events_is_not_listed_and_one_listed_chat_has_none(world: World) -> None:
    listed = {(store.id, chat.id) for store in world.stores for chat in store.chats}
    told = {(store.id, event.chat_id) for store in world.stores for event in store.events}
    assert [store_id for store_id, _ in told - listed] == ["technolavka"]
    assert [store_id for store_id, _ in listed - told] == ["chay-lipa"]


def test_the_world_has_the_oddities_of_the_api(world: World) -> None:
    events = events_of(world)
    sources_begin = min(event.at for event in events if event.source)
    assert all(event.source is None for event in events if event.at < sources_begin)
    assert {event.sender for event in events} == {"client", "seller", "wb"}
    assert {event.event_type for event in events} == {"message"}
    assert {event.source for event in events} >= {
        "ios",
        "android",
        "rusite",
        "global",
        "seller-portal",
        "seller-public-api",
    }
    assert all(event.client_name is None for event in events if event.sender != "client")
    assert any(event.client_name == "" for event in events)
    attachments: list[dict[str, Any]] = [dict(event.attachments or {}) for event in events]
    images = [image for one in attachments for image in one.get("images", [])]
    assert {"downloadID" in image for image in images} == {True, False}
    cards = [one["goodCard"] for one in attachments if "goodCard" in one]
    assert {card["nmID"] == 0 for card in cards} == {True, False}
    assert {"name" in card for card in cards} == {True, False}  # since September 2026
    dates = {card["date"] for card in cards if card["nmID"]}
    assert "0001-01-01T00:00:00Z" in dates
    assert len(dates) > 100


def test_wb_writes_to_who_rated_low_in_the_sellers_name_and_opens_the_chat(world: World) -> None:
    written = [
        event for event in events_of(world) if (event.text or "").startswith("Здравствуйте. Вы оставили отзыв с низкой")
    ]
    assert {event.sender for event in written} == {"seller"}
    assert {event.source for event in written} == {"seller-portal", None}
    assert any(event.reply_sign for event in written)


def test_wbs_message_about_returns_opens_about_as_many_chats_as_in_the_store_that_was_seen(world: World) -> None:
    opening = [event for event in events_of(world) if event.reply_sign]
    about_returns = [event for event in opening if event.text == texts().about_returns]
    assert {event.sender for event in about_returns} == {"seller"}
    assert 0.25 < len(about_returns) / len(opening) < 0.5  # 11 of 27


def test_wb_writes_before_the_first_words_of_some_buyers_and_is_understood(world: World) -> None:
    """Of 27 chats, 4 began so: names with quotes and commas, once without a word behind."""
    told = [(event, prefix) for event in events_of(world) if (prefix := read_prefix(event.sender, event.text))]
    prefixed = [(event, prefix) for event, prefix in told if event.reply_sign]  # another story may have begun before
    assert len(prefixed) > 0.8 * len(told)
    cards: list[Any] = [(event.attachments or {})["goodCard"] for event, _ in prefixed]
    assert [prefix.nm_id for _, prefix in prefixed] == [card["nmID"] for card in cards]
    titles = {prefix.product_title for _, prefix in prefixed}
    assert titles <= {product.nominative for goods in texts().goods.values() for product in goods.products}
    assert any('"' in title for title in titles)
    assert {without_prefix("client", event.text or "") == "" for event, _ in prefixed} == {True, False}
    opening = [event for event in events_of(world) if event.reply_sign]
    assert 0.05 < len(prefixed) / len(opening) < 0.25


def test_some_chats_are_about_two_products(world: World) -> None:
    cards: dict[str, set[object]] = {}
    for event in events_of(world):
        card: Any = (event.attachments or {}).get("goodCard")
        if card and card["nmID"]:
            cards.setdefault(event.chat_id, set()).add(card["nmID"])
    assert {min(len(products), 2) for products in cards.values()} == {1, 2}


def test_the_first_event_of_each_chat_and_no_other_opens_it(world: World) -> None:
    for store in world.stores:
        seen = set()
        for event in store.events:
            assert (event.reply_sign is not None) == (event.chat_id not in seen)
            seen.add(event.chat_id)


def test_every_millisecond_has_one_event_and_ids_are_unique(world: World) -> None:
    ids = [event.id for event in events_of(world)]
    assert len(set(ids)) == len(ids)
    for store in world.stores:
        times = [event.at for event in store.events]
        assert times == sorted(set(times))


def test_lines_said_at_the_same_moment_are_a_millisecond_apart() -> None:
    rng = Random(1)
    builder = Builder(rng, lambda: Buyer("Анна", she=True), Teller(texts(), "tea", [""], rng).tell)
    conversation = builder.converse(Buyer("Анна", she=True), {})
    content = builder.build(3, [(END, conversation, Line("client", str(n))) for n in range(3)])
    assert [(event.text, event.at - END) for event in content.events] == [("0", 0), ("1", 1), ("2", 2)]


def test_every_download_id_in_the_events_can_be_downloaded(world: World) -> None:
    for store in world.stores:
        shown = set(re.findall(r'"downloadID": "([^"]+)"', json.dumps([event_json(event) for event in store.events])))
        assert shown == set(store.files)


def test_texts_are_filled_in_and_varied(world: World) -> None:
    said = [event.text for event in events_of(world) if event.text and event.text != texts().about_returns]
    assert not [text for text in said if re.search(r"[{}<>|\[\]]", text)]
    assert len(set(said)) > 0.6 * len(said)
    opening = [event.text for event in events_of(world) if event.reply_sign and event.sender == "client"]
    assert len(set(opening)) > 0.8 * len(opening)


def test_the_world_lies_in_the_eleven_months_to_the_end_of_october_2026(world: World) -> None:
    times = [datetime.fromtimestamp(event.at / 1000, UTC) for event in events_of(world)]
    assert datetime(2025, 12, 1, tzinfo=UTC) <= min(times) < datetime(2026, 1, 1, tzinfo=UTC)
    assert datetime(2026, 10, 15, tzinfo=UTC) < max(times) < datetime(2026, 11, 1, tzinfo=UTC)


def test_the_world_is_the_same_all_day_and_on_another_day_but_for_the_tokens(world: World) -> None:
    assert small_world(NOW + timedelta(hours=10)) == world
    later = small_world(NOW + timedelta(days=40))
    assert [(store.chats, store.events) for store in later.stores] == [
        (store.chats, store.events) for store in world.stores
    ]
    assert later.stores[0].token != world.stores[0].token


def test_another_seed_is_another_world_with_other_ids(world: World) -> None:
    other = small_world(NOW, seed=2)
    assert not {event.id for event in events_of(other)} & {event.id for event in events_of(world)}


def test_a_grown_world_has_the_sizes_asked_for() -> None:
    world = grown_world(NOW, stores=4, events_per_store=60, largest=900)
    assert [len(store.events) for store in world.stores] == [900, 60, 60, 60]
    assert [store.id for store in world.stores] == ["store-001", "store-002", "store-003", "store-004"]
    assert len({store.seller for store in world.stores}) == len({store.token for store in world.stores}) == 4
    assert grown_world(NOW, stores=4, events_per_store=60, largest=900) == world
    ids = [event.id for event in events_of(world)]
    assert len(set(ids)) == len(ids)


def test_a_large_store_lists_no_more_chats_than_anybody_has_seen() -> None:
    store = grown_world(NOW, stores=1, events_per_store=40_000).stores[0]
    assert len(store.chats) == 5000
    assert {event.chat_id for event in store.events} == {chat.id for chat in store.chats}


def test_a_world_of_no_stores_is_empty() -> None:
    assert grown_world(NOW, stores=0, events_per_store=5).stores == ()
