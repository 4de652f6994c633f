"""Show stores, tokens, cursors and the last runs."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from database.connection import Database

RUNS_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to show instead."""
    parser.add_argument("--gaps", action="store_true", help="list the chats with a newer message at WB than stored")


def run(arguments: argparse.Namespace) -> int:
    """Print the tables; 1 if nothing was ever synced."""
    from local.installation.database import query
    from local.terminal.tables import NOTHING_SYNCED, console, show_gaps, show_runs, show_stores
    from reading.gaps import list_gaps
    from reading.runs import list_runs
    from reading.stores import list_stores

    def read_overview(database: "Database") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return sorted(list_stores(database), key=lambda store: store["id"]), list_runs(database, RUNS_SHOWN)

    if arguments.gaps:
        show_gaps(query(list_gaps))
        return 0
    stored, runs = query(read_overview)
    if not stored:
        console.sentence(NOTHING_SYNCED)
        return 1
    show_stores(stored)
    show_runs(runs, "the last runs (sync_logs)")
    return 0
