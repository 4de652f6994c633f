"""A page that cannot be made says why by its kind: the database is blamed only for what is the database's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatsync.taxonomy import taxonomy
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Pages, chat_address

NO_ANSWER = "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)"
REFUSED = "SELECT * FROM no_such_table"


@pytest.fixture
def broken_taxonomy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TAXONOMY_FILE", str(tmp_path / "none.toml"))
    taxonomy.cache_clear()
    yield
    taxonomy.cache_clear()


@pytest.mark.parametrize(
    ("statements", "status", "titles"),
    [
        (NO_ANSWER, 503, {"en": "The database did not answer", "ru": "База данных не ответила"}),
        (REFUSED, 500, {"en": "The database refused a request", "ru": "База данных отклонила запрос"}),
    ],
)
def test_what_the_database_did_is_said(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, statements: str, status: int, titles: dict[str, str]
) -> None:
    monkeypatch.setattr("viewer.access.AS_VIEWER", statements)
    for language, title in titles.items():
        page = pages.get("/chats", language)
        assert page.status == status
        assert f"<h1>{title}</h1>" in page.body
        assert "SQLSTATE" in page.body


@pytest.mark.usefixtures("broken_taxonomy")
@pytest.mark.parametrize(
    ("language", "title"), [("en", "This page could not be made"), ("ru", "Эту страницу не удалось составить")]
)
def test_a_wrong_setting_is_not_the_databases_fault(pages: Pages, language: str, title: str) -> None:
    given(a_message(1, "Вопрос", 60))
    page = pages.get(chat_address(), language)
    assert page.status == 500
    assert f"<h1>{title}</h1>" in page.body
    assert "Correct the file, or the setting TAXONOMY_FILE." in page.body
