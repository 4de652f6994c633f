"""The pages' only write: a label, by nobody but who opened the chat's own form."""

import re

import pytest

from tests.support.shown_rows import a_message, given, labelled_by_person
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


LISTED = {"alone": "", "list": "q=вопрос&waiting=1", "message": "event-1"}


def test_a_form_leads_back_to_its_list_and_its_place_in_the_chat(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    back = pages.post("/label", form | LISTED, cookie, origin="https://pages.example").headers["Location"]
    asked = "q=%D0%B2%D0%BE%D0%BF%D1%80%D0%BE%D1%81&waiting=1"
    assert back == f"/chats?{asked}&of=shop&chat=1%3Achat-0&message=event-1&done=1#labels"
    assert pages.get(back.partition("#")[0]).status == 200
    back = pages.post("/label", form | {"q": "вопрос"}, cookie, origin="https://pages.example").headers["Location"]
    assert back == "/chat?store=shop&id=1%3Achat-0&q=%D0%B2%D0%BE%D0%BF%D1%80%D0%BE%D1%81&done=1#labels"


@pytest.mark.parametrize(
    "address", [chat_address(message="event-1", q="вопрос"), "/chats?q=вопрос&of=shop&chat=1:chat-0&message=event-1"]
)
def test_each_form_of_a_chat_says_where_it_was_sent_from(pages: Pages, address: str) -> None:
    given(a_message(1, "Вопрос", 60))
    labelled_by_person("delivery")
    forms = re.findall(r'<form method="post".*?</form>', pages.get(address).body, re.S)
    assert len(forms) == 3
    for form in forms:
        assert 'name="message" value="event-1"' in form
        assert re.search(r'name="(q|list)" value="(q=)?[^"]+"', form)


def test_a_form_of_a_list_without_filters_leads_back_to_it(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    page = pages.get("/chats?of=shop&chat=1:chat-0")
    (form, *_) = re.findall(r'<form method="post".*?</form>', page.body, re.S)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)) | {"tag": "delivery"}
    back = pages.post("/label", fields, page.cookies[0].partition(";")[0], origin="https://pages.example")
    assert back.headers["Location"] == "/chats?of=shop&chat=1%3Achat-0&done=1#labels"


@pytest.mark.parametrize(
    "change", [{"alone": "", "list": "product=x"}, {"alone": "", "list": "after=x"}, {"message": "\x00"}]
)
def test_a_form_that_cannot_lead_back_changes_nothing(pages: Pages, change: dict[str, str]) -> None:
    given(a_message(1, "Вопрос", 60))
    form, cookie = opened(pages)
    assert pages.post("/label", form | change, cookie, origin="https://pages.example").status == 400
    assert tag() == {"tag": None, "tag_source": None}
