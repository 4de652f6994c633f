"""What the pages show of stores: at a glance, and measured."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from database import leases, stores
from database.connection import transaction
from tests.support.given_rows import ABOUT_RETURNS, a_chat, a_run
from tests.support.shown_rows import NOW, a_message, given, labelled_by_person, many_chats
from tests.support.stored import rows
from tests.support.web_pages import Pages


def test_a_store_is_seen_at_a_glance(pages: Pages) -> None:
    given(a_message(1, "Где заказ?", 60), listed=[a_chat(0)])
    labelled_by_person("delivery")
    expires = NOW + timedelta(days=12, hours=1)
    with transaction() as database:
        database.run("UPDATE stores SET token_type = 'personal', token_expires_at = :at", at=expires)
    body = pages.get("/").body
    for words in ("ИП Проба", "success", "Personal", "12 days left", "Delivery 1", "s ago"):
        assert words in body


def test_only_a_store_that_a_schedule_leaves_out_is_paused(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as database:
        stores.register(database, "simulated", "ИП Проба", active=False)
    assert "paused" in pages.get("/").body
    monkeypatch.setenv("LIVE_RUNS_FOLDER", "/nowhere")
    assert "paused" not in pages.get("/").body


def test_a_store_that_waits_says_until_when(pages: Pages) -> None:
    with transaction() as database:
        run = a_run(database)
        leases.renew_lease(database, run, 3600)
    now = datetime.now(UTC)
    body = pages.get("/").body
    until = re.search(r"Waits for WB until\s+<time datetime=\"([^\"]+)", body)
    assert until is not None
    assert (
        (now + timedelta(minutes=59)).isoformat()[:16]
        <= until[1][:16]
        <= (now + timedelta(minutes=62)).isoformat()[:16]
    )


def test_what_was_stored_is_what_is_counted(pages: Pages) -> None:
    many_chats(3)
    assert rows("SELECT count(*) AS chats FROM chats") == [{"chats": 3}]
    assert re.search(r'data-label="Chats">3<', pages.get("/").body)


def test_the_overview_measures_answers_waiting_and_messages(pages: Pages) -> None:
    given(
        a_message(1, "Вопрос", 100),
        a_message(2, "Ответ", 90, sender="seller"),
        a_message(3, "Вопрос", 100, chatID="1:chat-1"),
        a_message(4, "Ответ", 70, chatID="1:chat-1", sender="seller"),
        a_message(5, "Жду", 60 * 24 * 3, chatID="1:chat-2"),
        a_message(6, ABOUT_RETURNS, 60 * 24 * 3 - 10, chatID="1:chat-2", sender="seller"),
    )
    labelled_by_person("defect", "1:chat-1")
    body = pages.get("/overview").body
    assert re.search(r'First answer, median</h2><p class="big">20 min', body)
    assert re.search(r'First answer, 90 %</h2><p class="big">28 min', body)
    assert "2 of the newest 3 chats answered" in body
    assert "under a day: 0 · under a week: 1 · longer: 0" in " ".join(body.split())
    drawn = re.findall(r'<rect class="(s\d)"[^>]*><title>[^:]+: (\w+) (\d+)', body)
    counted = {
        sender: sum(int(number) for _, who, number in drawn if who == sender) for sender in ("Buyer", "Seller", "WB")
    }
    assert counted == {"Buyer": 3, "Seller": 2, "WB": 1}
    assert "Defect 1" in body


def test_the_overview_of_one_store_leaves_the_others_out(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 100))
    given(a_message(1, "Вопрос", 100), a_message(2, "Ещё", 90), store="other")
    assert re.search(r'Messages</h2><p class="big">2<', pages.get("/overview?store=other").body)
