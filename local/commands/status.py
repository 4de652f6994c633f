"""Show stores, tokens, cursors and the last runs."""

import argparse
from typing import Any

from local.arguments import add_stack
from local.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add of which stack, and what to show instead."""
    add_stack(parser)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--gaps", action="store_true", help="list the chats with a newer message at WB than stored")
    about = "say how other programs (psql, DBeaver) reach the database of this machine"
    shown.add_argument("--connection", action="store_true", help=about)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables; 1 if there is no store."""
    from local.installation.data import read_data
    from local.terminal.tables import show_gaps

    if arguments.connection:
        return _show_connection(arguments.stack)
    if arguments.gaps:
        gaps = read_data(arguments.stack, "gaps")
        show_gaps(gaps["chats"], gaps["total"])
        return 0
    return _show_status(read_data(arguments.stack, "status"), arguments.stack)


def _show_connection(stack: str | None) -> int:
    from local.installation.connection import describe_connection
    from local.terminal.tables import console

    if stack is not None:
        raise UsageError("--connection is about this machine's database. A stack's is reached by its functions alone.")
    console.print(describe_connection(), soft_wrap=True)
    return 0


def _show_status(status: dict[str, Any], stack: str | None) -> int:
    from local.terminal.next_commands import name_command
    from local.terminal.tables import NOTHING_SYNCED, console, show_last_errors, show_runs, show_stores

    if not status["stores"]:
        add = name_command("store add ID --name TEXT", stack)
        console.sentence(NOTHING_SYNCED if stack is None else f"This stack has no store yet. Add one: {add}.")
        return 1
    stores = sorted(status["stores"], key=lambda store: str(store["id"]))
    show_stores(stores, status["total"], name_command("problems", stack))
    show_runs(status["runs"], "the last runs (sync_logs)")
    show_last_errors(stores, status["runs"])
    return 0
