"""A chat's own page: what was said, with its files and its labels."""

import re
from datetime import timedelta

import pytest

from database.connection import transaction
from database.labels.history import release_persons_label, set_persons_label
from local import cli
from tests.support.given_rows import ABOUT_RETURNS, PREFIX, a_chat
from tests.support.shown_rows import NOW, a_message, given, labelled_by_model, labelled_by_person
from tests.support.stored import rows
from tests.support.web_pages import Pages, chat_address


def test_a_conversation_is_whole_and_in_order_with_its_days_and_sides(pages: Pages) -> None:
    files = {
        "files": [{"name": "чек.pdf", "contentType": "application/pdf", "size": 182_000}],
        "images": [{"url": "https://chat.example/1.jpg"}],
    }
    given(
        a_message(1, "Первое", 3 * 24 * 60),
        a_message(2, "Второе", 60, sender="seller"),
        a_message(3, None, 50, message={"attachments": files}),
        a_message(4, "Четвёртое", 40, sender="robot"),
        listed=[a_chat(0, goodCard={"rid": "order-42", "nmID": 5})],
    )
    body = pages.get(chat_address()).body
    places = [body.index(words) for words in ("Первое", "Второе", "чек.pdf", "Четвёртое")]
    assert places == sorted(places)
    assert body.count('class="day"') >= 2
    sides = re.findall(r'class="message (\w+)', body)
    assert sides == ["client", "seller", "client", "other"]
    for words in ("Анна", "Seller", "robot", "application/pdf", "182 kB", "Image", "order-42", 'data-copy="order-42"'):
        assert words in body


def test_wbs_words_are_set_apart_from_those_of_who_writes(pages: Pages) -> None:
    other = {"nmID": 5, "name": "Чайник <b>"}
    given(
        a_message(1, ABOUT_RETURNS, 70, sender="seller"),
        a_message(2, f"{PREFIX}\nгде мой заказ?", 60),
        a_message(3, PREFIX, 50, chatID="1:chat-1"),
        a_message(4, "И ещё", 40, message={"text": "И ещё", "attachments": {"goodCard": other}}),
    )
    body = pages.get(chat_address(q="заказ")).body
    assert '<p class="text">где мой <mark>заказ</mark>?</p>' in body
    shown = re.findall(r'<p class="about">(.*?)</p>', body)
    assert len(shown) == 2
    assert shown[0].endswith("товар оформлен 05.11.2026&#34;")
    assert shown[1] == "Product 5 · Чайник &lt;b&gt;"
    assert re.search(r'class="message seller automatic"', body)
    assert "<dt>Ordered</dt><dd>5 November 2026</dd>" in body
    assert (
        'detail.aspx" target="_blank" rel="noopener noreferrer">Клей &#34;Момент&#34; для порванной обуви</a>' in body
    )
    assert "(no words of the buyer&#39;s own)" in pages.get(chat_address("1:chat-1")).body


def test_a_long_conversation_comes_in_stretches_without_a_gap(pages: Pages) -> None:
    given(*(a_message(number, f"Слово-{number}.", 1000 - number) for number in range(700)))
    seen: list[int] = []
    path = chat_address()
    while path:
        body = pages.get(path).body
        seen = [int(number) for number in re.findall(r"Слово-(\d+)\.", body)] + seen
        earlier = re.search(r'href="(/chat\?[^"]*earlier=[^"#]+)[^"]*"', body)
        path = earlier[1].replace("&amp;", "&") if earlier else ""
    assert seen == list(range(700))


def words_of(body: str) -> list[int]:
    return [int(number) for number in re.findall(r"Слово-(\d+)\.", body)]


def followed(body: str, place: str) -> str:
    """Return the address that a conversation names for this place, "" for none."""
    link = re.search(rf'href="(/chats?\?[^"]*{place}=[^"#]+)#here"', body)
    return link[1].replace("&amp;", "&") if link else ""


def test_a_long_conversation_is_read_from_its_middle_to_both_ends(pages: Pages) -> None:
    given(*(a_message(number, f"Слово-{number}.", 1000 - number) for number in range(700)))
    body = pages.get(chat_address(message="event-350")).body
    assert words_of(body) == list(range(200, 500))
    assert re.search(r'id="here">(?:(?!</li>).)*Слово-350\.', body, re.S)
    seen, earlier, later = words_of(body), body, body
    while address := followed(earlier, "earlier"):
        earlier = pages.get(address).body
        seen = words_of(earlier) + seen
    while address := followed(later, "later"):
        later = pages.get(address).body
        seen += words_of(later)[1:]  # the one that was the last is the first, to go on from
    assert seen == list(range(700))


def test_a_search_opens_a_chat_at_its_newest_hit_and_leads_to_the_others(pages: Pages) -> None:
    given(
        *(a_message(number, f"Слово-{number}.", 1000 - number) for number in range(400)),
        *(
            a_message(number, "Верните деньги", 1000 - number + 0.5, eventID=f"hit-{number}")
            for number in (5, 100, 200)
        ),
    )
    body = pages.get(chat_address(q="деньги")).body
    at = r'id="here">(?:(?!</li>).)*?<mark>деньги</mark>'
    assert re.search(at, body, re.S)
    assert "Hit 3 of 3" in body
    hits = re.findall(r'class="hit-(\w+)" data-pane href="([^"#]+)', body)
    assert [name for name, _ in hits] == ["previous"]
    body = pages.get(hits[0][1].replace("&amp;", "&")).body
    assert "Hit 2 of 3" in body
    assert [name for name, _ in re.findall(r'class="hit-(\w+)" data-pane href="([^"#]+)', body)] == ["previous", "next"]


def test_who_speaks_is_said_once_in_a_row(pages: Pages) -> None:
    given(*(a_message(n, f"Слово {n}", 60 - n, sender="seller" if n in {3, 4} else "client") for n in range(6)))
    body = pages.get(chat_address()).body
    assert re.findall(r'class="message (\w+)( goes-on)?"', body) == [
        ("client", ""), ("client", " goes-on"), ("client", " goes-on"),
        ("seller", ""), ("seller", " goes-on"), ("client", ""),
    ]  # fmt: skip


def test_labels_are_shown_with_reason_and_history(pages: Pages) -> None:
    run = given(a_message(1, "Где заказ?", 60))
    labelled_by_model(run, "spam", confidence=0.75, reason="слова: акция")
    labelled_by_person("delivery")
    body = pages.get(chat_address(), "ru").body
    history = body[body.index("История</h3>") :]
    assert history.index("Доставка") < history.index("Спам")
    for words in ("слова: акция", "75 %", "поставил человек"):
        assert words in history


def test_who_set_a_label_is_shown_as_what_they_said(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        set_persons_label(database, "shop", "1:chat-0", "delivery", by="ivan<b>")
        release_persons_label(database, "shop", "1:chat-0", by="olga")
    history = pages.get(chat_address(), "ru").body.partition("История</h3>")[2]
    assert "ivan&lt;b&gt; (как назвался, не проверено)" in history
    assert "olga (как назвался, не проверено)" in history


def test_a_chat_of_which_wb_lists_more_says_so(pages: Pages) -> None:
    newer = {"text": "Новое", "addTimestamp": int((NOW - timedelta(minutes=5)).timestamp() * 1000)}
    given(a_message(1, "Старое", 60), listed=[a_chat(0, lastMessage=newer)])
    assert "WB lists a newer message" in pages.get(chat_address()).body


def test_what_wb_lists_no_more_is_no_gap_on_any_page_nor_in_status(
    pages: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = {"text": "Новое", "addTimestamp": int((NOW - timedelta(minutes=5)).timestamp() * 1000)}
    given(a_message(1, "Старое", 60), listed=[a_chat(0, lastMessage=newer)])
    for number in (2, 3):  # one list that lacks the chat says nothing yet
        given(a_message(number, "Другой чат", 60, chatID="1:chat-1"), listed=[a_chat(1)])
    body = pages.get(chat_address()).body
    assert "Not in WB&#39;s list of chats any more" in body
    assert "WB lists a newer message" not in body
    assert re.search(r'data-label="Gaps">0<', pages.get("/").body)
    latest = max(row["id"] for row in rows("SELECT id FROM sync_logs"))
    assert "<dt>Gaps</dt><dd>0</dd>" in pages.get(f"/run?id={latest}").body
    assert cli.main(["status", "--gaps"]) == 0
    assert "No gaps" in capsys.readouterr().out


def test_a_changed_message_shows_its_earlier_words(pages: Pages) -> None:
    given(a_message(1, "Вернём <b>деньги</b>", 60, sender="seller"), a_message(2, "Вопрос", 70))
    given(a_message(1, "Не вернём", 50, sender="seller"), a_message(3, "Ответ", 40))
    body = pages.get(chat_address()).body
    changed = body[body.index("Не вернём") :]
    assert body.count(">changed<") == 1
    assert "Earlier words" in changed
    assert "Вернём &lt;b&gt;деньги&lt;/b&gt;" in changed


def test_a_message_that_wb_only_wrote_otherwise_is_not_called_changed(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    given(a_message(1, "Вопрос", 60, source="app"), a_message(2, "Ответ", 40))
    assert rows("SELECT count(*) AS versions FROM message_versions") == [{"versions": 1}]
    assert ">changed<" not in pages.get(chat_address()).body
