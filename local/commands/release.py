"""Free stores that a dead run or a remembered limit holds.

Closes the running runs of stores. A run that was killed holds its store for 20
minutes (in the database kept in .local/ only until the next sync); this frees
it at once. A run that is still alive ends as an error, and loses nothing.

Also forgets how long Wildberries told the stores' sellers to wait: the next
run asks at once, and waits anew only if Wildberries says so again.
"""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from database.connection import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which stores."""
    parser.add_argument("store", nargs="+", metavar="STORE", help="the store's id")


def run(arguments: argparse.Namespace) -> int:
    """Close the stores' running runs and forget their limits; 1 if one of the stores had neither."""
    from local.installation.database import query
    from local.terminal.tables import console, visible

    released = query(lambda database: {store_id: _release(database, store_id) for store_id in arguments.store})
    for store_id, (runs, limits) in released.items():
        outcome = "its run was closed; the next one continues from the cursor" if runs else "no run was active"
        forgotten = "its limits at WB are forgotten" if limits else "no limit was remembered"
        console.sentence(f"{visible(store_id)}: {outcome}; {forgotten}.")
    return 0 if all(map(any, released.values())) else 1


def _release(database: "Database", store_id: str) -> tuple[int, int]:
    """Return how many runs were closed and limits forgotten."""
    from database import rate_limits, run_ends

    limits = rate_limits.forget_waits(database, store_id)
    return run_ends.release_store(database, store_id), limits
