"""Transactions as the role chat_viewer: it may read, and write labels; and no statement may take long."""

from collections.abc import Iterator
from contextlib import contextmanager

from database.connection import Database, transaction

ROLE = "chat_viewer"  # migrations/0004_viewer.sql makes it
# A web page that takes longer is of no use; API Gateway gives up after 30 s.
LONGEST_STATEMENT_MS = 8000
# The queries are short: compiling their statements, or starting workers for them, takes longer than they do.
AS_VIEWER = f"""
    SET LOCAL ROLE {ROLE}; SET LOCAL statement_timeout = {LONGEST_STATEMENT_MS};
    SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0
"""


@contextmanager
def reading_transaction() -> Iterator[Database]:
    """Yield a transaction that can write nothing. Raises as database.connection.transaction."""
    with transaction() as database:
        database.run(f"SET TRANSACTION READ ONLY; {AS_VIEWER}")
        yield database


@contextmanager
def writing_transaction() -> Iterator[Database]:
    """Yield a transaction that can write labels and marks, nothing else. Raises as database.connection.transaction."""
    with transaction() as database:
        database.run(AS_VIEWER)
        yield database
