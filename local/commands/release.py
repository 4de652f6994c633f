"""Free stores that a dead run or a remembered limit holds.

Closes the running runs of stores. A run that was killed holds its store for 20
minutes (in the database kept in .local/ only until the next sync); this frees
it at once. A run that is still alive ends as an error, and loses nothing.

Also forgets how long Wildberries told the stores' sellers to wait: the next
run asks at once, and waits anew only if Wildberries says so again.
"""

import argparse

from local.arguments import add_stack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which stores, and of which stack."""
    parser.add_argument("store", nargs="+", metavar="STORE", help="the store's id")
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Close the stores' running runs and forget their limits; 1 if one of the stores had neither."""
    from local.installation.data import change_data
    from local.terminal.tables import console, visible

    released = change_data(arguments.stack, "release_stores", store_ids=arguments.store)["stores"]
    for store in released:
        outcome = "its run was closed; the next one continues from the cursor" if store["runs"] else "no run was active"
        forgotten = "its limits at WB are forgotten" if store["limits"] else "no limit was remembered"
        console.sentence(f"{visible(store['store_id'])}: {outcome}; {forgotten}.")
    return 0 if all(store["runs"] or store["limits"] for store in released) else 1
