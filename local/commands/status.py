"""`python -m local status`: stores, tokens, cursors and the last runs."""

import argparse
from typing import Any

from database.connection import Database
from local.installation.database import query
from local.terminal.tables import console, show_gaps, show_runs, show_stores
from reading.gaps import list_gaps
from reading.runs import list_runs
from reading.stores import list_stores

RUNS_SHOWN = 10

Rows = list[dict[str, Any]]


def run(asked: argparse.Namespace) -> int:
    """Print the tables; 1 if nothing was ever synced."""
    if asked.gaps:
        show_gaps(query(list_gaps))
        return 0
    known, runs = query(_look)
    if not known:
        console.print("No store was synced yet. `make run` syncs the simulator's.")
        return 1
    show_stores(known)
    show_runs(runs, "the last runs (sync_logs)")
    return 0


def _look(database: Database) -> tuple[Rows, Rows]:
    return sorted(list_stores(database), key=lambda store: store["id"]), list_runs(database, RUNS_SHOWN)
