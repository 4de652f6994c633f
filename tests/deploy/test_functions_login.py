"""The functions' database user does all of their work (every test of tests/sync runs as it), and nothing else."""

import pytest

from chatsync.errors import DatabaseRefusedError
from database import logins
from database.connection import Database, read_address, transaction
from tests.support.project import TABLES

DENIED = "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n integer)",
        "ALTER TABLE chats ADD COLUMN mine integer",
        "DROP TABLE chat_labels",
        "CREATE INDEX mine ON chats (id)",
        "TRUNCATE chat_messages",
        "DELETE FROM chat_messages",
        "DELETE FROM stores",
        "SELECT * FROM schema_migrations",
        "INSERT INTO schema_migrations (version) VALUES ('9999_mine')",
        "CREATE ROLE mine",
        "GRANT SELECT ON chats TO PUBLIC",
    ],
)
def test_it_can_neither_change_tables_nor_delete_rows(functions_url: str, emptied: str, statement: str) -> None:
    if statement.startswith("GRANT"):  # Postgres only warns, and grants nothing.
        with transaction(read_address(functions_url)) as database:
            database.run(statement)
        with transaction() as database:
            assert database.rows("SELECT has_table_privilege('rds_iam', 'chats', 'SELECT') AS may") == [{"may": False}]
        return
    with pytest.raises(DatabaseRefusedError, match=DENIED), transaction(read_address(functions_url)) as database:
        database.run(statement)


def test_it_has_its_rights_on_every_table(functions_url: str, emptied: str) -> None:
    with transaction(read_address(functions_url)) as database:
        for table in TABLES.split(", "):
            may = [
                database.rows("SELECT has_table_privilege(:table, :right) AS may", table=table, right=right)[0]["may"]
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
            ]
            assert may == [True, True, True, False, False], table


def test_it_logs_in_by_iam(functions_url: str, database: Database) -> None:
    user = read_address(functions_url).user
    assert database.rows("SELECT pg_has_role(:user, 'rds_iam', 'MEMBER') AS by_iam", user=user) == [{"by_iam": True}]


def test_a_right_that_an_older_version_granted_is_taken_away(functions_url: str, database: Database) -> None:
    user = read_address(functions_url).user
    database.run(f"GRANT DELETE ON chats TO {user}")
    logins.ensure_user(database, user)
    assert database.rows("SELECT has_table_privilege(:user, 'chats', 'DELETE') AS may", user=user) == [{"may": False}]


def test_a_name_is_quoted(functions_url: str, database: Database) -> None:
    logins.ensure_user(database, 'x"; DROP TABLE chats; --')
    assert database.rows("SELECT count(*)::integer AS n FROM pg_roles WHERE rolname LIKE 'x\"%'") == [{"n": 1}]
    assert database.rows("SELECT to_regclass('chats') IS NOT NULL AS there") == [{"there": True}]
