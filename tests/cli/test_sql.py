"""`./chats sql`: a person's own query, which can only look, answered in bounds or refused in Postgres' own words."""

import csv
import io
import json
import re
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from chatsync.errors import DatabaseRefusedError
from database.connection import Database, connect, read_address, transaction
from database.migrations import LOCK, migrate
from local import cli
from local.terminal import tables
from reading import queries
from tests.support.given_rows import a_run, an_event, column, save
from tests.support.project import ROOT, TABLES
from tests.support.stored import rows
from tests.support.waiting import wait_until

MAY = "SELECT has_table_privilege('chat_reader', :table, :right)"

A_STORE = "INSERT INTO stores (id, name, seller_id) VALUES ('shop', 'ИП Проба', 's')"
EMPTYING = "DELETE FROM stores"
WAYS_OUT = (
    EMPTYING,
    f"COMMIT; {EMPTYING}",
    f"SET TRANSACTION READ WRITE; {EMPTYING}",
    f"WITH gone AS ({EMPTYING} RETURNING 1) SELECT * FROM gone",
    f"DO $$ BEGIN COMMIT; {EMPTYING}; END $$",
    f"DO $$ BEGIN SET TRANSACTION READ WRITE; {EMPTYING}; END $$",
    "SELECT set_config('transaction_read_only', 'off', false)",
    f"EXPLAIN ANALYZE {EMPTYING}",
    "SELECT 1 INTO mine",
    "SELECT lo_create(0)",
    "SELECT nextval('problems_id_seq')",
    "SELECT * FROM stores FOR UPDATE",
)
# What a superuser may do in a read-only transaction, and the ways back to his rights.
WAYS_UP = (
    "COPY (SELECT 1) TO PROGRAM 'touch FILE'",
    "COPY (SELECT 1) TO 'FILE'",
    "DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch FILE'; END $$",
    "DO $$ BEGIN RESET ROLE; COPY (SELECT 1) TO PROGRAM 'touch FILE'; END $$",
    "SELECT query_to_xml('COPY (SELECT 1) TO PROGRAM ''touch FILE''', true, true, '')",
    "SELECT set_config('role', 'postgres', true), query_to_xml('SELECT pg_read_file(''/etc/passwd'')', true, true, '')",
    "SELECT set_config('session_authorization', 'postgres', true)",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ROLE",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_export(1, 'FILE')",
    "SELECT pg_reload_conf()",
    "SELECT rolpassword FROM pg_authid",
    "SELECT dblink('', 'SELECT 1')",
    "SELECT set_config('log_statement', 'all', false)",
    "COMMIT",
)


def answered(capsys: pytest.CaptureFixture[str], *words: str, exit_code: int = 0) -> str:
    assert cli.main(["sql", *words]) == exit_code
    printed = capsys.readouterr()
    return printed.err if exit_code == 2 else printed.out


@pytest.mark.parametrize("query", WAYS_OUT)
def test_no_query_changes_anything(emptied: str, capsys: pytest.CaptureFixture[str], query: str) -> None:
    with transaction() as database:
        database.run(A_STORE)
    assert "That query cannot be answered. " in answered(capsys, query, exit_code=2)
    assert rows("SELECT id FROM stores") == [{"id": "shop"}]


@pytest.mark.parametrize("query", WAYS_UP)
def test_no_query_has_the_rights_of_the_login(emptied: str, capsys: pytest.CaptureFixture[str], query: str) -> None:
    file = Path(tempfile.gettempdir()) / f"written-by-a-query-{uuid.uuid4().hex}"  # where Postgres' user may write
    assert "That query cannot be answered. " in answered(capsys, query.replace("FILE", str(file)), exit_code=2)
    assert not file.exists()


def test_a_query_runs_as_the_role_that_may_read(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "chat_reader" in answered(capsys, "SELECT current_user")


def test_the_role_may_read_every_table_and_do_nothing_else(database: Database) -> None:
    tables = column(
        database,
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace",
    )
    assert {*TABLES.split(", "), "chat_overview", "schema_migrations"} <= set(tables)
    for table in tables:
        rights = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
        may = [column(database, MAY, table=table, right=right)[0] for right in rights]
        assert may == [True] + [False] * 6, table
    assert column(database, "SELECT has_schema_privilege('chat_reader', 'public', 'CREATE')") == [False]
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert column(database, f"SELECT {powers} FROM pg_roles WHERE rolname = 'chat_reader'") == [False]


def test_a_table_of_a_later_migration_is_readable_too(database: Database) -> None:
    database.run("CREATE TABLE later (n integer)")
    assert column(database, MAY, table="later", right="SELECT") == [True]


def test_nobody_gets_the_roles_rights_by_asking(functions_url: str, emptied: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="42501"), transaction(read_address(functions_url)) as database:
        database.run("SELECT answer_query('SELECT 1', 1, 100)")


def test_the_function_of_another_owner_answers_nothing(database: Database) -> None:
    """As a dump that was restored without its owners has it."""
    database.run("ALTER FUNCTION answer_query(text, integer, integer) OWNER TO CURRENT_USER")
    with pytest.raises(DatabaseRefusedError, match="42501"):
        database.run("SELECT answer_query('SELECT 1', 1, 100)")


def test_where_who_migrates_may_make_no_role_an_administrator_gives_the_function_away(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the statements of docs/architecture.md; the role is there already, another's."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    statements = re.findall(r"^(?:GRANT|ALTER) .*;$", page[page.index("CREATE ROLE chat_reader;") :], re.M)[:5]
    owner, parts = f"owner_{uuid.uuid4().hex[:8]}", urlsplit(postgres_url)
    with closing(connect(read_address(postgres_url))) as admin:
        admin.run(f"CREATE ROLE {owner} LOGIN PASSWORD 'asked-for'")
        admin.run(f"CREATE DATABASE {owner} OWNER {owner}")
        login = f"{owner}:asked-for@{parts.hostname}:{parts.port}"
        monkeypatch.setenv("DATABASE_URL", urlunsplit(parts._replace(netloc=login, path=f"/{owner}")))
        migrate(ROOT / "migrations")
        assert "answer_query() belongs to another role" in str(queries.answer_query("SELECT 1").refused)
        with closing(connect(read_address(urlunsplit(parts._replace(path=f"/{owner}"))))) as inside:
            for statement in statements:
                inside.run(statement.replace("the_user", owner))
        assert queries.answer_query("SELECT current_user FROM stores RIGHT JOIN (SELECT 1) AS one ON true").rows == [
            '{"current_user":"chat_reader"}'
        ]
        admin.run(f"DROP DATABASE {owner} WITH (FORCE)")
        admin.run(f"DROP ROLE {owner}")


def test_a_query_that_takes_too_long_is_stopped_whatever_it_sets(
    emptied: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LONGEST_QUERY_MS", 200)
    for query in ("SELECT pg_sleep(3600)", "SELECT set_config('statement_timeout', '0', false), pg_sleep(3600)"):
        assert "It took longer than 0 s and was stopped." in answered(capsys, query, exit_code=2)


def test_what_a_query_sets_or_locks_for_its_session_ends_with_it(
    emptied: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(capsys, f"SELECT pg_advisory_lock({LOCK}), set_config('search_path', 'nowhere', false)")
    wait_until(lambda: not rows("SELECT FROM pg_locks WHERE locktype = 'advisory'"), 10)
    assert rows("SELECT count(*)::integer AS stores FROM stores") == [{"stores": 0}]


def test_an_answer_has_so_many_rows_and_says_that_there_are_more(
    emptied: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_ROWS", 3)
    said = answered(capsys, "SELECT n FROM generate_series(1, 4) AS n", exit_code=1)
    assert re.findall(r"^ +(\d)", said, re.M) == ["1", "2", "3"]
    assert "3 rows. There are more rows than one answer holds." in said
    assert "3 rows.\n" in answered(capsys, "SELECT n FROM generate_series(1, 3) AS n")


def test_an_answer_has_so_many_bytes(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT repeat('я', 400000) AS n FROM generate_series(1, 9)"
    assert cli.main(["sql", "--csv", query]) == 1
    printed = capsys.readouterr()
    assert len(printed.out.split()) == 1 + 2
    assert "There are more rows than one answer holds." in printed.err
    assert "0 rows. There are more" in answered(capsys, "SELECT repeat('x', 2000000)", exit_code=1)


def test_columns_of_one_name_are_all_shown(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT 7 AS id, '12:30' AS at, 8 AS id, count(*), count(*) + 1 AS count FROM stores;"
    printed = answered(capsys, query)
    assert re.search(r"id +at +id +count +count", printed)
    assert re.search(r"7 +12:30 +8 +0 +1", printed)


def test_a_mistake_is_named_in_the_words_of_postgres(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = answered(capsys, "SELECT nme FROM stores", exit_code=2)
    assert 'column "nme" does not exist' in said
    assert 'Perhaps you meant to reference the column "stores.name".' in said
    assert "migrations" not in said


VALUES = """SELECT 1.10 AS n, NULL AS nothing, true AS yes, ARRAY[1, 2] AS list, 'a "b", c' AS said,
    'infinity'::timestamptz AS at, '24:00'::time AS time, '{"a": [1, "x"]}'::json AS raw, '' AS empty"""


def test_values_are_shown_as_postgres_writes_them(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["1.10", "", "true", "[1,2]", 'a "b", c', "infinity", "24:00:00", '{"a": [1, "x"]}', ""]
    assert list(csv.reader(io.StringIO(answered(capsys, "--csv", VALUES))))[1] == cells
    assert [cell for cell in cells if cell not in answered(capsys, VALUES)] == []
    row = json.loads(answered(capsys, "--json", VALUES))[0]
    assert (row["n"], row["nothing"], row["yes"], row["list"], row["raw"]) == (1.1, None, True, [1, 2], {"a": [1, "x"]})
    assert json.loads(answered(capsys, "--json", "SELECT 1 FROM stores", exit_code=1)) == []


ODD = {"text": "до\0после \ud800 \\u0000 😀", "\udc00": "x"}


def test_what_postgres_cannot_hold_as_text_spoils_its_cell_alone(
    emptied: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as database:
        save(database, a_run(database), an_event(1), an_event(2, message=ODD), an_event(3))
    chosen = "FROM chat_messages ORDER BY sent_at"
    for path in ("raw->'message'->>'text'", "raw#>>'{message,text}'", "(raw#>'{message}')->>'text'"):
        said = [row[0] for row in csv.reader(io.StringIO(answered(capsys, "--csv", f"SELECT {path} {chosen}")))]
        assert said[1:] == ["Сообщение 1", "до\ufffdпосле \ufffd \\u0000 😀", "Сообщение 3"]
    assert "\\u0000" in answered(capsys, "--csv", f"SELECT raw {chosen}")
    assert "\0" not in answered(capsys, f"SELECT raw, raw->'message' {chosen}")


def test_a_document_that_is_nested_deeply_is_shown(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    depth = 4000
    query = f"SELECT 1 AS before, (repeat('[', {depth}) || repeat(']', {depth}))::json AS deep, 2 AS after"
    shown = list(csv.reader(io.StringIO(answered(capsys, "--csv", query))))[1]
    assert shown == ["1", "[" * depth + "]" * depth, "2"]


def test_hostile_words_are_shown_and_not_obeyed(
    emptied: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables.console, "_force_terminal", True)
    for form in ([], ["--csv"], ["--json"]):
        said = answered(capsys, *form, "SELECT E'\x1b[2J\u009b31m\u202eevil' AS \"\x1b[2J\u202ename\"")
        assert "evil" in said
        assert re.findall("\x1b\\[2J|[\x07\x9b\u202e]", said) == []


def test_bytes_are_those_of_lambdas_answer(emptied: str) -> None:
    """Whatever is in the rows: escaped twice, as the longest of Lambda's runtimes writes them, they fit."""
    for sign in ("x", '"', "я", "\\", "😀", "\x01", "€"):
        query = f"SELECT repeat('{sign}', 1000) FROM generate_series(1, 20000)"
        answer = queries.answer_query(query)
        assert not answer.complete
        assert len(json.dumps(answer.as_result())) < 6 * 1024 * 1024, sign
