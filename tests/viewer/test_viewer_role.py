"""The database role that the pages have: it reads, it labels, and no more; and who gets it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from chatsync.errors import DatabaseRefusedError, DatabaseUnavailableError
from database import connection
from database.connection import transaction
from local.engine.stack import load_stack
from tests.support.project import ROOT
from tests.support.shown_rows import a_message, given, labelled_by_person
from tests.support.stored import rows
from tests.support.web_pages import Pages, chat_address
from tests.viewer.label_form import opened, tag
from viewer.access import reading_transaction, writing_transaction

REFUSED = (DatabaseRefusedError, DatabaseUnavailableError)  # the latter: a read-only transaction, as in a fail-over
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
@pytest.mark.parametrize("access", [reading_transaction, writing_transaction])
def test_the_viewers_role_may_read_and_label_only(pages: Pages, access: Any, sql: str) -> None:
    given(a_message(1, "Вопрос", 60))
    with pytest.raises(REFUSED, match=r"42501|25006"), access() as database:
        database.run(sql)


def test_a_page_can_write_no_label_either(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    with pytest.raises(DatabaseUnavailableError, match="25006"), reading_transaction() as database:
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
    connection.CONTAINER.discard()
    with _login("chat_viewer"):
        monkeypatch.setenv(
            "DATABASE_URL", urlunsplit(parts._replace(netloc=f"chat_viewer@{parts.hostname}:{parts.port}"))
        )
        lists = ("/", "/runs", "/run?id=1", "/chats?q=вопрос&waiting=1&files=1", "/chats?urgent=1")
        for path in (*lists, "/themes", "/overview", chat_address()):
            assert pages.get(path).status == 200, path
        form, cookie = opened(pages)
        assert pages.post("/label", form, cookie, origin="https://pages.example").status == 303
        assert pages.post("/label", form | {"tag": ""}, cookie, origin="https://pages.example").status == 303
        with pytest.raises(DatabaseRefusedError, match="42501"), transaction() as database:
            database.run("DELETE FROM chats")
        connection.CONTAINER.discard()
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
    assert viewer.layers == ("chatsync", "database", "reading", "viewer")
    assert "chat_viewer@" in viewer.environment["DATABASE_URL"]


class _UndoneError(Exception):
    pass
