"""The search's indexes, built anew beside their use after a migration has changed what is indexed.

Postgres builds each beside the old one, and nobody waits: searches go by the old one and rows are stored in both. A row
of `outdated_indexes` is done when no index has its number any more, so that also an index whose end nobody saw counts.
What a stopped server leaves is removed, and that index begun again.
"""

import math
import time
from contextlib import suppress
from dataclasses import replace

from pg8000.exceptions import InterfaceError

from chatsync.errors import DatabaseUnavailableError, MigrationUnfinishedError
from chatsync.settings import setting
from database.connection import Address, Database, connect, read_address, transaction

LOCK = 0x73656172  # "sear": held as long as Postgres builds, also for a caller that has gone.
POLL_SECONDS = 0.5
LONGEST_BUILD_SECONDS = 86_400
OUTDATED = """
SELECT relname AS name FROM outdated_indexes JOIN pg_class ON pg_class.oid = index ORDER BY pg_relation_size(index)
"""
# Of a build that was broken off: https://www.postgresql.org/docs/current/sql-reindex.html
LEFT_BEHIND = r"""
SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relname LIKE replace(:name, '_', '\_') || '\_cc%'
"""


def rebuild_search_indexes(login: Address | None = None, ends_at: float = math.inf) -> list[str]:
    """Build the outdated indexes anew, smallest first, and return the names of those that this call built.

    It waits for another call that is building them, and for Postgres until `ends_at` (of time.monotonic).

    Raises:
        DatabaseUnavailableError: Postgres is not reached.
        MigrationUnfinishedError: The time has come; Postgres goes on with the index that it has begun.
    """
    with transaction(login) as database:
        if not database.rows(OUTDATED):
            return []
    seconds = max(1, min(LONGEST_BUILD_SECONDS, ends_at - time.monotonic()))
    connection = connect(replace(login or read_address(setting("DATABASE_URL")), answer_seconds=round(seconds)))
    try:
        return _rebuild(Database(connection), ends_at)
    except DatabaseUnavailableError:
        raise _unfinished() from None
    finally:
        with suppress(InterfaceError, OSError):
            connection.close()


def _rebuild(database: Database, ends_at: float) -> list[str]:
    """Build as rebuild_search_indexes, each statement in a transaction of its own."""
    # Waiting inside Postgres would hold a snapshot, for whose end the building waits.
    while not database.rows("SELECT pg_try_advisory_lock(:lock) AS locked", lock=LOCK)[0]["locked"]:
        if time.monotonic() > ends_at:
            raise _unfinished()
        time.sleep(POLL_SECONDS)
    names = [outdated["name"] for outdated in database.rows(OUTDATED)]
    for name in names:
        if time.monotonic() > ends_at:
            raise _unfinished()
        for left in database.rows(LEFT_BEHIND, name=name):
            database.run(f"DROP INDEX CONCURRENTLY {left['name']}")
        database.run(f"REINDEX INDEX CONCURRENTLY {name}")
    database.run("DELETE FROM outdated_indexes")
    return names


def _unfinished() -> MigrationUnfinishedError:
    return MigrationUnfinishedError(
        "Not all indexes of the search are rebuilt yet; until then older messages are found as before. Postgres goes "
        "on with what it has begun. Do the same again in a while: it waits for that, and goes on behind it."
    )
