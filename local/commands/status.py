"""`python -m local status`: stores, tokens, cursors and the last runs."""

import argparse

from database import stores, sync_logs
from database.connection import transaction
from local.database import opened_database
from local.tables import console, show_runs, show_stores

RUNS_SHOWN = 10


def run(asked: argparse.Namespace) -> int:
    """Print the tables; 1 if nothing was ever synced."""
    with opened_database(for_reading=True), transaction() as database:
        known, runs = stores.overview(database), sync_logs.latest(database, RUNS_SHOWN)
    if not known:
        console.print("No store was synced yet. `make run` syncs the simulator's.")
        return 1
    show_stores(known)
    show_runs(runs)
    return 0
