"""Pages of strangers' words: nothing in them is obeyed or comes from elsewhere, and links show where they go."""

import re
from urllib.parse import quote

import pytest

from database.connection import transaction
from tests.support.given_rows import a_chat, a_run
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Page, Pages, chat_address
from viewer.links import host_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}</title></textarea><!--"
BIDI = "\u202eevil\u2066\u200f"
ALL = ("/", "/runs", "/run?id=1", "/chats", "/themes", "/overview", "/nothing")


def hostile_world() -> None:
    good = {"nmID": 5, "rid": HOSTILE, "size": HOSTILE, "price": 100, "priceCurrency": HOSTILE}
    files = [{"name": HOSTILE, "contentType": HOSTILE, "size": 5}]
    given(
        a_message(1, HOSTILE, 60, clientName=HOSTILE, source=HOSTILE),
        a_message(
            2, HOSTILE + BIDI, 50, sender=HOSTILE, message={"text": HOSTILE + BIDI, "attachments": {"files": files}}
        ),
        listed=[a_chat(0, clientName=HOSTILE, goodCard=good)],
    )
    with transaction() as database:
        database.run(
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, cause, source, reason, labelled_by,"
            " messages_total)"
            " SELECT 'shop', '1:chat-0', 1, evil, evil, 'model', evil, evil, 1 FROM CAST(:evil AS text) AS evil",
            evil=HOSTILE,
        )
        a_run(database, execution="execution-2")
        for change in (
            "UPDATE chats SET tag = :evil, cause = :evil, tag_source = 'model'",
            "UPDATE stores SET name = :evil",
            "UPDATE stores SET token_type = :evil",
            "UPDATE stores SET chat_tag_counts = jsonb_build_object(CAST(:evil AS text), 1)",
            "UPDATE stores SET chat_cause_counts = jsonb_build_object(CAST(:evil AS text), 1)",
            "UPDATE sync_logs SET status = :evil WHERE id = 2",
            "UPDATE sync_logs SET error_type = :evil, error_message = 'x' WHERE id = 2",
            "UPDATE sync_logs SET error_message = :evil WHERE id = 2",
        ):
            database.run(change, evil=HOSTILE)


def pages_of_hostile_world(pages: Pages, language: str) -> list[Page]:
    search = f"/chats?q={quote('script alert')}&store={quote(HOSTILE)}"
    addresses = (*ALL, "/run?id=2", f"/chats?q={quote(HOSTILE)}", search, chat_address(), chat_address(q=HOSTILE))
    return [pages.get(address, language) for address in addresses]


@pytest.mark.parametrize("language", ["ru", "en", HOSTILE])
def test_hostile_words_are_shown_and_not_obeyed(pages: Pages, language: str) -> None:
    hostile_world()
    for page in pages_of_hostile_world(pages, language):
        for forbidden in ("<script>", "<img", "</textarea", "<!--", "\"'>", *BIDI.replace("evil", "")):
            assert forbidden not in page.body
        assert page.body.count("</title>") == page.body.count("<title>")
    body = pages.get(chat_address()).body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
    assert "{{7*7}}" in body
    assert "&lt;U+202E&gt;evil" in body


def test_no_page_has_anything_inline_or_from_elsewhere(pages: Pages) -> None:
    hostile_world()
    for page in pages_of_hostile_world(pages, "ru"):
        assert re.findall(r"<script(?![^>]*\ssrc=\"/assets/(?:viewer|chats|keys)\.js\")", page.body) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=\"", page.body) == []
        assert re.findall(r"(?:src|action)=\"(?!/)", page.body) == []
        assert re.findall(r"<link[^>]*href=\"(?!/assets/)", page.body) == []


@pytest.mark.parametrize("path", [*ALL, "/assets/viewer.css", "/assets/viewer.js", "/robots.txt"])
def test_every_answer_says_how_it_may_be_used(pages: Pages, path: str) -> None:
    given(a_message(1, "Вопрос", 60))
    headers = {name.lower(): value for name, value in pages.get(path).headers.items()}
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "img-src", "form-action"):
        assert policy[kind] == "'self'"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_links_show_where_they_go(pages: Pages) -> None:
    said = "Смотрите https://wildberries.example/x?a=1&b=2. И http://раypal.example/ и javascript:alert(1) и https://me@evil.example/"
    given(a_message(1, said, 60))
    body = pages.get(chat_address()).body
    links = re.findall(r'<a href="(http[^"]+)"([^>]*)>([^<]+)</a> <span class="host">→ ([^<]+)</span>', body)
    assert [(address, host) for address, _, _, host in links] == [
        ("https://wildberries.example/x?a=1&amp;b=2", "wildberries.example"),
        ("http://раypal.example/", "xn--ypal-43d9g.example"),
        ("https://me@evil.example/", "evil.example"),
    ]
    assert all(address == shown for address, _, shown, _ in links)
    assert all('rel="noopener noreferrer nofollow ugc"' in how for _, how, _, _ in links)
    assert 'href="javascript' not in body


@pytest.mark.parametrize(
    "address", ["http://", "http:///x", "https://[", "http://" + "a" * 300 + ".example", "ftp://x.example"]
)
def test_an_address_without_a_host_is_no_link(address: str) -> None:
    assert host_of(address) is None
