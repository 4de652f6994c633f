"""A query that a person wrote: one statement, which can only read, for so long, and with so much to show for it."""

from pg8000.exceptions import DatabaseError

from chatsync.errors import DatabaseRefusedError
from chatsync.people_tasks import QueryAnswer
from chatsync.settings import setting
from database.connection import Database, own_errors, read_address, transaction

LONGEST_QUERY_MS = 30_000  # half of what a connection waits for (database.connection.ANSWER_SECONDS)
MOST_ROWS = 10_000
# Of the rows' JSON in UTF-8. Lambda's answers have at most 6 MB; a row is a text in one, and escaping makes at most
# three bytes of one: two of a quote, six of a letter of two bytes.
MOST_BYTES = 1_900_000
STOPPED = "57014"  # query_canceled


def answer_query(query: str) -> QueryAnswer:
    """Run one statement as chat_reader (migration 0012) in a read-only transaction; return its first rows.

    It has a connection of its own, closed afterwards: what it sets or locks for its session ends with it.

    Raises:
        DatabaseUnavailableError: No connection, or it broke.
    """
    try:
        with transaction(read_address(setting("DATABASE_URL"))) as database:
            lines = _run(database, query)
    except DatabaseRefusedError as error:
        return QueryAnswer([], complete=True, refused=str(error))
    rows = [line for line in lines if line is not None]
    return QueryAnswer(rows, complete=len(rows) == len(lines), refused=None)


def _run(database: Database, query: str) -> list[str | None]:
    database.run(f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {LONGEST_QUERY_MS}")
    call = "SELECT answer_query(:query, :most_rows, :most_bytes)"
    with own_errors():
        try:
            rows = database.connection.run(call, query=query, most_rows=MOST_ROWS, most_bytes=MOST_BYTES)
        except DatabaseError as error:
            raise DatabaseRefusedError(_describe(error.args[0])) from None
    return [line for (line,) in rows]


def _describe(error: dict[str, str]) -> str:
    """Return Postgres' own words, message and hint: they may quote what is stored, to the one who may read it."""
    if error.get("C") == STOPPED:
        return f"It took longer than {LONGEST_QUERY_MS // 1000} s and was stopped. Let it read less."
    return " ".join(error[part] for part in "MH" if part in error)
