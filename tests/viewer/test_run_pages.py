"""What the pages show of runs: their list, and each one's course."""

import re

import pytest

from chatsync.label_stops import LABEL_STOPS
from database import run_ends
from database.connection import transaction
from tests.support.given_rows import a_run
from tests.support.shown_rows import a_message, given, labelled_by_model
from tests.support.web_pages import Pages, next_page
from viewer.languages import load_language


def test_runs_come_newest_first_with_the_cure_of_an_error(pages: Pages) -> None:
    first = given(a_message(1, "Привет", 60))
    with transaction() as database:
        second = a_run(database, execution="execution-2")
        run_ends.fail_run(
            database, "shop", "execution-2", "TokenUnusableError", "The store's token expired on 2026-11-19."
        )
    body = pages.get("/runs", "ru").body
    assert re.findall(r"/run\?id=(\d+)", body) == [str(second), str(first)]
    assert "создайте новый в кабинете продавца" in body
    assert "The store&#39;s token expired on 2026-11-19." in body
    assert re.findall(r"/run\?id=(\d+)", pages.get("/runs?status=success").body) == [str(first)]
    assert re.findall(r"/run\?id=(\d+)", pages.get("/runs?store=other").body) == []


@pytest.mark.parametrize("stop", LABEL_STOPS)
def test_why_labels_are_missing_is_said_in_russian_too(pages: Pages, stop: str) -> None:
    run = given(a_message(1, "Привет", 60))
    with transaction() as database:
        database.run(
            "UPDATE sync_logs SET status = 'partial', error_message = '3 chats left unlabelled until the next run. '"
            " || :stop, labels_stopped = :stop, chats_unanswered = 2 WHERE id = :run",
            run=run,
            stop=LABEL_STOPS[stop],
        )
    words = load_language("ru").say(f"label_stop.{stop}")
    for page in ("/", "/runs", f"/run?id={run}"):
        assert words in pages.get(page, "ru").body
    assert "Модель не отвечает о чатах</dt><dd>2</dd>" in pages.get(f"/run?id={run}", "ru").body


def test_what_a_new_version_costs_and_what_a_budget_left_stands_on_the_runs_page(pages: Pages) -> None:
    run = given(a_message(1, "Привет", 60))
    address = f"/run?id={run}"
    assert "Метки прежней версии" not in pages.get(address, "ru").body
    with transaction() as database:
        database.run(
            "UPDATE sync_logs SET outdated_labels = 6, relabelling = '6 chats have a label by another model.',"
            " chats_over_budget = 3, budget_reached = '3 chats wait for a next run.' WHERE id = :run",
            run=run,
        )
    body = pages.get(address, "ru").body
    for title, number, sentence in (
        ("Метки прежней версии", 6, "6 chats have a label by another model."),
        ("Ждут из-за бюджета", 3, "3 chats wait for a next run."),
    ):
        assert f'{title}</dt><dd>{number}<span class="under" lang="en">{sentence}</span></dd>' in body


def test_runs_are_paged_by_key(pages: Pages) -> None:
    given(a_message(1, "Привет", 60))
    with transaction() as database:
        for number in range(60):
            a_run(database, execution=f"more-{number}")
            run_ends.fail_run(database, "shop", f"more-{number}", "WildberriesUnavailableError", "WB answered 500.")
    first = pages.get("/runs?status=error").body
    second = pages.get(next_page(first)).body
    seen = [
        int(run) for body in (first, second) for run in re.findall(r"<th scope=\"row\"><a href=\"/run\?id=(\d+)", body)
    ]
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen, reverse=True)
    assert 'rel="next"' not in second


def test_a_run_has_a_timeline(pages: Pages) -> None:
    run = given(a_message(1, "Привет", 60))
    labelled_by_model(run, "other")
    with transaction() as database:
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
