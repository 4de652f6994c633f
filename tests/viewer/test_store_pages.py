"""What the pages show of stores: at a glance, and measured."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from database import leases, stores
from database.connection import transaction
from tests.support.given_rows import a_chat, a_run
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
