"""The normal form is the same in every locale, before Postgres 17 as well, and in Python."""

import re
import unicodedata
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from database.connection import Database, connect, read_address
from database.migrations import read_migrations
from reading.search_form import searched_words
from tests.support.given_rows import column
from tests.support.project import ROOT

FIRST_STATEMENTS = "CREATE FUNCTION search_word("  # what stands before it needs no tables
# Each character alone, and where it may join, part or accent what is around it.
AROUND = (("", ""), ("аб", "вг"), ("1", "2"), ("Ёl'", "'s й"))
LAST_CHARACTER = 0x1FFFF  # Beyond these are ideographs and what is never seen.
LAST_CYRILLIC = 0x52F
KNOWN_AROUND = {ord(letter): None for letter in "абвгЁй"}
FORMS = """
SELECT search_form(text) AS form
FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS written(text, place) ORDER BY place
"""
# Not of the quick way: a letter with an accent that makes no other letter of it.
ACCENTED, PLAIN = " ж\u0302", "ж"


@pytest.fixture
def searched(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of this locale with the functions of the form, made with or without Postgres 17's collation."""
    locale, with_collation = request.param
    admin, name = connect(read_address(postgres_url)), f"searched_{uuid.uuid4().hex[:12]}"
    admin.run(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE '{locale}'"
    )
    raw = connect(read_address(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))))
    if not with_collation:
        raw.run("DELETE FROM pg_collation WHERE collname = 'pg_c_utf8'")
    (sql,) = (each.sql for each in read_migrations(ROOT / "migrations") if each.version == "0014_search")
    raw.run(sql[: sql.index(FIRST_STATEMENTS)].rpartition("\n\n")[0])
    yield Database(raw)
    raw.close()
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def different_forms(database: Database, last: int) -> list[tuple[str, list[str], list[str]]]:
    texts = [before + character + after for before, after in AROUND for character in characters(last)]
    ours = [sorted(word.form for word in searched_words(text)) for text in texts]
    theirs = [sorted(form.split()) for form in column(database, FORMS, texts=texts)]
    return [each for each in zip(texts, ours, theirs, strict=True) if each[1] != each[2]]


def characters(last: int) -> list[str]:
    every = (chr(code) for code in range(1, last + 1) if not 0xD800 <= code <= 0xDFFF)
    return [character for character in every if unicodedata.category(character) != "Cn"]


@pytest.mark.parametrize("searched", [("C", True), ("C.UTF-8", True), ("C.UTF-8", False)], indirect=True)
def test_every_character_has_the_same_form_in_python(searched: Database) -> None:
    assert different_forms(searched, LAST_CHARACTER) == []


@pytest.mark.parametrize("searched", [("C", False)], indirect=True)
def test_without_any_locale_the_capitals_of_cyrillic_are_known(searched: Database) -> None:
    different = [text for text, _, _ in different_forms(searched, LAST_CYRILLIC)]
    assert [text for text in different if re.search("[\u0400-\u052f]", text.translate(KNOWN_AROUND))] == []


@pytest.mark.parametrize("searched", [("C", True)], indirect=True)
def test_the_quick_way_leads_to_the_same_form(searched: Database) -> None:
    texts = [before + character + after for before, after in AROUND for character in characters(LAST_CHARACTER)]
    quick = column(searched, FORMS, texts=texts)
    other = column(searched, FORMS, texts=[text + ACCENTED for text in texts])
    both = zip(texts, quick, other, strict=True)
    assert [text for text, one, two in both if sorted([*one.split(), PLAIN]) != sorted(two.split())] == []
