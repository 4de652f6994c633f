"""What holds for every page: found or not, filled or empty, answered by the database or not."""

import json

import pytest

from tests.support.project import ROOT
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Context, Pages, load_handler

ALL = ("/", "/runs", "/chats", "/themes", "/overview")


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
    assert "./chats sync" in page.body


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
        (f"/chats?after={'W1tb' * 500}", 400),  # brackets, nested 1,500 deep
        ("/chats?after=WzEsMiwzLDBd", 400),
        ("/chats?after=WyItaW5maW5pdHkiLCAiYSIsICJiIiwgNF0=", 400),  # of an urgency that is none
        ("/chat?store=shop&id=1:chat-0&message=%00", 400),
        ("/chat?store=shop&id=1:chat-0&message=none", 404),
        ("/chats?of=shop&chat=none", 404),
        ("/language?code=de", 400),
        ("/runs?before=first", 400),
        ("/chats?" + "&".join(f"a{number}=1" for number in range(250)), 400),
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
    ("path", "query", "status"),
    [
        *(
            ("/chats", query, 400)
            for query in ("from=x", "to=2026-W44-1", "from=0001-01-01", "product=n", "urgent=yes")
        ),
        *(("/chats", query, 400) for query in ("store=%00", f"store={'s' * 1001}")),
        *(("/runs", query, 400) for query in ("status=nonsense", "before=x", "store=%00")),
        ("/themes", "month=nonsense", 400),
        *(("/chats", query, 200) for query in ("q=%00", "tag=%ff%fe", "store=none", f"q={'я' * 1000}", "from=&to=")),
    ],
)
def test_a_value_that_cannot_be_read_is_said_and_never_left_out(
    pages: Pages, path: str, query: str, status: int
) -> None:
    """No list may be wider than its address says: an address is what people keep and send."""
    given(a_message(1, "Вопрос", 100))
    page = pages.get(f"{path}?{query}")
    assert (page.status, "This address was cut or mistyped" in page.body) == (status, status == 400)


def test_a_database_that_does_not_answer_is_said_with_a_way_on(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.access.AS_VIEWER", "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")
    page = pages.get("/chats")
    assert page.status == 503
    assert "choose a store or a shorter period" in page.body
