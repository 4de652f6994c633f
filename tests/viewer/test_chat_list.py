"""The list of chats: its order, its filters, and what stands in it of each chat."""

import re
from datetime import timedelta

import pytest

from database.connection import transaction
from tests.support.given_rows import ABOUT_RETURNS, AUTOMATIC, PREFIX, a_chat
from tests.support.shown_rows import NOW, a_message, given, labelled_by_person
from tests.support.web_pages import Pages, chat_address, listed_chats, next_page


def test_the_list_of_chats_is_paged_by_key_also_where_many_are_of_one_moment(pages: Pages) -> None:
    given(*(a_message(index, "Вопрос", 5, chatID=f"1:chat-{index}") for index in range(120)), listed=[a_chat(500)])
    seen: list[str] = []
    path, steps = "/chats", 0
    while path and steps < 5:
        body = pages.get(path).body
        seen += listed_chats(body)
        path, steps = next_page(body), steps + 1
    assert steps == 3
    assert len(seen) == len(set(seen)) == 121
    assert seen[-1] == "chat-500"  # which has no message yet


def test_a_page_of_chats_shows_who_wrote_last_and_since_when_a_buyer_waits(pages: Pages) -> None:
    given(
        a_message(1, "Первый вопрос", 90),
        a_message(2, "Ответ", 80, sender="seller", clientName=None),
        a_message(3, "Второй вопрос", 70),
        a_message(4, "Третий вопрос", 60),
        a_message(5, "Спрошено", 50, chatID="1:chat-1"),
        a_message(6, "Отвечено", 40, chatID="1:chat-1", sender="seller"),
    )
    body = pages.get("/chats").body
    asked = (NOW - timedelta(minutes=70)).isoformat().replace("+00:00", "Z")
    assert re.search(rf'unanswered since <time datetime="{asked}"', body)
    assert body.count("unanswered since") == 1
    assert '<span class="speaker">Seller:</span> Отвечено' in body


@pytest.mark.parametrize("automatic", [AUTOMATIC, ABOUT_RETURNS])
def test_wbs_automatic_message_answers_nobody(pages: Pages, automatic: str) -> None:
    given(a_message(1, "Вопрос", 90), a_message(2, automatic, 80, sender="seller", source="seller-portal"))
    assert listed_chats(pages.get("/chats?waiting=1").body) == ["chat-0"]
    assert "WB&#39;s automatic message" in pages.get(chat_address()).body


def test_the_list_shows_the_buyers_words_and_not_wbs_before_them(pages: Pages) -> None:
    given(
        a_message(1, f"{PREFIX} где мой заказ", 90),
        a_message(2, PREFIX, 80, chatID="1:chat-1"),
        a_message(3, PREFIX, 70, chatID="1:chat-2", sender="seller"),
    )
    body = pages.get("/chats").body
    said = [" ".join(re.sub("<.*?>", "", each).split()) for each in re.findall(r'class="said">(.*?)</span>\n', body)]
    assert [each.partition(":")[2][:40] for each in said[1:]] == [" (no text)", " где мой заказ"]
    assert "У меня вопрос по товару" in said[0]
    assert "Клей &#34;Момент&#34; для порванной обуви" in body  # the product's title, beside its number
    assert listed_chats(pages.get("/chats?waiting=1").body) == ["chat-1", "chat-0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("store=shop", ["chat-0", "chat-1", "chat-2"]),
        ("store=other", ["chat-0"]),
        ("tag=delivery", ["chat-1"]),
        ("tag=delivery&store=other", []),
        ("waiting=1&store=shop", ["chat-0", "chat-2"]),
        ("files=1", ["chat-2"]),
        ("from={today}", []),
        ("to={old}", ["chat-2"]),
        ("from={old}&to={old}", ["chat-2"]),
    ],
)
def test_each_filter_of_the_list(pages: Pages, query: str, found: list[str]) -> None:
    file = {"text": "Вот", "attachments": {"files": [{"name": "чек.pdf", "contentType": "application/pdf", "size": 1}]}}
    old = 40 * 24 * 60
    given(
        a_message(1, "Вопрос", 60 * 24 * 3),
        a_message(2, "Ответ", 60 * 24 * 4, chatID="1:chat-1", sender="seller"),
        a_message(3, None, old, chatID="1:chat-2", message=file),
    )
    given(a_message(1, "Другой магазин", 60 * 24 * 5), store="other")
    labelled_by_person("delivery", "1:chat-1")
    days = {"today": f"{NOW:%Y-%m-%d}", "old": f"{NOW + timedelta(hours=3) - timedelta(minutes=old):%Y-%m-%d}"}
    assert listed_chats(pages.get(f"/chats?{query.format(**days)}").body) == found


def test_a_tag_of_an_older_taxonomy_is_shown_as_it_is(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        database.run("UPDATE chats SET tag = 'gone_tag', tag_source = 'model'")
    assert "gone_tag" in pages.get("/chats").body
