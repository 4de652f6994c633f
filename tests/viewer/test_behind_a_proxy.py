"""The pages behind a login proxy: the browser knows the proxy's address, the function only its API's."""

import re

import pytest

from local.engine.stack import load_stack
from tests.support.project import ROOT
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Pages, chat_address

PROXY, API = "https://chats.firm.example", "https://pages.example"


def label_sent_from(pages: Pages, origin: str) -> int:
    given(a_message(1, "Вопрос", 60))
    opened = pages.get(chat_address())
    token = re.search(r'name="token" value="([^"]+)"', opened.body)
    assert token is not None
    form = {"token": token[1], "store": "shop", "chat": "1:chat-0", "tag": "delivery"}
    return pages.post("/label", form, opened.cookies[0].partition(";")[0], origin=origin).status


def test_a_label_is_set_through_the_proxy(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIEWER_ORIGIN", PROXY)
    assert label_sent_from(pages, PROXY) == 303
    assert rows("SELECT tag FROM chats") == [{"tag": "delivery"}]


@pytest.mark.parametrize(
    ("known", "origin"),
    [(PROXY, API), (PROXY, f"{PROXY}.evil.example"), (PROXY, ""), (PROXY, "null"), ("", PROXY), ("", "")],
)
def test_no_label_is_set_from_elsewhere(pages: Pages, monkeypatch: pytest.MonkeyPatch, known: str, origin: str) -> None:
    monkeypatch.setenv("VIEWER_ORIGIN", known)
    assert label_sent_from(pages, origin) == 403
    assert rows("SELECT tag FROM chats") == [{"tag": None}]


def test_the_stacks_parameter_reaches_the_function() -> None:
    login = {"ViewerIssuer": "https://login.example", "ViewerAudience": "pages"}
    for given_parameters, origin in (({}, ""), ({"ViewerOrigin": PROXY}, PROXY)):
        viewer = load_stack(ROOT, login | given_parameters).functions["ViewerFunction"]
        assert viewer.environment["VIEWER_ORIGIN"] == origin
