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
    assert re.search(
        r'<span class="waits" title="since [^"]+">waits 1 h \d\d min</span>\s*<span class="under">9 days left', body
    )
    assert body.count('class="waits"') == 1
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
    assert listed_chats(pages.get("/chats?waiting=1").body) == ["chat-0", "chat-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("store=shop", ["chat-0", "chat-1", "chat-2"]),
        ("store=other", ["chat-0"]),
        ("tag=delivery", ["chat-1"]),
        ("tag=delivery&store=other", []),
        ("cause=late", ["chat-1"]),
        ("cause=late&tag=defect", []),
        ("waiting=1&store=shop", ["chat-0"]),
        ("waiting=silent&store=shop", ["chat-2"]),
        ("files=1", ["chat-2"]),
        ("urgent=1", ["chat-0"]),
        ("urgent=1&store=shop", []),
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
    labelled_by_person("delivery", "1:chat-1", cause="late")
    days = {"today": f"{NOW:%Y-%m-%d}", "old": f"{NOW + timedelta(hours=3) - timedelta(minutes=old):%Y-%m-%d}"}
    assert listed_chats(pages.get(f"/chats?{query.format(**days)}").body) == found


def test_a_chats_cause_stands_below_its_tag_where_something_went_wrong(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60), a_message(2, "Спасибо", 50, chatID="1:chat-1"))
    labelled_by_person("delivery", cause="late")
    labelled_by_person("thanks", "1:chat-1", cause="nothing")
    body = pages.get("/chats").body
    assert body.count('<span class="under">Late or lost</span>') == 1
    assert '<span class="under">Nothing went wrong' not in body


def test_the_urgent_chats_are_listed_the_most_urgent_first_and_paged_by_key(pages: Pages) -> None:
    days = 24 * 60
    given(
        a_message(1, "Вопрос", 1, chatID="1:chat-100"),
        a_message(2, "Подам в суд", 3 * days, chatID="1:chat-101"),
        a_message(3, "Жду", 12 * days, chatID="1:chat-102"),
        *(a_message(10 + n, "Жду", 6 * days + n, chatID=f"1:chat-{n}") for n in range(60)),
    )
    first = pages.get("/chats?urgent=1&store=shop").body
    second = pages.get(next_page(first)).body
    seen = listed_chats(first) + listed_chats(second)
    assert seen == ["chat-102", "chat-101", *(f"chat-{n}" for n in range(60))]
    assert not next_page(second)
    assert first.count('<span class="urgency u1">due soon</span>') == 48
    assert '<span class="urgency u3">overdue</span>' in first
    assert re.search(r'urgency u2">urgent</span> <span class="under">The buyer writes: суд</span>', first)
    assert '<span class="urgency' not in pages.get("/chats?waiting=1&q=вопрос").body
    assert listed_chats(pages.get("/chats?urgent=1&q=суд").body) == ["chat-101"]


def test_a_chats_page_says_by_when_to_answer(pages: Pages) -> None:
    given(a_message(1, "Иду в прокуратуру", 60))
    by = (NOW + timedelta(days=10, minutes=-60)).isoformat().replace("+00:00", "Z")
    body = pages.get(chat_address(), "ru").body
    assert re.search(f'По правилам WB ответить нужно за десять дней, до <time datetime="{by}"', body)
    assert "Покупатель пишет: прокуратуру" in body
    given(a_message(2, "Ответ", 30, sender="seller"))
    assert "правилам WB" not in pages.get(chat_address(), "ru").body


def test_a_tag_of_an_older_taxonomy_is_shown_as_it_is(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        database.run("UPDATE chats SET tag = 'gone_tag', tag_source = 'model'")
    assert "gone_tag" in pages.get("/chats").body
