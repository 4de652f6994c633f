"""The pages' only write: a label, by nobody but who opened the chat's own form."""

import pytest

from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Pages, chat_address
from tests.viewer.label_form import opened, tag


def test_a_label_is_set_and_released(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    done = pages.post("/label", form, cookie, origin="https://pages.example")
    assert done.status == 303
    assert done.headers["Location"] == "/chat?store=shop&id=1%3Achat-0&done=1#labels"
    assert tag() == {"tag": "delivery", "tag_source": "person"}
    assert rows("SELECT tag, source FROM chat_labels") == [{"tag": "delivery", "source": "person"}]
    assert rows("SELECT chat_tag_counts FROM stores") == [{"chat_tag_counts": {"delivery": 1}}]
    released = {name: value for name, value in form.items() if name != "tag"}
    assert pages.post("/label", released, cookie, origin="https://pages.example").status == 303
    assert tag() == {"tag": None, "tag_source": None}


def test_a_cause_is_set_beside_the_tag_and_shown_in_the_browsers_language(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    assert "not judged" in pages.get(chat_address()).body
    assert pages.post("/label", form | {"cause": "late"}, cookie, origin="https://pages.example").status == 303
    assert rows("SELECT cause FROM chats UNION ALL SELECT cause FROM chat_labels") == [{"cause": "late"}] * 2
    # On the chat, in the form's choice, beside it, and in its history
    assert pages.get(chat_address()).body.count("Late or lost") == 4
    assert pages.get(chat_address(), "ru").body.count("Опоздание или потеря") == 4
    assert pages.post("/label", form | {"cause": ""}, cookie, origin="https://pages.example").status == 303
    assert rows("SELECT cause FROM chats") == [{"cause": "late"}]


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"token": ""}, {}),
        ({"token": "0" * 64}, {}),
        ({"token": "токен"}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "null"}),
        ({}, {"origin": ""}),
        ({}, {"origin": "http://pages.example"}),
        ({}, {"origin": "https://pages.example.evil.example"}),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(pages: Pages, change: dict[str, str], headers: dict[str, str]) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    refused = pages.post("/label", form | change, cookie, **({"origin": "https://pages.example"} | headers))
    assert refused.status == 403
    assert tag() == {"tag": None, "tag_source": None}


def test_a_form_without_its_browsers_cookie_changes_nothing(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, _ = opened(pages)
    for cookie in ("", "__Host-viewer=", "__Host-viewer=" + "x" * 43, "viewer=" + "x" * 43):
        assert pages.post("/label", form, cookie, origin="https://pages.example").status == 403
    assert tag() == {"tag": None, "tag_source": None}


def test_a_form_of_one_login_is_of_no_use_to_another(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    assert pages.post("/label", form, cookie, {"sub": "somebody"}, origin="https://pages.example").status == 403
    assert tag() == {"tag": None, "tag_source": None}


def test_the_cookie_is_for_this_site_alone(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    cookie = pages.get("/").cookies[0]
    for words in ("__Host-viewer=", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"):
        assert words in cookie


@pytest.mark.parametrize(
    "change", [{"tag": "nonsense"}, {"cause": "nonsense"}, {"chat": "1:other"}, {"store": "other"}, {"store": ""}]
)
def test_a_label_that_cannot_be_set_changes_nothing(pages: Pages, change: dict[str, str]) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    assert pages.post("/label", form | change, cookie, origin="https://pages.example").status in {400, 404}
    assert tag() == {"tag": None, "tag_source": None}


def test_a_form_of_any_length_is_refused(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    assert pages.post("/label", form | {"more": "x" * 30_000}, cookie, origin="https://pages.example").status == 413


@pytest.mark.parametrize("path", ["/label", "/", "/chats", "/chat"])
def test_nothing_is_written_by_looking(pages: Pages, path: str) -> None:
    given(a_message(1, "Вопрос", 60))
    form, _ = opened(pages)
    assert pages.get(f"{path}?token={form['token']}&store=shop&chat=1:chat-0&tag=delivery").status in {200, 404}
    assert tag() == {"tag": None, "tag_source": None}
