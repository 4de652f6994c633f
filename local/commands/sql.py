"""Run one query on what is stored.

A query can only read: nothing is changed, whatever it says.
"""

import argparse
from typing import TYPE_CHECKING, Any

from local.errors import UsageError

if TYPE_CHECKING:
    from database.connection import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the query."""
    parser.add_argument("query", metavar="QUERY", help='such as "SELECT count(*) FROM chat_messages"')


def run(arguments: argparse.Namespace) -> int:
    """Print the rows as a table; 1 if there are none."""
    from chatsync.errors import DatabaseRefusedError
    from local.installation.database import query
    from local.terminal.tables import console, count_of, show_rows
    from reading.queries import answer_query

    def read_rows(database: "Database") -> tuple[list[str], list[list[Any]]]:
        try:
            return answer_query(database, arguments.query)
        except DatabaseRefusedError as error:
            raise UsageError(f"That query cannot be answered. {error}") from None

    columns, rows = query(read_rows)
    if rows:
        show_rows(columns, rows)
    console.sentence(f"{count_of(len(rows), 'row')}.")
    return 0 if rows else 1
