"""The command line: what can be asked, and what each exit code means."""

import argparse
import sys
from pathlib import Path

from chatsync.errors import ChatSyncError
from local.commands import chat, graph, simulator, status, sync
from local.engine.interpreter import EngineBroken
from local.engine.postgres import PostgresInUse
from local.engine.stack import StackInvalid
from local.errors import UsageError

EXIT_SUCCESS, EXIT_INCOMPLETE, EXIT_USAGE = 0, 1, 2

DESCRIPTION = """\
The whole of Chat History Sync on this machine: the state machine, the functions and the database of the deployed
stack, with neither AWS nor Docker. Without a stores file it syncs the stores of a simulated Wildberries.
"""
ENVIRONMENT = """\
environment:
  WB_API_URL     another Wildberries server than the real one (or the simulator)
  DATABASE_URL   another Postgres than the one kept in .local/: postgresql://user:password@host:port/database
  CLASSIFIER     keywords (the default), or openai/MODEL with OPENAI_API_KEY and OPENAI_BASE_URL

exit codes:
  0  all went well      1  some store was not synced whole, or nothing was found      2  wrong use
"""
STORES_FILE = """\
a stores file (TOML):
  [[stores]]
  id = "my-shop"               # your own short name: letters, digits, - and _
  name = "ИП Иванова А. А."
  token_env = "WB_TOKEN"       # the environment variable that holds the token; or token = "..." itself
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        exit_code: int = asked.command(asked)
    except (UsageError, StackInvalid, PostgresInUse) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    except (ChatSyncError, EngineBroken) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_INCOMPLETE
    return exit_code


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m local", description=DESCRIPTION, epilog=ENVIRONMENT, formatter_class=layout
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    syncing = commands.add_parser(
        "sync", help="sync stores, and show how each run ended", epilog=STORES_FILE, formatter_class=layout
    )
    syncing.add_argument("--stores", type=Path, metavar="FILE", help="a stores file; without it, simulated stores")
    syncing.add_argument("--store", action="append", metavar="ID", help="only this store (may be repeated)")
    syncing.add_argument("--full", action="store_true", help="read the whole history again from its beginning")
    syncing.add_argument("--no-classify", action="store_true", help="leave the chats' labels as they are")
    syncing.add_argument("--json", action="store_true", help="print the sync_logs rows as JSON, and nothing else")
    syncing.set_defaults(command=sync.run)

    seeing = commands.add_parser("status", help="show stores, tokens, cursors and the last runs")
    seeing.set_defaults(command=status.run)

    reading = commands.add_parser("chat", help="print a whole conversation")
    reading.add_argument("id", metavar="ID", help="the chat's id, such as 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19")
    reading.set_defaults(command=chat.run)

    simulating = commands.add_parser("simulator", help="serve the simulated Wildberries alone")
    simulating.add_argument("--port", type=int, default=8080, help="the port on 127.0.0.1 (default: 8080)")
    simulating.add_argument("--stores", type=int, metavar="N", help="so many grown stores instead of the five")
    simulating.add_argument("--events", type=int, default=600, metavar="N", help="events of each (default: 600)")
    simulating.set_defaults(command=simulator.run)

    drawing = commands.add_parser("graph", help="write the state machine's diagram into a Markdown file")
    drawing.add_argument("file", type=Path, help="the file with the markers between which the diagram stands")
    drawing.add_argument("--check", action="store_true", help="only say whether the diagram is up to date")
    drawing.set_defaults(command=graph.run)
    return parser
