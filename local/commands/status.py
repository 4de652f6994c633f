"""Show stores, tokens, cursors and the last runs."""

import argparse

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

    if arguments.gaps:
        show_gaps(query(list_gaps))
        return 0
    stores, runs = query(lambda database: (list_stores(database), list_runs(database, RUNS_SHOWN)))
    if not stores:
        console.sentence(NOTHING_SYNCED)
        return 1
    show_stores(sorted(stores, key=lambda store: store["id"]))
    show_runs(runs, "the last runs (sync_logs)")
    return 0
