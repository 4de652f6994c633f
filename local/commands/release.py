"""Free stores that a dead run still holds.

Closes the running runs of stores. A run that was killed holds its store for 20
minutes (in the database kept in .local/ only until the next sync); this frees
it at once. A run that is still alive ends as an error, and loses nothing.
"""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which stores."""
    parser.add_argument("store", nargs="+", metavar="STORE", help="the store's id")


def run(arguments: argparse.Namespace) -> int:
    """Close the stores' running runs; 1 if one of them had none."""
    from database import run_ends
    from local.installation.database import query
    from local.terminal.tables import console, visible

    ids: list[str] = arguments.store
    closed_runs = query(lambda database: {store_id: run_ends.release_store(database, store_id) for store_id in ids})
    for store_id, runs in closed_runs.items():
        outcome = "its run was closed; the next one continues from the cursor" if runs else "no run was active"
        console.sentence(f"{visible(store_id)}: {outcome}.")
    return 0 if all(closed_runs.values()) else 1
