import importlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import MigrateDatabase, MigratedDatabase
from chatsync.observability import logger, observed
from chatsync.settings import setting
from database import logins
from database.connection import read_address, transaction
from database.fills import fill_tables
from database.marks import mark_messages
from database.migrations import migrate
from database.search_indexes import rebuild_search_indexes

MIGRATION_SECONDS = 540  # Then it says what is unfinished; this function's Timeout is longer. Postgres goes on.


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run the missing migrations and what follows them, and make the user that all other functions log in as."""
    task = MigrateDatabase.parse(event)
    functions_login = read_address(setting("DATABASE_URL"))
    master = replace(functions_login, user=task.user, password=task.password)
    ends_at = time.monotonic() + MIGRATION_SECONDS
    folder = Path(importlib.import_module("migrations").__path__[0])  # the SQL files of its layer
    versions = migrate(folder, master, ends_at)
    fill_tables(master, ends_at)
    marked = mark_messages(master, ends_at)
    rebuilt = rebuild_search_indexes(master, ends_at)
    with transaction(master) as database:
        logins.ensure_user(database, functions_login.user)
    logger.info("Database migrated", extra={"versions": versions, "messages_marked": marked, "rebuilt": rebuilt})
    return MigratedDatabase(versions).as_result()
