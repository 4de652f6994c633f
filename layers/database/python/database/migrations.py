"""Migrations: plain SQL files, forward only, each once and in its own transaction, under one lock."""

from dataclasses import dataclass, replace
from pathlib import Path

from chatsync.errors import DatabaseRefusedError
from chatsync.settings import setting
from database.connection import Address, read_address, transaction

LOCK = 0x63686174  # "chat": two runners at once wait for each other instead of colliding.
LONGEST_STATEMENT_SECONDS = 3600  # an index over a grown table of messages
JOURNAL = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version    text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


@dataclass(frozen=True)
class Migration:
    """A file NNNN_name.sql; its version is the whole name without the ending."""

    version: str
    sql: str


def read_migrations(folder: Path) -> list[Migration]:
    """Return the folder's migrations in order."""
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]


def migrate(folder: Path, login: Address | None = None) -> list[str]:
    """Apply what has not been applied yet and return its versions; a failure leaves all before it applied.

    `login` is who may change tables; without one it is DATABASE_URL's.

    Raises:
        DatabaseUnavailableError: Postgres is not reached.
        DatabaseRefusedError: A migration failed; the message names it.
    """
    address = login or read_address(setting("DATABASE_URL"))
    patient = replace(address, answer_seconds=address.answer_seconds or LONGEST_STATEMENT_SECONDS)
    return [migration.version for migration in read_migrations(folder) if _apply(migration, patient)]


def _apply(migration: Migration, login: Address) -> bool:
    with transaction(login) as database:
        database.rows("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
        database.run(JOURNAL)
        journal = "INSERT INTO schema_migrations (version) VALUES (:version) ON CONFLICT DO NOTHING"
        if database.run(journal, version=migration.version) == 0:
            return False
        try:
            database.run(migration.sql)
        except DatabaseRefusedError as error:
            raise DatabaseRefusedError(f"The migration {migration.version} failed. {error}") from None
    return True
