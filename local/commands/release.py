"""`python -m local release`: free stores whose run is dead but still holds the lease."""

import argparse

from database import run_ends
from database.connection import Database
from local.installation.database import query
from local.terminal.tables import console, visible


def run(asked: argparse.Namespace) -> int:
    """Close the stores' running runs; 1 if one of them had none."""

    def release(database: Database) -> dict[str, int]:
        return {store_id: run_ends.release_store(database, store_id) for store_id in asked.store}

    freed = query(release)
    for store_id, runs in freed.items():
        said = "its run was closed; the next one goes on from the cursor" if runs else "no run was going on"
        console.sentence(f"{visible(store_id)}: {said}.")
    return 0 if all(freed.values()) else 1
