"""Migrations: plain SQL files, forward only, each once and in its own transaction, under one lock.

A migration goes to Postgres in one message, with its entry in the journal and its COMMIT. So Postgres finishes what it
has begun, however long that takes and whatever becomes of the program that sent it: a function's time does not bound an
index over a hundred million messages. Who comes next waits for the lock, and goes on behind it.
"""

import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pg8000.exceptions import InterfaceError

from chatsync.errors import DatabaseRefusedError, DatabaseUnavailableError, MigrationUnfinishedError
from chatsync.settings import setting
from database.connection import Address, Database, connect, read_address, transaction

LOCK = 0x63686174  # "chat": two runners at once wait for each other instead of colliding.
LONGEST_STATEMENT_SECONDS = 3600  # an index over a grown table of messages
JOURNAL = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version    text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
# A notice would be sent at once, and Postgres would meet that nobody listens any more.
BEGIN = "BEGIN; SET LOCAL client_min_messages = error; INSERT INTO schema_migrations (version) VALUES ('{version}');"


@dataclass(frozen=True)
class Migration:
    """A file NNNN_name.sql; its version is the whole name without the ending."""

    version: str
    sql: str


def read_migrations(folder: Path) -> list[Migration]:
    """Return the folder's migrations in order."""
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]


def migrate(folder: Path, login: Address | None = None, ends_at: float = math.inf) -> list[str]:
    """Apply what has not been applied yet and return its versions; a failure leaves all before it applied.

    `login` is who may change tables; without one it is DATABASE_URL's. After `ends_at` (of time.monotonic) no answer is
    waited for.

    Raises:
        DatabaseUnavailableError: Postgres is not reached.
        DatabaseRefusedError: A migration failed; the message names it.
        MigrationUnfinishedError: A migration's end was not seen; the message names it.
    """
    address = login or read_address(setting("DATABASE_URL"))
    return [migration.version for migration in _missing(folder, address) if _apply(migration, address, ends_at)]


def _missing(folder: Path, login: Address) -> list[Migration]:
    """Return the migrations that the journal lacks. It takes no lock: with nothing to do, no caller waits."""
    with transaction(login) as database:
        there = database.rows("SELECT FROM pg_class WHERE oid = to_regclass('schema_migrations')")
        done = {row["version"] for row in database.rows("SELECT version FROM schema_migrations")} if there else set()
    return [migration for migration in read_migrations(folder) if migration.version not in done]


def _apply(migration: Migration, login: Address, ends_at: float) -> bool:
    """Return whether it was applied here; False where another runner has done it meanwhile."""
    seconds = max(1, min(LONGEST_STATEMENT_SECONDS, ends_at - time.monotonic()))
    connection = connect(replace(login, answer_seconds=round(seconds)))
    try:
        return _run(migration, Database(connection))
    except DatabaseRefusedError as error:
        raise DatabaseRefusedError(f"The migration {migration.version} failed. {error}") from None
    except DatabaseUnavailableError:
        raise MigrationUnfinishedError(
            f"The migration {migration.version} is not known to be finished. Postgres goes on with what it has begun. "
            "Do the same again in a while: it waits for the migration, and goes on behind it."
        ) from None
    finally:
        with suppress(InterfaceError, OSError):
            connection.close()  # and with it the lock, once Postgres has finished


def _run(migration: Migration, database: Database) -> bool:
    database.rows("SELECT pg_advisory_lock(:lock)", lock=LOCK)
    database.run(JOURNAL)
    if database.rows("SELECT FROM schema_migrations WHERE version = :version", version=migration.version):
        return False
    database.run(f"{BEGIN.format(version=migration.version)}\n{migration.sql}\n;COMMIT")
    return True
