"""Who waits: longest first, with what is left of ten days; who hardly needs an answer apart; a person's mark."""

import re
from datetime import timedelta

import pytest

from tests.support.shown_rows import NOW, a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Page, Pages, chat_address, listed_chats, next_page
from tests.viewer.label_form import opened

DAY = 24 * 60
ORIGIN = "https://pages.example"


def label(chat: str, tag: str) -> None:
    rows(f"UPDATE chats SET tag = '{tag}' WHERE id = '1:{chat}' RETURNING id")


def groups(page: Page) -> list[int]:
    """Return the numbers on top of the list: wait, thanks, silent, marked."""
    return [int(number) for number in re.findall(r'<span class="count">(\d+)</span>', page.body)]


def mark(pages: Pages, **change: str) -> Page:
    form, cookie = opened(pages)
    fields = {name: value for name, value in form.items() if name != "tag"}
    fields |= {
        "reason": "Решено по телефону",
        "seen": str(rows("SELECT messages_total FROM chats")[0]["messages_total"]),
    }
    fields |= change
    return pages.post("/no-answer", fields, cookie, origin=ORIGIN)


def test_the_longest_waiting_come_first_and_the_rest_stands_apart(pages: Pages) -> None:
    given(
        a_message(1, "Вчера", DAY, chatID="1:chat-1"),
        a_message(2, "Давно", 9 * DAY, chatID="1:chat-2"),
        a_message(3, "Ещё раз", 60, chatID="1:chat-2"),
        a_message(4, "Спасибо", 2 * DAY, chatID="1:chat-3"),
        a_message(5, "Спасибо, подам в суд", 3 * DAY, chatID="1:chat-4"),
        a_message(6, "Где товар", 31 * DAY, chatID="1:chat-5"),
        a_message(7, "Просрочен", 12 * DAY, chatID="1:chat-6"),
        a_message(8, "Вопрос", 5 * DAY, chatID="1:chat-7"),
        a_message(9, "Ответ", 4 * DAY, chatID="1:chat-7", sender="seller"),
        a_message(10, "Спасибо", 40 * DAY, chatID="1:chat-8"),
    )
    label("chat-3", "thanks")
    label("chat-8", "thanks")
    label("chat-4", "thanks")
    page = pages.get("/chats?waiting=1")
    assert listed_chats(page.body) == ["chat-6", "chat-2", "chat-4", "chat-1"]
    assert groups(page) == [4, 1, 2, 0]
    text = " ".join(re.sub("<[^>]*>", " ", page.body).split())
    assert "waits 12 days overdue by 2 days" in text
    assert "1 chat is overdue." in text
    assert re.search(r"waits 9 days 2[34] h \d\d min left to answer", text)
    russian = " ".join(re.sub("<[^>]*>", " ", pages.get("/chats?waiting=1", "ru").body).split())
    assert "ждёт 12 дней просрочено на 2 дня" in russian
    assert listed_chats(pages.get("/chats?waiting=thanks").body) == ["chat-3"]
    assert listed_chats(pages.get("/chats?waiting=silent").body) == ["chat-8", "chat-5"]
    assert pages.get("/chats?waiting=soon").status == 400


def test_a_long_list_goes_on_where_its_part_ended(pages: Pages) -> None:
    """60 chats, of which pairs wait since the same moment; in the order of urgency too."""
    given(*(a_message(n, "Вопрос", 60 * (1 + n // 2), chatID=f"1:chat-{n}") for n in range(60)))
    for address in ("/chats?waiting=1", "/chats?waiting=1&q=вопрос"):
        first = pages.get(address).body
        both = [*listed_chats(first), *listed_chats(pages.get(next_page(first)).body)]
        assert [int(chat.partition("-")[2]) // 2 for chat in both] == [n // 2 for n in range(59, -1, -1)]
        assert {*both} == {f"chat-{n}" for n in range(60)}


def test_a_mark_ends_when_the_buyer_writes_again_and_keeps_who_and_when(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 90))
    assert groups(pages.get("/chats?waiting=1")) == [1, 0, 0, 0]
    done = mark(pages)
    assert (done.status, done.headers["Location"]) == (303, "/chat?store=shop&id=1%3Achat-0&done=1#no-answer")
    page = pages.get("/chats?waiting=1")
    assert (listed_chats(page.body), groups(page)) == ([], [0, 0, 0, 1])
    marked = pages.get("/chats?waiting=marked").body
    assert listed_chats(marked) == ["chat-0"]
    assert "Needs no answer: Решено по телефону" in marked
    assert rows("SELECT urgency FROM chat_urgency") == []
    given(a_message(2, "Ответ", 80, sender="seller"))
    assert groups(pages.get("/chats?waiting=1")) == [0, 0, 0, 1]
    given(a_message(3, "А теперь?", 10))
    assert groups(pages.get("/chats?waiting=1")) == [1, 0, 0, 0]
    history = pages.get(chat_address()).body
    assert "ended as the buyer wrote again" in history
    assert rows("SELECT reason, marked_by, ended_by FROM no_answer_marks") == [
        {"reason": "Решено по телефону", "marked_by": None, "ended_by": None}
    ]
    assert rows("SELECT marked_at < now() AS marked, ended_at >= marked_at AS ended FROM no_answer_marks") == [
        {"marked": True, "ended": True}
    ]


def test_a_mark_is_taken_back_by_hand(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 90))
    mark(pages)
    assert "The chat is marked as needing no answer." in pages.get(chat_address()).body
    assert mark(pages, end="1").status == 303
    assert groups(pages.get("/chats?waiting=1")) == [1, 0, 0, 0]
    assert rows("SELECT ended_by FROM no_answer_marks") == [{"ended_by": ""}]
    assert "taken back" in pages.get(chat_address()).body


def test_a_chat_with_messages_that_were_not_seen_is_not_marked(pages: Pages) -> None:
    given(a_message(1, "Спасибо", 90))
    form = pages.get(chat_address()).body
    assert 'name="seen" value="1"' in form
    given(a_message(2, "И где второй?", 10))
    refused = mark(pages, seen="1")
    assert refused.status == 409
    assert "The chat has new messages" in refused.body
    assert (rows("SELECT * FROM no_answer_marks"), groups(pages.get("/chats?waiting=1"))) == ([], [1, 0, 0, 0])


def test_taking_back_the_mark_of_a_chat_that_is_not_there_stores_nothing(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 90))
    mark(pages, chat="1:none", end="1")
    assert rows("SELECT chat_id FROM chat_turns") == [{"chat_id": "1:chat-0"}]


@pytest.mark.parametrize(
    "change",
    [
        *({"reason": ""}, {"reason": " \x00 "}, {"chat": "1:none"}, {"token": "0" * 64}),
        *({"seen": seen} for seen in ("", "-1", "viele", "9" * 19, "9" * 400)),
    ],
)
def test_a_form_without_a_reason_chat_number_or_token_marks_nothing(pages: Pages, change: dict[str, str]) -> None:
    given(a_message(1, "Вопрос", 90))
    assert mark(pages, **change).status in {400, 403, 404}
    assert rows("SELECT * FROM no_answer_marks") == []


def test_a_mark_stands_though_it_is_made_twice(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 90))
    mark(pages)
    mark(pages, reason="Иначе")
    assert rows("SELECT reason FROM no_answer_marks") == [{"reason": "Решено по телефону"}]


def test_who_waits_says_days_and_the_exact_moment_beside(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 3 * DAY))
    since = f"{NOW - timedelta(days=3) + timedelta(hours=3):%d.%m.%Y %H:%M} (UTC+3)"
    assert f'title="since {since}">waits 3 days</span>' in pages.get("/chats").body
