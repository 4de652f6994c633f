"""The filters of the list of chats: several choices, "not", who answered, how long one waits, each with its count."""

import re
from html import unescape
from typing import Any

import pytest

from reading import choices
from tests.support.given_rows import ABOUT_RETURNS
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Page, Pages, listed_chats

DAY = 24 * 60
KETTLE = 271146084
# Of each chat its store, tag and cause.
LABELS = {
    0: ("shop", "delivery", "late"),
    1: ("shop", "delivery", "broken"),
    2: ("shop", "defect", "broken"),
    3: ("shop", "thanks", "nothing"),
    4: ("other", "thanks", "nothing"),
    5: ("other", None, None),
}


@pytest.fixture
def labelled(pages: Pages) -> Pages:
    """Six chats in two stores, chat-0 the newest: answered by nobody, a person, a program, both, WB alone, nobody."""
    for store in ("shop", "other"):
        given(*(message for chat in LABELS if LABELS[chat][0] == store for message in said(chat)), store=store)
    for chat, (_, tag, cause) in LABELS.items():
        values = f"tag = {quoted(tag)}, cause = {quoted(cause)}"
        rows(f"UPDATE chats SET {values} WHERE id = '1:chat-{chat}' RETURNING id")
    rows("UPDATE chats SET nm_id = 271146084 WHERE id IN ('1:chat-1', '1:chat-4') RETURNING id")
    for column in ("tag", "cause"):
        found = f"SELECT coalesce(jsonb_object_agg({column}, 1), '{{}}') FROM chats WHERE {column} IS NOT NULL"
        rows(f"UPDATE stores SET chat_{column}_counts = ({found}) RETURNING id")
    return pages


def said(chat: int) -> list[dict[str, Any]]:
    """Return a question of so many days and an hour ago, and its answers in the next minutes."""
    asked = chat * DAY + 60
    answers: dict[int, list[dict[str, Any]]] = {
        1: [{"source": "seller-portal"}],
        2: [{"source": "seller-public-api"}],
        3: [{"source": "seller-portal"}, {"source": "seller-public-api"}],
        4: [{"message": {"text": ABOUT_RETURNS}}],
    }
    return [
        a_message(10 * chat, "Вопрос", asked, chatID=f"1:chat-{chat}"),
        *(
            a_message(10 * chat + place, "Ответ", asked - place, chatID=f"1:chat-{chat}", sender="seller", **answer)
            for place, answer in enumerate(answers.get(chat, []), start=1)
        ),
    ]


def quoted(value: str | None) -> str:
    return f"'{value}'" if value else "NULL"


def shown(pages: Pages, query: str) -> list[int]:
    page = pages.get(f"/chats?{query}")
    assert page.status == 200
    return [int(chat.removeprefix("chat-")) for chat in listed_chats(page.body)]


def counts(page: Page, facet: str) -> dict[str, str]:
    """Return the count beside each choice."""
    found = rf'name="{facet}" value="([^"-][^"]*)".*?<span class="count"[^>]*>(.*?)</span>'
    return {unescape(value): number for value, number in re.findall(found, page.body, re.S)}


@pytest.mark.parametrize(
    ("query", "chats"),
    [
        ("tag=delivery&tag=defect", [0, 1, 2]),
        ("tag=-thanks", [0, 1, 2, 5]),
        ("tag=-thanks&tag=-defect", [0, 1, 5]),
        ("tag=delivery&tag=-delivery", []),
        ("tag=delivery&cause=broken", [1]),
        ("cause=broken&cause=late", [0, 1, 2]),
        ("cause=-broken", [0, 3, 4, 5]),
        ("tag=-thanks&cause=-broken", [0, 5]),
        ("store=other", [4, 5]),
        ("store=other&store=shop", [0, 1, 2, 3, 4, 5]),
        ("tag=&tag=defect&tag=defect", [2]),
        ("answered=person", [1, 3]),
        ("answered=program", [2]),
        ("answered=nobody", [0, 4, 5]),
        ("answered=program&answered=nobody", [0, 2, 4, 5]),
        (f"product={KETTLE}", [1, 4]),
        ("days=4", [5, 4]),
        ("days=0", [0, 1, 2, 3, 4, 5]),
        ("waiting=1&days=4", [5]),
        ("answered=nobody&tag=-thanks&days=5", [5]),
        ("urgent=1&tag=-thanks&store=other", [5]),
    ],
)
def test_each_filter_narrows_the_list(labelled: Pages, query: str, chats: list[int]) -> None:
    assert shown(labelled, query) == chats
    assert shown(labelled, f"{query}&q=вопрос") == chats


def test_each_choice_says_how_many_chats_it_would_give_with_the_other_filters(labelled: Pages) -> None:
    page = labelled.get("/chats")
    assert counts(page, "tag") == {"defect": "1", "delivery": "2", "thanks": "2"}
    assert counts(page, "cause") == {"broken": "2", "late": "1", "nothing": "2"}
    assert counts(page, "store") == {"shop": "4", "other": "2"}
    assert counts(page, "answered") == {"person": "2", "program": "1", "nobody": "3"}
    narrowed = labelled.get("/chats?tag=delivery&cause=-late&q=вопрос")
    assert counts(narrowed, "tag") == {"defect": "1", "delivery": "1", "thanks": "2"}
    assert counts(narrowed, "cause") == {"broken": "1", "late": "1", "nothing": "0"}
    assert counts(narrowed, "answered") == {"person": "1", "program": "0", "nobody": "0"}
    assert counts(narrowed, "store") == {"shop": "1", "other": "0"}


def test_what_is_counted_is_bounded_and_says_so(labelled: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "CHATS_COUNTED", 3)
    assert all(number.endswith("+") for number in counts(labelled.get("/chats"), "tag").values())
    assert counts(labelled.get("/chats?store=other"), "tag") == {"defect": "0", "delivery": "0", "thanks": "1"}
    rows("UPDATE chats SET tag = NULL WHERE store_id = 'shop' RETURNING id")
    assert counts(labelled.get("/chats?store=shop"), "tag") == {"defect": "0+", "delivery": "0+", "thanks": "0+"}
    monkeypatch.setattr(choices, "CHATS_COUNTED", 5000)
    monkeypatch.setattr(choices, "MOST_SHOWN", 1)
    assert counts(labelled.get("/chats"), "cause") == {"broken": "1+", "late": "1", "nothing": "1+"}


def test_frequent_words_are_searched_without_counting(labelled: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reading.search.RARE_MESSAGES", 0)
    page = labelled.get("/chats?q=вопрос&tag=delivery")
    assert (listed_chats(page.body), set(counts(page, "tag").values())) == (["chat-0", "chat-1"], {""})


def test_the_address_is_the_saved_view(labelled: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reading.chats.CHATS_A_LIST", 1)
    query = "store=shop&tag=delivery&tag=defect&cause=-late&answered=person&answered=program"
    page = labelled.get(f"/chats?{query}")
    assert re.findall(r'name="(\w+)" value="([^"]+)" checked', page.body) == [
        *(("store", "shop"), ("tag", "defect"), ("tag", "delivery"), ("cause", "-late")),
        *(("answered", "person"), ("answered", "program")),
    ]
    more = re.search(r'rel="next" href="([^"]+)"', page.body)
    assert more is not None
    assert unescape(more[1]).startswith(
        "/chats?store=shop&tag=delivery&tag=defect&cause=-late&answered=person&answered=program"
    )
    assert listed_chats(labelled.get(unescape(more[1])).body) == ["chat-2"]


def test_a_choice_that_no_chat_has_any_more_is_still_shown_as_chosen(labelled: Pages) -> None:
    page = labelled.get("/chats?tag=gone&store=gone&cause=-gone")
    assert listed_chats(page.body) == []
    for chosen in ('name="tag" value="gone" checked', 'name="store" value="gone" checked', 'value="-gone" checked'):
        assert chosen in page.body


@pytest.mark.parametrize(
    "query", ["answered=wb", "answered=person&answered=-person", "days=x", "days=3651", "store=a&store=%00"]
)
def test_a_choice_that_cannot_be_is_said(labelled: Pages, query: str) -> None:
    page = labelled.get(f"/chats?{query}")
    assert (page.status, "This address was cut or mistyped" in page.body) == (400, True)
