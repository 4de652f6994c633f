"""`python -m local sql`: one query on the stored data, for looking only."""

import argparse
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table

from chatsync.errors import DatabaseRefusedError
from database.connection import Database
from local.errors import UsageError
from local.installation.database import query
from local.terminal.tables import console, visible
from reading.queries import answer_query


def run(asked: argparse.Namespace) -> int:
    """Print the rows as a table; 1 if there are none."""

    def look(database: Database) -> tuple[list[str], list[list[Any]]]:
        try:
            return answer_query(database, asked.query)
        except DatabaseRefusedError as error:
            raise UsageError(f"That query cannot be answered. {error}") from None

    columns, rows = query(look)
    if rows:
        table = Table(box=box.SIMPLE_HEAD)
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(_cell(value) for value in row))
        console.print(table)
    console.sentence(f"{len(rows)} row{'' if len(rows) == 1 else 's'}.")
    return 0 if rows else 1


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return "" if value is None else visible(str(value))
