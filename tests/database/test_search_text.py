"""The search_text of migration 0010 returns what that of 0004 does: an index of before holds what is searched."""

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from database.connection import Database, connect, read_address
from database.migrations import read_migrations
from tests.support.given_rows import column
from tests.support.project import ROOT

# Lower case is the database's locale's where the functions leave it to that: C knows ASCII alone, C.UTF-8 all letters.
LOCALES = ("C", "C.UTF-8")
OLD, NEW = "0004_viewer", "0010_quicker_search_text"
QUICK_LETTERS = "SELECT position('pg_c_utf8' IN pg_get_functiondef('search_text'::regproc)) > 0"
# Each character alone, and among Russian letters, from which it may turn a text to the other way.
EACH_CHARACTER = """
SELECT to_hex(point) FROM generate_series(1, CAST(:last AS integer)) AS point
CROSS JOIN LATERAL (VALUES (chr(point)), ('Ёж, ' || chr(point) || ' ЁЖ')) AS written(said)
WHERE point NOT BETWEEN x'd800'::integer AND x'dfff'::integer AND old_search_text(said) <> search_text(said)
"""
LAST_CHARACTER = 0x1FFFF  # Beyond these are no letters with capitals, and none that are searched.


@pytest.fixture(params=LOCALES)
def both(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of this locale with both functions, the old one as old_search_text."""
    admin, name = connect(read_address(postgres_url)), f"searched_{uuid.uuid4().hex[:12]}"
    admin.run(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
        f"LOCALE_PROVIDER builtin BUILTIN_LOCALE '{request.param}'"
    )
    raw = connect(read_address(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))))
    migrations = {migration.version: migration.sql for migration in read_migrations(ROOT / "migrations")}
    old = "CREATE FUNCTION search_text" + migrations[OLD].split("CREATE FUNCTION search_text")[1].split(";")[0]
    raw.run(old)
    raw.run(old.replace("search_text", "old_search_text"))
    raw.run(migrations[NEW])
    yield Database(raw)
    raw.close()
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def test_every_character_is_searched_as_before(both: Database) -> None:
    assert column(both, QUICK_LETTERS) == [True]
    assert column(both, EACH_CHARACTER, last=LAST_CHARACTER) == []


@pytest.mark.parametrize("said", ["", "Ё" * 20_001, "ВЕРНИТЕ деньги!\nЁлка\t«Липа»", "a" * 19_999 + "ΩЁ", None])
def test_every_text_is_searched_as_before(both: Database, said: str | None) -> None:
    same = "SELECT old_search_text(:said) IS NOT DISTINCT FROM search_text(:said)"
    assert column(both, same, said=said) == [True]
