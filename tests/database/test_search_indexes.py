"""A database of the release before gets the search's new indexes while it is read and written."""

import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from chatsync.errors import MigrationUnfinishedError
from database.connection import Address, Database, connect, read_address
from database.migrations import migrate
from database.search_indexes import LOCK, rebuild_search_indexes
from tests.support.given_rows import column
from tests.support.project import ROOT
from tests.support.waiting import wait_until

INDEXES = ["chat_messages_by_title", "chat_messages_by_word", "chats_by_client_word", "chats_by_title"]
BY_INDEX = "SET enable_seqscan = off"
OF_THIS_RELEASE = "SELECT id FROM chat_messages WHERE search_words(text) @@ search_query(:words) ORDER BY id"
OF_THE_RELEASE_BEFORE = """
SELECT id FROM chat_messages
WHERE search_words(text) @@ websearch_to_tsquery('pg_catalog.russian', search_text(:words)) ORDER BY id
"""
ADD_MESSAGE = """
INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, raw)
VALUES ('shop', :id, '1:1', 'client', :text, now(), '{}')
"""
NUMBERS = "SELECT relname, oid::text FROM pg_class WHERE relname = ANY(CAST(:names AS text[])) ORDER BY relname"
HALF_BUILT = r"SELECT relname FROM pg_class WHERE relname LIKE '%\_cc%'"
HERE = "FROM pg_stat_activity WHERE query LIKE 'REINDEX%' AND datname = current_database()"
BUILDING = f"SELECT count(*)::int {HERE} AND wait_event_type = 'Lock'"
STOP_BUILDING = f"SELECT pg_terminate_backend(pid) {HERE}"


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Address]:
    """The login of a new, empty database."""
    admin, name = connect(read_address(postgres_url)), f"indexed_{uuid.uuid4().hex[:12]}"
    admin.run(f"CREATE DATABASE {name}")
    yield read_address(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}")))
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def database(owner: Address) -> Iterator[Database]:
    """A connection to it."""
    raw = connect(owner)
    yield Database(raw)
    raw.close()


@pytest.fixture
def updated(owner: Address, database: Database, tmp_path: Path) -> Database:
    """Messages of the release before, in a database that was migrated since."""
    for migration in sorted((ROOT / "migrations").glob("00*")):
        if migration.stem < "0013":
            shutil.copy(migration, tmp_path)
    migrate(tmp_path, owner)
    database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    database.run("INSERT INTO chats (store_id, id) VALUES ('shop', '1:1')")
    database.run(ADD_MESSAGE, id="before", text="Мои\u0306 телефон 8-999-123-45-67, деньги верните")
    migrate(ROOT / "migrations", owner)
    database.run(BY_INDEX)
    return database


def test_what_was_stored_before_is_found_as_before_and_then_by_the_new_form(owner: Address, updated: Database) -> None:
    updated.run(ADD_MESSAGE, id="since", text="Мои\u0306 номер 8-916-123-45-67, где деньги")
    assert column(updated, OF_THIS_RELEASE, words="деньгам") == ["before", "since"]
    assert column(updated, OF_THIS_RELEASE, words="123-45-67") == ["since"]
    assert column(updated, OF_THE_RELEASE_BEFORE, words="деньгам") == ["before", "since"]
    assert sorted(rebuild_search_indexes(owner)) == INDEXES
    assert column(updated, OF_THIS_RELEASE, words="123-45-67") == ["before", "since"]
    assert column(updated, OF_THE_RELEASE_BEFORE, words="деньгам") == ["before", "since"]


def test_the_indexes_are_built_once(owner: Address, updated: Database) -> None:
    rebuild_search_indexes(owner)
    built = updated.rows(NUMBERS, names=INDEXES)
    assert rebuild_search_indexes(owner) == []
    assert updated.rows(NUMBERS, names=INDEXES) == built


def test_a_new_database_has_nothing_to_rebuild(owner: Address, database: Database) -> None:
    migrate(ROOT / "migrations", owner)
    assert rebuild_search_indexes(owner) == []


class Rebuilding:
    """A rebuilding in a thread of its own, and how it ended."""

    def __init__(self, owner: Address, **options: Any) -> None:
        self.built: list[str] = []
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(owner, options))
        self._thread.start()

    def _run(self, owner: Address, options: dict[str, Any]) -> None:
        try:
            self.built = rebuild_search_indexes(owner, **options)
        except MigrationUnfinishedError as error:
            self.error = error

    def wait(self) -> None:
        """Wait for its end."""
        self._thread.join(60)


@pytest.fixture
def writing(owner: Address) -> Iterator[Database]:
    """A transaction that has written: a building waits for its end."""
    raw = connect(owner)
    raw.run("BEGIN")
    raw.run("UPDATE chats SET client_name = 'Анна'")
    raw.run("UPDATE chat_messages SET client_name = 'Анна'")
    yield Database(raw)
    raw.close()


def test_nobody_waits_for_the_building(owner: Address, updated: Database, writing: Database) -> None:
    rebuilding = Rebuilding(owner)
    wait_until(lambda: column(updated, BUILDING) == [1])
    updated.run("SET lock_timeout = '1s'")
    updated.run(ADD_MESSAGE, id="meanwhile", text="А 765-43-21?")
    assert column(updated, OF_THIS_RELEASE, words="765-43-21") == ["meanwhile"]
    writing.run("COMMIT")
    rebuilding.wait()
    assert sorted(rebuilding.built) == INDEXES
    assert column(updated, OF_THIS_RELEASE, words="765-43-21") == ["meanwhile"]


def test_a_building_that_was_broken_off_is_begun_again(owner: Address, updated: Database, writing: Database) -> None:
    broken_off = Rebuilding(owner)
    wait_until(lambda: column(updated, BUILDING) == [1])
    updated.rows(STOP_BUILDING)
    broken_off.wait()
    assert isinstance(broken_off.error, MigrationUnfinishedError)
    assert len(column(updated, HALF_BUILT)) == 1
    writing.run("COMMIT")
    assert sorted(rebuild_search_indexes(owner)) == INDEXES
    assert column(updated, HALF_BUILT) == []


def test_who_has_no_more_time_leaves_postgres_to_it(owner: Address, updated: Database, writing: Database) -> None:
    with pytest.raises(MigrationUnfinishedError):
        rebuild_search_indexes(owner, time.monotonic() + 1)
    assert column(updated, BUILDING) == [1]
    with pytest.raises(MigrationUnfinishedError):
        rebuild_search_indexes(owner, time.monotonic() + 1)
    assert column(updated, BUILDING) == [1]  # who comes meanwhile waits
    writing.run("COMMIT")
    held = "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock"
    wait_until(lambda: column(updated, held, lock=LOCK) == [0])
    assert len(rebuild_search_indexes(owner)) == len(INDEXES) - 1  # one was built, though nobody saw its end
