"""What the pages show of problems: of all stores, and of the store whose run is looked at."""

from typing import Any

import pytest

from database.connection import transaction
from database.problems import EVENT, Problem, dismiss_problem, open_problems, save_list_problem
from database.stretches import open_stretches
from tests.support.shown_rows import NOW, a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Pages

HOSTILE = "<script>alert(1)</script>"
AT = int(NOW.timestamp() * 1000)
STRETCH: dict[str, Any] = {"after": None, "until": AT, "announced": 9, "held": 8, "fragments": []}


@pytest.fixture
def run(emptied: str) -> int:
    """A run of the store shop, with problems that runs of theirs opened."""
    run = given(a_message(1, "Привет", 60))
    with transaction() as database:
        open_stretches(database, "shop", run, [STRETCH])
        save_list_problem(database, "shop", run, "2 of 3 entries of WB's list could not be read.")
        open_problems(database, "shop", run, [Problem(EVENT, HOSTILE, {"reason": HOSTILE})])
    return run


def test_the_page_of_stores_lists_what_is_open_with_its_store(pages: Pages, run: int) -> None:
    body = pages.get("/").body
    for words in ("events missing", "WB announced 9 events and sent 8", "the beginning", "entries of WB&#39;s list"):
        assert words in body
    assert 'data-label="Problems"><a class="warn" href="#problems">3</a>' in body
    assert HOSTILE not in body
    assert "&lt;script&gt;" in body
    body = pages.get("/", "ru").body
    for words in ("не хватает событий", "WB объявил событий: 9, прислал: 8", "событие не сохранено"):
        assert words in body


def test_a_runs_page_lists_its_own_stores_problems_only(pages: Pages, run: int) -> None:
    other = given(a_message(1, "Привет", 60), store="other")
    assert "WB announced 9 events" in pages.get(f"/run?id={run}").body
    assert 'id="problems"' not in pages.get(f"/run?id={other}").body


def test_a_runs_page_says_what_its_end_found(pages: Pages, run: int) -> None:
    with transaction() as database:
        sql = "UPDATE sync_logs SET stretches = 1, damaged_values = 7, problems = 3, list_unchecked = :evil"
        database.run(sql, evil=HOSTILE)
    body = pages.get(f"/run?id={run}").body
    for words in ("Stretches with missing events", "<dt>Damaged values</dt><dd>7</dd>", "<dd>3</dd>", "&lt;script&gt;"):
        assert words in body


def test_a_gap_leads_to_its_chat(pages: Pages, run: int) -> None:
    with transaction() as database:
        gap = Problem("gap", "1:chat-0", {"listed_at": NOW.isoformat()})
        open_problems(database, "shop", run, [gap])
    assert 'href="/chat?store=shop&amp;id=1%3Achat-0#here"' in pages.get("/").body


def test_a_closed_problem_is_not_listed(pages: Pages, run: int) -> None:
    with transaction() as database:
        for problem in database.rows("SELECT id FROM problems"):
            dismiss_problem(database, problem["id"], "a test", "somebody")
    body = pages.get("/").body
    assert 'id="problems"' not in body
    assert 'data-label="Problems">0<' in body


def test_a_long_list_says_that_there_is_more(pages: Pages, run: int) -> None:
    many = [Problem(EVENT, f"event-{number}", {"reason": "the event has no chatID"}) for number in range(120)]
    with transaction() as database:
        open_problems(database, "shop", run, many)
    assert len(rows("SELECT id FROM problems")) == 123
    body = pages.get("/").body
    assert body.count("the event has no chatID") == 100
    assert "WB announced 9 events" not in body  # the oldest
    assert "These are the newest; for more:" in body
