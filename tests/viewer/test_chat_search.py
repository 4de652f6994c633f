"""Chats found by words, names and numbers."""

import re
from urllib.parse import quote

import pytest

from database.connection import transaction
from reading.search import understand_words
from tests.support.given_rows import PREFIX, a_chat
from tests.support.shown_rows import a_message, given, many_chats
from tests.support.web_pages import Pages, listed_chats, next_page

PRODUCTS = ((271146084, "Куртка зимняя"), (155, "Варежки пуховые"))


@pytest.mark.parametrize("words", ["деньгам", "ДЕНЬГАХ еще", "«деньги»", '"верните деньги"', "деньгами -чайники"])
def test_words_are_found_in_any_form_and_marked_as_they_were_written(pages: Pages, words: str) -> None:
    given(
        a_message(1, "Ещё раз: ВЕРНИТЕ «Деньги»!", 60),
        a_message(2, "Чайник стоит своих денег, а деньги", 50, chatID="1:chat-1"),
        a_message(3, "Спасибо", 40, chatID="1:chat-2"),
    )
    body = pages.get(f"/chats?q={quote(words)}").body
    found = listed_chats(body)
    assert "chat-0" in found
    assert "chat-2" not in found
    assert "<mark>Деньги</mark>" in body
    assert "chat-1" not in found or "чайник" not in words


def test_an_excerpt_begins_and_ends_around_the_found_word(pages: Pages) -> None:
    given(a_message(1, f"{'Предыстория длинная. ' * 20}Верните деньги. {'Послесловие тоже. ' * 20}", 60))
    said = re.search(r'<span class="said">(.*?)</span>', pages.get(f"/chats?q={quote('деньги')}").body, re.S)
    assert said is not None
    assert re.match(r"… (Предыстория|длинная)\b.*Верните <mark>деньги</mark>\. Послесловие.* …$", said[1].strip())
    assert len(said[1]) < 250


def test_a_search_finds_by_name_product_and_order_too(pages: Pages) -> None:
    good = {"nmID": 271146084, "rid": "rid.42", "size": "XL"}
    given(
        a_message(1, "Вопрос", 60, clientName="Гульнара Т."),
        listed=[a_chat(0, clientName="Гульнара Т.", goodCard=good)],
    )
    for words in ("гульнара", "271146084", "rid.42"):
        assert listed_chats(pages.get(f"/chats?q={quote(words)}").body) == ["chat-0"], words
    assert listed_chats(pages.get(f"/chats?q={quote('ольга')}").body) == []


def test_a_search_finds_every_product_and_order_of_a_chats_messages(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ({"nmID": nm_id, "rid": f"rid.{nm_id}", "name": name} for nm_id, name in PRODUCTS)
    given(
        a_message(1, "Вопрос", 60, message={"text": "Вопрос", "attachments": {"goodCard": first}}),
        a_message(2, "И ещё", 50, message={"text": "И ещё", "attachments": {"goodCard": second}}),
        a_message(3, "Третий", 40, chatID="1:chat-1"),
        listed=[a_chat(1, goodCard={"nmID": 9, "name": "Самовар угольный"})],
    )
    for words in ("271146084", "rid.271146084", "куртки", "155", "rid.155", "варежка пуховая"):
        assert listed_chats(pages.get(f"/chats?q={quote(words)}").body) == ["chat-0"], words
    assert listed_chats(pages.get(f"/chats?q={quote('самовары')}").body) == ["chat-1"]
    monkeypatch.setattr("reading.search.RARE_MESSAGES", 0)  # from the newest chat on
    for words in ("куртки", "варежка пуховая"):
        assert listed_chats(pages.get(f"/chats?q={quote(words)}").body) == ["chat-0"], words


def test_titles_count_among_the_messages_that_make_a_word_frequent(
    emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reading.search.RARE_MESSAGES", 1)
    cards = [{"text": "Вопрос", "attachments": {"goodCard": {"name": name}}} for _, name in PRODUCTS]
    given(*(a_message(number, None, 60, message=card) for number, card in enumerate([*cards, cards[0]])))
    with transaction() as database:
        rare = {words: understand_words(database, words).rare for words in ("куртка", "варежки")}
    assert rare == {"куртка": False, "варежки": True}


@pytest.mark.parametrize("rare", [20_000, 0])
def test_a_search_finds_the_buyers_words_and_the_product_but_not_wbs_words(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr("reading.search.RARE_MESSAGES", rare)
    given(a_message(1, f"{PREFIX} где мой заказ", 60), a_message(2, "Вопрос о заказе", 50, chatID="1:chat-1"))
    found = {words: listed_chats(pages.get(f"/chats?q={quote(words)}").body) for words in ("оформлен", "порванная")}
    assert found == {"оформлен": [], "порванная": ["chat-0"]}
    body = pages.get(f"/chats?q={quote('заказ')}").body
    assert listed_chats(body) == ["chat-1", "chat-0"]
    assert "где мой <mark>заказ</mark>" in body


@pytest.mark.parametrize("words", ["и на", "-деньги", "!!!"])
def test_words_that_would_find_everything_are_said_to(pages: Pages, words: str) -> None:
    given(a_message(1, "и на", 60))
    page = pages.get(f"/chats?q={quote(words)}")
    assert page.status == 200
    assert "These words are in nearly every message" in page.body


def test_a_word_in_too_many_messages_is_looked_for_from_the_newest_chat_on(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reading.search.RARE_MESSAGES", 3)
    many_chats(70)
    first = pages.get(f"/chats?q={quote('вопросы')}").body
    assert listed_chats(first) == [f"chat-{number}" for number in range(50)]
    assert listed_chats(pages.get(next_page(first)).body) == [f"chat-{number}" for number in range(50, 70)]
