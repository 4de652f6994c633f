"""Migrations: each once and whole, in order, under one lock."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from chatsync.errors import DatabaseRefusedError, MigrationUnfinishedError
from database import connection
from database.connection import Database, connect, read_address, transaction
from database.labels.stale_chats import read_stale_chats
from database.marks import mark_messages
from database.migrations import LOCK, migrate, read_migrations
from tests.support.given_rows import ABOUT_RETURNS, AUTOMATIC, PREFIX, column
from tests.support.project import ROOT
from tests.support.waiting import wait_until

LAYERS = [str(ROOT / f"layers/{layer}/python") for layer in ("chatsync", "database")]
MIGRATE = (
    "import sys; from pathlib import Path; from database.migrations import migrate; print(migrate(Path(sys.argv[1])))"
)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = :lock"


@pytest.fixture
def new_database(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database that DATABASE_URL names, and a connection to it besides."""
    admin = connect(read_address(postgres_url))
    name = f"migrated_{uuid.uuid4().hex[:12]}"
    admin.run(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    monkeypatch.setenv("DATABASE_URL", url)
    container = connection.Container()
    monkeypatch.setattr(connection, "CONTAINER", container)
    raw = connect(read_address(url))
    yield Database(raw)
    raw.close()
    container.discard()
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three migrations, the third needing the first two."""
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (n integer); INSERT INTO a VALUES (1)")
    (tmp_path / "0002_b.sql").write_text("-- «буквы» and :colons\nALTER TABLE a ADD COLUMN b text DEFAULT 'x:y'")
    (tmp_path / "0010_c.sql").write_text("INSERT INTO a VALUES (2, 'z')")
    (tmp_path / "notes.txt").write_text("no migration")
    return tmp_path


def applied(database: Database) -> list[str]:
    return column(database, "SELECT version FROM schema_migrations ORDER BY version")


def test_migrations_are_the_sql_files_in_order(folder: Path) -> None:
    assert [migration.version for migration in read_migrations(folder)] == ["0001_a", "0002_b", "0010_c"]


def test_a_second_run_does_nothing(new_database: Database, folder: Path) -> None:
    assert migrate(folder) == ["0001_a", "0002_b", "0010_c"]
    assert migrate(folder) == []
    assert column(new_database, "SELECT n FROM a ORDER BY n") == [1, 2]


def test_a_new_migration_runs_on_the_data_that_is_there(new_database: Database, folder: Path) -> None:
    migrate(folder)
    (folder / "0011_d.sql").write_text("UPDATE a SET n = n * 10")
    assert migrate(folder) == ["0011_d"]
    assert column(new_database, "SELECT n FROM a ORDER BY n") == [10, 20]


def test_a_migration_may_take_longer_than_a_page(
    new_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
    (folder / "0011_slow.sql").write_text("SELECT pg_sleep(0.6)")
    assert "0011_slow" in migrate(folder)


def test_a_failing_migration_names_itself_and_leaves_nothing_of_itself(new_database: Database, folder: Path) -> None:
    (folder / "0002_b.sql").write_text("CREATE TABLE half (n integer); INSERT INTO a VALUES ('секрет')")
    with pytest.raises(DatabaseRefusedError, match="The migration 0002_b failed") as failed:
        migrate(folder)
    assert "секрет" not in str(failed.value)
    assert applied(new_database) == ["0001_a"]
    assert column(new_database, "SELECT to_regclass('half')") == [None]


def test_a_mended_migration_goes_on_where_it_failed(new_database: Database, folder: Path) -> None:
    mended = (folder / "0002_b.sql").read_text()
    (folder / "0002_b.sql").write_text("SELECT 1 / 0")
    with pytest.raises(DatabaseRefusedError):
        migrate(folder)
    (folder / "0002_b.sql").write_text(mended)
    assert migrate(folder) == ["0002_b", "0010_c"]


def test_two_at_once_wait_for_each_other(new_database: Database, folder: Path) -> None:
    new_database.rows("SELECT pg_advisory_lock(:lock)", lock=LOCK)
    environment = {"DATABASE_URL": os.environ["DATABASE_URL"], "PYTHONPATH": os.pathsep.join(LAYERS)}
    command = [sys.executable, "-c", MIGRATE, str(folder)]
    runners = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    while column(new_database, WAITING, lock=LOCK) != [2]:
        assert [runner.poll() for runner in runners] == [None, None], "a runner did not wait"
    new_database.rows("SELECT pg_advisory_unlock(:lock)", lock=LOCK)
    outputs = [runner.communicate()[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0]
    done = [version for output in outputs for version in ("0001_a", "0002_b", "0010_c") if version in output]
    assert sorted(done) == ["0001_a", "0002_b", "0010_c"]
    assert column(new_database, "SELECT n FROM a ORDER BY n") == [1, 2]


def started(folder: Path) -> "subprocess.Popen[str]":
    environment = {"DATABASE_URL": os.environ["DATABASE_URL"], "PYTHONPATH": os.pathsep.join(LAYERS)}
    return subprocess.Popen([sys.executable, "-c", MIGRATE, str(folder)], env=environment, text=True)


def test_postgres_finishes_a_migration_whose_sender_is_gone_and_the_next_one_goes_on_behind_it(
    new_database: Database, folder: Path
) -> None:
    """As a function's time ends. A second notice would tell Postgres in mid-work that nobody listens."""
    notice = "CREATE TABLE IF NOT EXISTS a (n integer); SELECT pg_sleep(0.2)"
    long = f"SELECT pg_sleep(1); {notice}; {notice}; INSERT INTO a VALUES (7)"
    (folder / "0011_long.sql").write_text(long)
    (folder / "0012_next.sql").write_text("INSERT INTO a VALUES (8)")
    runner = started(folder)
    try:
        wait_until(lambda: new_database.rows("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
    finally:
        runner.kill()
        runner.wait()
    assert "0011_long" not in applied(new_database)
    assert migrate(folder) == ["0012_next"]
    assert column(new_database, "SELECT n FROM a WHERE n > 6 ORDER BY n") == [7, 8]


def test_where_nothing_is_missing_no_running_migration_is_waited_for(new_database: Database, folder: Path) -> None:
    """A deploy that is rolled back asks so while Postgres is still at work."""
    migrate(folder)
    new_database.rows("SELECT pg_advisory_lock(:lock)", lock=LOCK)
    assert migrate(folder, ends_at=time.monotonic()) == []


def test_after_its_time_it_says_which_migration_is_unfinished(new_database: Database, folder: Path) -> None:
    new_database.rows("SELECT pg_advisory_lock(:lock)", lock=LOCK)
    with pytest.raises(MigrationUnfinishedError, match="The migration 0001_a is not known to be finished"):
        migrate(folder, ends_at=time.monotonic())
    new_database.rows("SELECT pg_advisory_unlock(:lock)", lock=LOCK)
    assert migrate(folder, ends_at=time.monotonic() + 60)[-1] == "0010_c"


def test_the_projects_own_migrations_run_twice(new_database: Database) -> None:
    assert migrate(ROOT / "migrations")
    assert migrate(ROOT / "migrations") == []
    with transaction() as database:
        assert column(database, "SELECT count(*) FROM stores") == [0]


def test_labels_of_the_previous_release_are_not_given_anew(new_database: Database, tmp_path: Path) -> None:
    """Its chats carried the setting alone, its history what the label went by."""
    for migration in sorted((ROOT / "migrations").glob("0001*")):
        shutil.copy(migration, tmp_path)
    migrate(tmp_path)
    version = "openai/gpt-5-mini/prompt-1/taxonomy-1"
    new_database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    new_database.run(
        "INSERT INTO chats (store_id, id, messages_total, labelled_messages, tag, tag_source, labelled_by) VALUES"
        " ('shop', '1:a', 2, 2, 'thanks', 'model', 'openai/gpt-5-mini'), ('shop', '1:b', 2, 2, 'spam', 'person', NULL)"
    )
    for chat_id, by in (("1:a", "keywords/1"), ("1:a", version), ("1:b", version)):
        new_database.run(
            "INSERT INTO chat_labels (store_id, chat_id, tag, source, labelled_by, messages_total)"
            " VALUES ('shop', :chat, 'thanks', 'model', :by, 2)",
            chat=chat_id,
            by=by,
        )
    migrate(ROOT / "migrations")
    assert column(new_database, "SELECT labelled_by FROM chats ORDER BY id") == [version, None]
    with transaction() as database:
        assert read_stale_chats(database, "shop", version, 10).total == 0


def test_labels_of_the_release_before_causes_stay_and_its_functions_still_label(
    new_database: Database, tmp_path: Path
) -> None:
    for migration in (ROOT / "migrations").glob("000[1-8]*"):
        shutil.copy(migration, tmp_path)
    migrate(tmp_path)
    new_database.run("INSERT INTO stores (id, name, chat_tag_counts) VALUES ('shop', 'ИП Проба', '{\"thanks\": 1}')")
    new_database.run("INSERT INTO chats (store_id, id, tag, tag_source) VALUES ('shop', '1:a', 'thanks', 'model')")
    label = (
        "INSERT INTO chat_labels (store_id, chat_id, tag, source, labelled_by, messages_total)"
        " VALUES ('shop', '1:a', 'thanks', 'model', 'keywords/2/taxonomy-1', 2)"
    )
    new_database.run(label)
    assert "0009_causes" in migrate(ROOT / "migrations")
    new_database.run(label)
    new_database.run("UPDATE chats SET tag = 'spam', tag_source = 'person' WHERE id = '1:a'")
    new_database.run("UPDATE stores SET chat_tag_counts = '{\"spam\": 1}' WHERE id = 'shop'")
    assert column(new_database, "SELECT cause FROM chat_labels") == [None, None]
    assert new_database.rows("SELECT tag, cause FROM chats") == [{"tag": "spam", "cause": None}]
    assert column(new_database, "SELECT chat_cause_counts FROM stores") == [{}]


def test_what_the_previous_release_quarantined_is_an_open_problem_and_its_functions_still_work(
    new_database: Database, tmp_path: Path
) -> None:
    for migration in sorted((ROOT / "migrations").glob("000[1-5]*")):
        shutil.copy(migration, tmp_path)
    migrate(tmp_path)
    new_database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    new_database.run("INSERT INTO chats (store_id, id, raw) VALUES ('shop', '1:a', '{}')")
    new_database.run(
        "INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until)"
        " VALUES ('shop', 'shop', 'execution-1', 'incremental', 'partial', now())"
    )
    message = (
        "INSERT INTO chat_messages (store_id, id, chat_id, text, sent_at, raw) VALUES ('shop', '{}', '1:a', 'да', "
    )
    message += "now(), '{{\"a\": 1}}') ON CONFLICT (store_id, id) DO NOTHING"
    new_database.run(
        "INSERT INTO chat_messages (store_id, id, chat_id, text, sent_at, raw)"
        " SELECT 'shop', 'e' || n, '1:a', 'да', now(), '{\"a\": 1}' FROM generate_series(1, 60000) AS n"
    )
    new_database.run(
        "INSERT INTO quarantined_events (store_id, id, reason, raw, run_id)"
        " VALUES ('shop', 'lost', 'the event has no chatID', '{}', 1), ('shop', 'e5', 'came again in order', '{}', 1)"
    )
    before = column(new_database, "SELECT md5(string_agg(id || raw::text, ',' ORDER BY id)) FROM chat_messages")
    assert migrate(ROOT / "migrations")[0] == "0006_problems"
    assert new_database.rows("SELECT kind, subject, run_id, closed_at FROM problems") == [
        {"kind": "event", "subject": "lost", "run_id": 1, "closed_at": None}
    ]
    for name in ("e1", "new"):
        new_database.run(message.format(name))
    new_database.run("INSERT INTO rate_limits (seller_key, method, ready_at) VALUES ('shop', 'chats', now())")
    new_database.run("DELETE FROM chat_messages WHERE id = 'new'")
    assert column(new_database, "SELECT md5(string_agg(id || raw::text, ',' ORDER BY id)) FROM chat_messages") == before


# What the functions of the release before WB's own words were marked run, and go on running while it is replaced.
OF_THE_RELEASE_BEFORE = """
INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, attachments, raw, fetched_at)
VALUES ('shop', 'new', '1:1', 'client', 'Ещё вопрос', now(), '[]', '{}', now()) ON CONFLICT (store_id, id) DO NOTHING;
UPDATE chats SET messages_total = messages_total + 1,
    (last_message_id, last_message_text, last_message_sender, last_message_at)
        = (SELECT 'new', 'Ещё вопрос', 'client', now())
WHERE store_id = 'shop' AND id = '1:1';
UPDATE chat_messages SET text = 'Изменено' WHERE store_id = 'shop' AND id = 'new'
"""
WAITING_OF_THE_RELEASE_BEFORE = """
SELECT count(*) FROM chats
WHERE (last_message_sender IS DISTINCT FROM 'seller' OR is_automatic(last_message_sender, last_message_text))
  AND (last_message_sender = 'client' OR EXISTS (SELECT FROM chat_overview AS turns
       WHERE turns.store_id = chats.store_id AND turns.chat_id = chats.id AND waiting_since IS NOT NULL))
"""


def test_messages_of_the_release_before_are_marked_once_and_its_functions_still_work(
    new_database: Database, tmp_path: Path
) -> None:
    """Given 60,000 messages in 10,000 chats: asked with WB's prefix, answered by a person or by WB alone."""
    for migration in sorted((ROOT / "migrations").glob("000[1-6]*")):
        shutil.copy(migration, tmp_path)
    migrate(tmp_path)
    new_database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    new_database.run(
        "INSERT INTO chats (store_id, id, messages_total, last_message_id, last_message_text, last_message_sender,"
        " last_message_at, tag, tag_source, labelled_messages)"
        " SELECT 'shop', '1:' || n, 6, n || '-6', :last, 'seller', now(), 'other', 'model', 6"
        " FROM generate_series(1, 10000) AS n",
        last=ABOUT_RETURNS,
    )
    new_database.run(
        "INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, raw)"
        " SELECT 'shop', n || '-' || m, '1:' || n, CASE WHEN m IN (1, 6) OR m = 5 AND n > 4000 THEN 'seller'"
        "        ELSE 'client' END,"
        "        CASE m WHEN 1 THEN :low WHEN 2 THEN :asked WHEN 6 THEN :last ELSE 'слова' END,"
        "        now() - make_interval(secs => 60 - m),"
        "        CASE m WHEN 2 THEN CAST(:raw AS json) ELSE '{}' END"
        " FROM generate_series(1, 10000) AS n, generate_series(1, 6) AS m",
        low=AUTOMATIC,
        last=ABOUT_RETURNS,
        asked=f"{PREFIX} где мой заказ",
        raw='{"odd": "\\u0000\\ud800", "message": {"attachments": {"goodCard": {"rid": "r.1", "nmID": 174902332}}}}',
    )
    migrate(ROOT / "migrations")
    new_database.run(OF_THE_RELEASE_BEFORE.partition(";")[0])
    for statement in OF_THE_RELEASE_BEFORE.split(";")[1:]:
        new_database.run(statement)
    assert mark_messages()
    assert not mark_messages()
    marked = "SELECT sender, automatic, prefix_characters > 0 AS prefixed, count(*)::int AS n FROM chat_messages"
    assert [tuple(row.values()) for row in new_database.rows(f"{marked} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")] == [
        ("client", False, False, 24_001),
        ("client", False, True, 10_000),
        ("seller", False, False, 6_000),
        ("seller", True, False, 20_000),
    ]
    waiting = "SELECT count(*)::int FROM chat_overview WHERE waiting_since IS NOT NULL"
    assert column(new_database, waiting) == [4_000]
    assert column(new_database, "SELECT count(*) FROM chats WHERE last_message_automatic") == [10_000 - 1]
    assert column(new_database, "SELECT DISTINCT rid || product_title FROM chats") == [
        'r.1Клей "Момент" для порванной обуви'
    ]
    assert column(new_database, "SELECT count(*) FROM chats WHERE labelled_messages IS NULL") == [10_000]
    assert column(new_database, WAITING_OF_THE_RELEASE_BEFORE) == [1]
    # The deploy was rolled back, and comes again later: the list is the same.
    new_database.run(
        "INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, raw) VALUES"
        " ('shop', 'later', '1:2', 'seller', :text, now(), '{}'), ('shop', 'own', '1:3', 'seller', 'Да', now(), '{}')",
        text=AUTOMATIC,
    )
    assert not mark_messages()
    later = "SELECT automatic FROM chat_messages WHERE id IN ('later', 'own') ORDER BY id"
    assert column(new_database, later) == [True, False]


def test_labels_that_stood_for_a_failure_are_released_and_nothing_else(new_database: Database, tmp_path: Path) -> None:
    """The previous release stored a model's server that failed as a label of the chat; its rows stay in the history."""
    for migration in sorted((ROOT / "migrations").glob("000[1-6]*")):
        shutil.copy(migration, tmp_path)
    migrate(tmp_path)
    new_database.run(
        "INSERT INTO stores (id, name, total_chats, chat_tag_counts) VALUES"
        """ ('shop', 'ИП Проба', 7, '{"undefined": 5, "thanks": 1, "spam": 1}'), ('empty', 'ИП Пусто', 0, '{}')"""
    )
    version = "openai/gpt-5-mini/prompt-1/taxonomy-1"
    failed = "модель не дала ответа"
    given: dict[str, list[tuple[str, str, str | None, str]]] = {  # each chat's labels: source, tag, reason, labelled_by
        "failed": [("model", "thanks", "благодарит", version), ("model", "undefined", failed, version)],
        "judged": [("model", "undefined", "непонятно", version)],
        "mended": [("model", "undefined", failed, version), ("model", "thanks", "благодарит", version)],
        "person": [("model", "undefined", failed, version), ("person", "spam", None, "person")],
        "silent": [("model", "undefined", "нет слов покупателя", version)],
        "keywords": [("model", "undefined", "нет знакомых слов", "keywords/2/taxonomy-1")],
        "person by SQL": [("model", "undefined", failed, version)],
    }
    for chat, labels in given.items():
        source, tag, _, by = labels[-1]
        new_database.run(
            "INSERT INTO chats (store_id, id, messages_total, labelled_messages, tag, tag_source, labelled_by,"
            " labelled_content) VALUES ('shop', :chat, 2, 2, :tag, :source, :by, 'digest')",
            chat=chat,
            tag=tag,
            source=source,
            by=by,
        )
        for source, tag, reason, by in labels:
            new_database.run(
                "INSERT INTO chat_labels (store_id, chat_id, tag, source, reason, labelled_by, messages_total)"
                " VALUES ('shop', :chat, :tag, :source, :reason, :by, 2)",
                chat=chat,
                tag=tag,
                source=source,
                reason=reason,
                by=by,
            )
    new_database.run("UPDATE chats SET tag_source = 'person' WHERE id = 'person by SQL'")
    assert "0008_failed_labels" in migrate(ROOT / "migrations")
    tags = {row["id"]: row["tag"] for row in new_database.rows("SELECT id, tag FROM chats")}
    assert tags == {
        "failed": None,
        "judged": "undefined",
        "mended": "thanks",
        "person": "spam",
        "silent": "undefined",
        "keywords": "undefined",
        "person by SQL": "undefined",
    }
    released = "SELECT count(*) FROM chat_labels WHERE released_at IS NOT NULL AND reason = :failed"
    assert column(new_database, released, failed=failed) == [4]
    assert column(new_database, "SELECT count(*) FROM chat_labels") == [sum(map(len, given.values()))]
    assert column(new_database, "SELECT count(*) FROM chat_labels WHERE released_at IS NOT NULL") == [4]
    assert column(new_database, "SELECT chat_tag_counts FROM stores ORDER BY id") == [
        {},
        {"undefined": 4, "thanks": 1, "spam": 1},
    ]
    with transaction() as database:
        stale = [row["chat_id"] for row in read_stale_chats(database, "shop", version, 10).transcripts]
    assert set(stale) == {"failed", "keywords"}
