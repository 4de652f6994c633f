"""Pages of strangers' words: nothing in them is obeyed, nobody else can read or change them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from chatsync.errors import DatabaseRefusedError
from database import connection
from database.connection import transaction
from local.engine.stack import load_stack
from tests.conftest import ROOT
from tests.database.given_rows import a_chat, a_run
from tests.viewer.conftest import Page, Pages, a_message, chat_address, given, labelled_by_person, rows
from viewer.access import labelling, reading
from viewer.links import host_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}</title></textarea><!--"
BIDI = "\u202eevil\u2066\u200f"
ALL = ("/", "/runs", "/run?id=1", "/chats", "/overview", "/nothing")


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
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, reason, labelled_by, messages_total) "
            "VALUES ('shop', '1:chat-0', 1, CAST(:evil AS text), 'model', CAST(:evil AS text), CAST(:evil AS text), 1)",
            evil=HOSTILE,
        )
        a_run(database, execution="execution-2")
        for change in (
            "UPDATE chats SET tag = :evil, tag_source = 'model'",
            "UPDATE stores SET name = :evil",
            "UPDATE stores SET token_type = :evil",
            "UPDATE stores SET chat_tag_counts = jsonb_build_object(CAST(:evil AS text), 1)",
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
        assert re.findall(r"<script(?![^>]*\ssrc=\"/assets/viewer\.js\")", page.body) == []
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


# --- the only write ---


def opened(pages: Pages, **claims: str) -> tuple[dict[str, str], str]:
    """Open a chat, and return its form and the browser's cookie."""
    page = pages.get(chat_address())
    token = re.search(r'name="token" value="([^"]+)"', page.body)
    assert token is not None
    cookie = page.cookies[0].partition(";")[0]
    return {"token": token[1], "store": "shop", "chat": "1:chat-0", "tag": "delivery"}, cookie


def tag() -> Any:
    return rows("SELECT tag, tag_source FROM chats")[0]


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


@pytest.mark.parametrize("change", [{"tag": "nonsense"}, {"chat": "1:other"}, {"store": "other"}, {"store": ""}])
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


# --- the role ---

WRITES = (
    "DELETE FROM chats",
    "DELETE FROM chat_labels",
    "UPDATE chats SET client_name = 'x'",
    "UPDATE stores SET events_cursor = 1",
    "UPDATE chat_labels SET tag = 'x'",
    "INSERT INTO chats (store_id, id) VALUES ('shop', 'x')",
    "UPDATE chat_messages SET text = 'x'",
    "TRUNCATE chat_labels",
    "UPDATE sync_logs SET status = 'success'",
    "CREATE TABLE more (id text)",
    "SELECT * FROM schema_migrations",
    "SELECT pg_read_file('/etc/passwd')",
)


@pytest.mark.parametrize("sql", WRITES)
@pytest.mark.parametrize("access", [reading, labelling])
def test_the_viewers_role_may_read_and_label_only(pages: Pages, access: Any, sql: str) -> None:
    given(a_message(1, "Вопрос", 60))
    with pytest.raises(DatabaseRefusedError, match=r"42501|25006"), access() as database:
        database.run(sql)


def test_a_page_can_write_no_label_either(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with pytest.raises(DatabaseRefusedError, match="25006"), reading() as database:
        database.run("UPDATE chats SET tag = 'x'")


def test_a_connection_is_itself_again_after_a_page(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    assert pages.get("/chats").status == 200
    labelled_by_person("delivery")  # as the tests' own user, on the same connection
    assert rows("SHOW statement_timeout") == [{"statement_timeout": "0"}]


def test_rds_gives_the_role_its_login(pages: Pages) -> None:
    """What the migration does where rds_iam exists, tried with a role of that name."""
    migration = (ROOT / "migrations" / "0004_viewer.sql").read_text(encoding="utf-8")
    role = migration[migration.index("DO $$") :]
    with pytest.raises(_UndoneError), transaction() as database:
        if not database.rows("SELECT FROM pg_roles WHERE rolname = 'rds_iam'"):
            database.run("CREATE ROLE rds_iam")
        database.run(role)
        found = database.rows(
            "SELECT rolcanlogin, pg_has_role('chat_viewer', 'rds_iam', 'member') AS by_iam, rolsuper, rolcreaterole "
            "FROM pg_roles WHERE rolname = 'chat_viewer'"
        )
        assert found == [{"rolcanlogin": True, "by_iam": True, "rolsuper": False, "rolcreaterole": False}]
        raise _UndoneError


def test_the_pages_work_for_a_login_of_the_role_itself(
    pages: Pages, emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As deployed: the viewer's user is chat_viewer, with no right of another user's."""
    parts = urlsplit(emptied)
    if parts.password:
        pytest.skip("Not run: the server DATABASE_URL names asks for passwords, which this role does not have.")
    given(a_message(1, "Вопрос", 60))
    connection._CONTAINER.discard()
    with _login("chat_viewer"):
        monkeypatch.setenv(
            "DATABASE_URL", urlunsplit(parts._replace(netloc=f"chat_viewer@{parts.hostname}:{parts.port}"))
        )
        for path in ("/", "/runs", "/run?id=1", "/chats?q=вопрос&waiting=1&files=1", "/overview", chat_address()):
            assert pages.get(path).status == 200, path
        form, cookie = opened(pages)
        assert pages.post("/label", form, cookie, origin="https://pages.example").status == 303
        assert pages.post("/label", form | {"tag": ""}, cookie, origin="https://pages.example").status == 303
        with pytest.raises(DatabaseRefusedError, match="42501"), transaction() as database:
            database.run("DELETE FROM chats")
        connection._CONTAINER.discard()
        monkeypatch.setenv("DATABASE_URL", emptied)
    assert tag() == {"tag": None, "tag_source": None}


@contextmanager
def _login(role: str) -> Iterator[None]:
    """Let a role log in meanwhile; roles are the whole server's."""
    admin = connection.connect(connection.read_address(os.environ["DATABASE_URL"]))
    admin.run(f"ALTER ROLE {role} LOGIN")
    try:
        yield
    finally:
        admin.run(f"ALTER ROLE {role} NOLOGIN")
        admin.close()


def test_the_role_that_an_administrator_makes_is_the_migrations() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    migration = (ROOT / "migrations" / "0004_viewer.sql").read_text(encoding="utf-8")
    grants = [
        line.strip() for line in migration.splitlines() if re.match(r"\s+(GRANT|ALTER ROLE) .*chat_viewer;", line)
    ]
    assert len(grants) == 5
    assert [grant for grant in grants if grant not in page and "CURRENT_USER" not in grant] == []


def test_without_a_login_server_no_viewer_is_deployed() -> None:
    assert "ViewerFunction" not in load_stack(ROOT, {}).functions
    assert "ViewerFunction" not in load_stack(ROOT, {"ViewerIssuer": "https://login.example"}).functions
    both = {"ViewerIssuer": "https://login.example", "ViewerAudience": "pages"}
    viewer = load_stack(ROOT, both).functions["ViewerFunction"]
    assert viewer.layers == ("chatsync", "database", "viewer")
    assert "chat_viewer@" in viewer.environment["DATABASE_URL"]


class _UndoneError(Exception):
    pass
