"""What each page shows of what is stored."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from database import sync_logs
from database.connection import transaction
from tests.conftest import ROOT
from tests.database.given_rows import a_chat, a_run
from tests.viewer.conftest import (
    AUTOMATIC,
    NOW,
    Context,
    Pages,
    a_message,
    chat_address,
    given,
    labelled_by_person,
    load_handler,
    many_chats,
    rows,
)

ALL = ("/", "/runs", "/chats", "/overview")


def names(body: str) -> list[str]:
    """Return the ids of the chats that a list links to, in order."""
    return re.findall(r'href="/chat\?store=\w+&amp;id=1%3A(chat-\d+)', body)


def test_the_example_event_is_answered_in_its_browsers_language(emptied: str) -> None:
    given(a_message(1, "Верните деньги", 60))
    event = json.loads((ROOT / "events" / "viewer.json").read_text(encoding="utf-8"))
    answered = load_handler()(event, Context())
    assert answered["statusCode"] == 200
    assert "Верните <mark>деньги</mark>" in answered["body"]
    assert answered["cookies"][0].startswith("__Host-viewer=")


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_empty_database_says_what_to_do(pages: Pages, path: str, language: str) -> None:
    page = pages.get(path, language)
    assert page.status == 200
    assert 'class="empty"' in page.body
    assert "python -m local sync" in page.body


def test_a_store_is_seen_at_a_glance(pages: Pages) -> None:
    given(a_message(1, "Где заказ?", 60), listed=[a_chat(0)])
    labelled_by_person("delivery")
    expires = NOW + timedelta(days=12, hours=1)
    with transaction() as database:
        database.run("UPDATE stores SET token_type = 'personal', token_expires_at = :at", at=expires)
    body = pages.get("/").body
    for words in ("ИП Проба", "success", "Personal", "12 days left", "Delivery 1", "s ago"):
        assert words in body


def test_a_store_that_waits_says_until_when(pages: Pages) -> None:
    with transaction() as database:
        run = a_run(database)
        sync_logs.renew(database, run, 3600)
    now = datetime.now(UTC)
    body = pages.get("/").body
    until = re.search(r"Waits for WB until\s+<time datetime=\"([^\"]+)", body)
    assert until is not None
    assert (
        (now + timedelta(minutes=59)).isoformat()[:16]
        <= until[1][:16]
        <= (now + timedelta(minutes=62)).isoformat()[:16]
    )


def test_runs_come_newest_first_with_the_cure_of_an_error(pages: Pages) -> None:
    first = given(a_message(1, "Привет", 60))
    with transaction() as database:
        second = a_run(database, execution="execution-2")
        sync_logs.fail(
            database, "shop", "execution-2", "TokenUnusableError", "The store's token expired on 2026-11-19."
        )
    body = pages.get("/runs", "ru").body
    assert re.findall(r"/run\?id=(\d+)", body) == [str(second), str(first)]
    assert "создайте новый в кабинете продавца" in body
    assert "The store&#39;s token expired on 2026-11-19." in body
    assert re.findall(r"/run\?id=(\d+)", pages.get("/runs?status=success").body) == [str(first)]
    assert re.findall(r"/run\?id=(\d+)", pages.get("/runs?store=other").body) == []


def test_runs_are_paged_by_key(pages: Pages) -> None:
    given(a_message(1, "Привет", 60))
    with transaction() as database:
        for number in range(60):
            a_run(database, execution=f"more-{number}")
            sync_logs.fail(database, "shop", f"more-{number}", "WildberriesUnavailableError", "WB answered 500.")
    first = pages.get("/runs?status=error").body
    behind = re.search(r'rel="next" href="(/runs\?[^"]+)"', first)
    assert behind is not None
    second = pages.get(behind[1].replace("&amp;", "&")).body
    seen = [
        int(run) for body in (first, second) for run in re.findall(r"<th scope=\"row\"><a href=\"/run\?id=(\d+)", body)
    ]
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen, reverse=True)
    assert 'rel="next"' not in second


def test_a_run_has_a_timeline(pages: Pages) -> None:
    run = given(a_message(1, "Привет", 60))
    with transaction() as database:
        database.run(
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, labelled_by, messages_total) "
            "VALUES ('shop', '1:chat-0', :run, 'other', 'model', 'keywords/1', 1)",
            run=run,
        )
        database.run("UPDATE sync_logs SET waited_seconds = 5 WHERE id = :run", run=run)
    body = pages.get(f"/run?id={run}").body
    for words in ("the run began", "1 label saved", "the run ended:", "5 s were waits"):
        assert words in body


def test_a_run_of_a_deployed_stack_links_to_its_graph_in_the_console(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = given(a_message(1, "Привет", 60))
    assert "console" not in pages.get(f"/run?id={run}").body
    monkeypatch.setenv("CONSOLE_URL", "https://console.example/#/")
    assert 'href="https://console.example/#/execution-shop-1-event-1"' in pages.get(f"/run?id={run}").body


def test_the_list_of_chats_is_paged_by_key_also_where_many_are_of_one_moment(pages: Pages) -> None:
    given(*(a_message(index, "Вопрос", 5, chatID=f"1:chat-{index}") for index in range(120)), listed=[a_chat(500)])
    seen: list[str] = []
    path, steps = "/chats", 0
    while path and steps < 5:
        body = pages.get(path).body
        seen += names(body)
        behind = re.search(r'rel="next" href="([^"]+)"', body)
        path, steps = (behind[1].replace("&amp;", "&") if behind else ""), steps + 1
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


def test_wbs_automatic_message_answers_nobody(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 90), a_message(2, AUTOMATIC, 80, sender="seller", source="seller-portal"))
    assert names(pages.get("/chats?waiting=1").body) == ["chat-0"]
    assert "WB&#39;s automatic message" in pages.get(chat_address()).body


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
    assert names(pages.get(f"/chats?{query.format(**days)}").body) == found


@pytest.mark.parametrize("words", ["деньгам", "ДЕНЬГАХ еще", "«деньги»", '"верните деньги"', "деньгами -чайники"])
def test_words_are_found_in_any_form_and_marked_as_they_were_written(pages: Pages, words: str) -> None:
    given(
        a_message(1, "Ещё раз: ВЕРНИТЕ «Деньги»!", 60),
        a_message(2, "Чайник стоит своих денег, а деньги", 50, chatID="1:chat-1"),
        a_message(3, "Спасибо", 40, chatID="1:chat-2"),
    )
    body = pages.get(f"/chats?q={quote(words)}").body
    found = names(body)
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
        assert names(pages.get(f"/chats?q={quote(words)}").body) == ["chat-0"], words
    assert names(pages.get(f"/chats?q={quote('ольга')}").body) == []


@pytest.mark.parametrize("words", ["и на", "-деньги", "!!!"])
def test_words_that_would_find_everything_are_said_to(pages: Pages, words: str) -> None:
    given(a_message(1, "и на", 60))
    page = pages.get(f"/chats?q={quote(words)}")
    assert page.status == 200
    assert "These words are in nearly every message" in page.body


def test_a_word_in_too_many_messages_is_looked_for_from_the_newest_chat_on(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.queries.search.RARE_MESSAGES", 3)
    many_chats(70)
    first = pages.get(f"/chats?q={quote('вопросы')}").body
    assert names(first) == [f"chat-{number}" for number in range(50)]
    behind = re.search(r'rel="next" href="([^"]+)"', first)
    assert behind is not None
    assert names(pages.get(behind[1].replace("&amp;", "&")).body) == [f"chat-{number}" for number in range(50, 70)]


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


def test_a_long_conversation_comes_in_stretches_without_a_gap(pages: Pages) -> None:
    given(*(a_message(number, f"Слово-{number}.", 1000 - number) for number in range(700)))
    seen: list[int] = []
    path = chat_address()
    while path:
        body = pages.get(path).body
        seen = [int(number) for number in re.findall(r"Слово-(\d+)\.", body)] + seen
        earlier = re.search(r'href="(/chat\?[^"]*before=[^"]+)"', body)
        path = earlier[1].replace("&amp;", "&") if earlier else ""
    assert seen == list(range(700))


def test_labels_are_shown_with_reason_and_history(pages: Pages) -> None:
    run = given(a_message(1, "Где заказ?", 60))
    with transaction() as database:
        database.run(
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, confidence, reason, labelled_by, "
            "messages_total) VALUES ('shop', '1:chat-0', :run, 'spam', 'model', 0.75, 'слова: акция', 'keywords/1', 1)",
            run=run,
        )
    labelled_by_person("delivery")
    body = pages.get(chat_address(), "ru").body
    history = body[body.index("История</h3>") :]
    assert history.index("Доставка") < history.index("Спам")
    for words in ("слова: акция", "75 %", "поставил человек"):
        assert words in history


def test_a_tag_of_an_older_taxonomy_is_shown_as_it_is(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        database.run("UPDATE chats SET tag = 'gone_tag', tag_source = 'model'")
    assert "gone_tag" in pages.get("/chats").body


def test_a_chat_of_which_wb_lists_more_says_so(pages: Pages) -> None:
    newer = {"text": "Новое", "addTimestamp": int((NOW - timedelta(minutes=5)).timestamp() * 1000)}
    given(a_message(1, "Старое", 60), listed=[a_chat(0, lastMessage=newer)])
    assert "WB lists a newer message" in pages.get(chat_address()).body


def test_the_overview_measures_answers_waiting_and_messages(pages: Pages) -> None:
    given(
        a_message(1, "Вопрос", 100),
        a_message(2, "Ответ", 90, sender="seller"),
        a_message(3, "Вопрос", 100, chatID="1:chat-1"),
        a_message(4, "Ответ", 70, chatID="1:chat-1", sender="seller"),
        a_message(5, "Жду", 60 * 24 * 3, chatID="1:chat-2"),
    )
    labelled_by_person("defect", "1:chat-1")
    body = pages.get("/overview").body
    assert re.search(r'First answer, median</h2><p class="big">20 min', body)
    assert re.search(r'First answer, 90 %</h2><p class="big">28 min', body)
    assert "2 of the newest 3 chats answered" in body
    assert "under a day: 0 · under a week: 1 · longer: 0" in " ".join(body.split())
    drawn = re.findall(r'<rect class="(s\d)"[^>]*><title>[^:]+: (\w+) (\d+)', body)
    counted = {sender: sum(int(number) for _, who, number in drawn if who == sender) for sender in ("Buyer", "Seller")}
    assert counted == {"Buyer": 3, "Seller": 2}
    assert "Defect 1" in body


def test_the_overview_of_one_store_leaves_the_others_out(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 100))
    given(a_message(1, "Вопрос", 100), a_message(2, "Ещё", 90), store="other")
    assert re.search(r'Messages</h2><p class="big">2<', pages.get("/overview?store=other").body)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/run?id=99", 404),
        ("/run?id=x", 400),
        ("/run?id=99999999999999999999", 400),
        ("/run", 400),
        ("/chat?store=shop&id=none", 404),
        ("/chat", 404),
        ("/chats?after=nonsense", 400),
        ("/chats?after=WzEsMiwzXQ==", 400),
        ("/chat?store=shop&id=1:chat-0&before=never", 400),
        ("/runs?before=first", 400),
        ("/chats?" + "&".join(f"a{number}=1" for number in range(50)), 400),
        ("/assets/other.css", 404),
        ("/assets/..%2froutes.py", 404),
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(pages: Pages, path: str, status: int) -> None:
    given(a_message(1, "Вопрос", 100))
    page = pages.get(path)
    assert page.status == status
    assert 'href="/chats"' in page.body


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "status=nonsense", "q=%00", "tag=%ff%fe", "store=%00", "q=" + "я" * 1000]
)
def test_a_filter_that_makes_no_sense_filters_nothing_or_finds_nothing(pages: Pages, query: str) -> None:
    given(a_message(1, "Вопрос", 100))
    assert pages.get(f"/chats?{query}").status == 200
    assert pages.get(f"/runs?{query}").status == 200


def test_a_database_that_does_not_answer_is_said_with_a_way_on(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.access.AS_VIEWER", "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")
    page = pages.get("/chats")
    assert page.status == 503
    assert "choose a store or a shorter period" in page.body


def test_no_page_writes_a_statement_without_a_limit() -> None:
    for file in (ROOT / "layers/viewer/python/viewer/queries").glob("*.py"):
        for statement in re.findall(r'database\.rows\(\s*f?"""(.*?)"""', file.read_text(encoding="utf-8"), re.S):
            assert "LIMIT" in statement, (file.name, statement)


def test_what_was_stored_is_what_is_counted(pages: Pages) -> None:
    many_chats(3)
    assert rows("SELECT count(*) AS chats FROM chats") == [{"chats": 3}]
    assert re.search(r'data-label="Chats">3<', pages.get("/").body)
