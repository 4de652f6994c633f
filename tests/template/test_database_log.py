"""RDS's own log, as a local Postgres writes it under exactly the settings of templates/database.yaml."""

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError

from database.connection import connect, read_address
from local.engine import postgres
from local.engine.cloudformation import read_template
from local.engine.postgres import Postgres
from tests.support.project import ROOT
from tests.support.waiting import wait_until

DATABASE = read_template(ROOT / "templates" / "database.yaml")["Resources"]
GROUP: dict[str, str] = DATABASE["ParameterGroup"]["Properties"]["Parameters"]
LOGGING = {name: value for name, value in GROUP.items() if name.startswith("log_")}
BESIDE_LOGGING = {name: value for name, value in postgres.SETTINGS.items() if not name.startswith("log_")}
TABLES = """
CREATE TABLE said
(words text PRIMARY KEY CHECK (words NOT LIKE 'bad%'), kind text NOT NULL, reply text REFERENCES said);
CREATE FUNCTION quote(words text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'said %', words USING DETAIL = words, HINT = words; END $$;
CREATE FUNCTION warn(words text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
RAISE WARNING 'said %', words; RETURN words; END $$;
"""
WARNING = "01000"
# Ways to be refused, or warned, because of a buyer's words: `:words` is a parameter, WORDS stands in the statement.
REFUSALS = {
    "22P02": "SELECT CAST(:words AS integer)",
    "22P02 json": "SELECT CAST(:words AS json)",
    "22007": "SELECT CAST(:words AS timestamptz)",
    "22012": "SELECT 'WORDS', 1 / 0",
    "23502": "INSERT INTO said VALUES (:words, NULL)",
    "23503": "INSERT INTO said VALUES ('a', 'b', :words)",
    "23505": "INSERT INTO said SELECT :words, 'b' FROM generate_series(1, 2)",
    "23514": "INSERT INTO said VALUES ('bad ' || :words, 'b')",
    "42601": "SELECT 'half' WORDS WORDS",
    "42703": 'SELECT "WORDS"',
    "57014": "SELECT 'WORDS', pg_sleep(60)",
    "P0001": "SELECT quote(:words)",
    WARNING: "SELECT warn(:words)",
}
ENDED, CRASHED = "57P01", "crash"  # a session is ended, a process is killed, while it serves a statement
KINDS = [*REFUSALS, ENDED, CRASHED]


def words_of(kind: str) -> str:
    """Return words of their own for each kind; in Latin letters, as Postgres writes ? for others after a crash."""
    return f"verni_dengi_{kind.replace(' ', '_')}_please"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not: as root, Postgres runs as another user."""
    with tempfile.TemporaryDirectory(prefix="chat-history-sync-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def log_of_refusals(folder: Path, settings: dict[str, str], patch: pytest.MonkeyPatch) -> str:
    """Return the log of a server with these settings that refuses everything and at last loses a process."""
    patch.setattr(postgres, "SETTINGS", BESIDE_LOGGING | settings)
    with Postgres(folder / "data", durable=False) as server:
        with closing(connect(read_address(server.url))) as connection:
            connection.run(TABLES)
            for kind, sql in REFUSALS.items():
                refuse(connection, kind, sql)
        interrupt(server)
        return read_log(server)


def refuse(connection: Any, kind: str, sql: str) -> None:
    words = words_of(kind)
    parameters = {"words": words} if ":words" in sql else {}
    connection.run(f"SET statement_timeout = {10 if kind == '57014' else 0}")
    if kind == WARNING:
        connection.run(sql, **parameters)
        return
    with pytest.raises(DatabaseError) as refused:
        connection.run(sql.replace("WORDS", words), **parameters)
    assert refused.value.args[0]["C"] == kind[:5]


def interrupt(server: Postgres) -> None:
    """End a session at its statement, then kill another's process: the server ends all sessions and recovers."""
    with closing(connect(read_address(server.url))) as other, sleeping(server, ENDED) as pid:
        other.run("SELECT pg_terminate_backend(:pid)", pid=pid)
    with sleeping(server, CRASHED) as pid:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: read_log(server).count("ready to accept connections") == 2)


@contextmanager
def sleeping(server: Postgres, kind: str) -> Iterator[int]:
    """Yield the process that serves a long statement with the words, and return once the statement failed."""
    with closing(connect(read_address(server.url))) as other:
        session = connect(read_address(server.url))
        pid = session.run("SELECT pg_backend_pid()")[0][0]
        thread = threading.Thread(target=sleep_until_interrupted, args=(session, words_of(kind)))
        thread.start()
        seen = "SELECT pid FROM pg_stat_activity WHERE pid = :pid AND wait_event = 'PgSleep'"
        wait_until(lambda: other.run(seen, pid=pid))
    yield pid
    thread.join()


def sleep_until_interrupted(session: Any, words: str) -> None:
    with suppress(InterfaceError, DatabaseError, OSError):
        session.run(f"SELECT '{words}', pg_sleep(60)")


def read_log(server: Postgres) -> str:
    return server.log.read_text(encoding="utf-8", errors="replace")


def kinds_in(log: str) -> list[str]:
    """Return the refusals whose words stand in the log."""
    return [kind for kind in KINDS if words_of(kind) in log]


def test_no_word_of_a_buyer_reaches_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of_refusals(folder, LOGGING, monkeypatch)
    assert kinds_in(log) == []
    assert "was terminated by signal 9" in log, "what an operator needs is there"


def test_each_of_these_refusals_would_be_logged_with_its_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kinds_in(log_of_refusals(folder, {}, monkeypatch)) == KINDS


@pytest.mark.parametrize("setting", LOGGING)
def test_without_any_one_of_the_settings_some_words_are_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    log = log_of_refusals(folder, {name: value for name, value in LOGGING.items() if name != setting}, monkeypatch)
    assert kinds_in(log) != []


def test_the_local_server_logs_as_rds_does() -> None:
    local = {name: value for name, value in postgres.SETTINGS.items() if name.startswith("log_")}
    assert local == LOGGING


def test_the_instance_has_the_group() -> None:
    assert DATABASE["Instance"]["Properties"]["DBParameterGroupName"] == {"Ref": "ParameterGroup"}
