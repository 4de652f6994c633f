"""A query that a person wrote, answered for looking only."""

from typing import Any

from pg8000.exceptions import DatabaseError

from chatsync.errors import DatabaseRefusedError
from database.connection import Database, own_errors


def answer_query(database: Database, sql: str) -> tuple[list[str], list[list[Any]]]:
    """Run one statement, which can only read; return its columns' names and its rows.

    Raises:
        DatabaseUnavailableError: The connection is gone, or Postgres asks to try again.
        DatabaseRefusedError: In Postgres' own words, which may quote the statement: for who wrote it alone.
    """
    database.run("SET TRANSACTION READ ONLY")
    with own_errors():
        try:  # not `run`: without parameters it takes several statements, a COMMIT among them
            done = database.connection.execute_unnamed(sql)
        except DatabaseError as error:
            said = " ".join(error.args[0][part] for part in "MH" if part in error.args[0])  # message, hint
            raise DatabaseRefusedError(said) from None
    return [column["name"] for column in done.columns or []], done.rows or []
