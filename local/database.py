"""The database of the command line: the one that DATABASE_URL names, or the one kept in .local/."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from database import migrations
from local.engine.postgres import Postgres, PostgresInUse
from local.paths import KEPT, MIGRATIONS

KEPT_DATABASE = KEPT / "postgres"
PORT_LINE = 3  # of postmaster.pid, counted from 0


@contextmanager
def opened_database(for_reading: bool = False) -> Iterator[bool]:
    """Set DATABASE_URL for this process and bring the tables up to date; yield whether the database is ours alone.

    A reader may look at the kept database while a sync runs on it.

    Raises:
        PostgresInUse: Another sync runs on the kept database.
        DatabaseUnavailableError: DATABASE_URL names no reachable Postgres.
    """
    if os.environ.get("DATABASE_URL"):
        migrations.migrate(MIGRATIONS)
        yield False
        return
    KEPT.mkdir(exist_ok=True)
    try:
        with Postgres(KEPT_DATABASE, durable=True) as postgres:
            os.environ["DATABASE_URL"] = postgres.url
            migrations.migrate(MIGRATIONS)
            yield True
    except PostgresInUse:
        if not for_reading:
            raise
        os.environ["DATABASE_URL"] = _url_of_running_server()
        yield False
    finally:
        os.environ.pop("DATABASE_URL", None)


def _url_of_running_server() -> str:
    port = (KEPT_DATABASE / "postmaster.pid").read_text(encoding="utf-8").splitlines()[PORT_LINE]
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"
