"""List what is known to be missing or damaged.

Each sync tries to solve what is open, and says `partial` until nothing is.
--retry tries at once what needs no request to Wildberries, and lets the next
sync read incomplete stretches of the stream again. --dismiss closes a problem
that can never be solved; its reason is kept.

examples:
  ./chats problems --store my-shop
  ./chats problems --retry
  ./chats problems --dismiss 12 --reason "WB's support says: lost for good"
"""

import argparse
import getpass
from typing import TYPE_CHECKING

from local.arguments import add_store_filter, whole_number
from local.errors import UsageError

if TYPE_CHECKING:
    from database.connection import Database
    from local.terminal.problems import Retried

LARGEST_ID = 2**63 - 1  # a bigint
LONGEST_REASON = 1000  # characters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add of which stores, and what to do about the problems."""
    add_store_filter(parser)
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--retry", action="store_true", help="try to solve them now, as far as that needs no request")
    number = whole_number(1, LARGEST_ID)
    act.add_argument("--dismiss", type=number, metavar="ID", help="close this problem, for a --reason")
    parser.add_argument("--reason", metavar="TEXT", help="with --dismiss: why nothing more will come of it")


def run(arguments: argparse.Namespace) -> int:
    """List the open problems, or act on them; 0 however many there are, as `status`."""
    from local.installation.database import query
    from local.terminal.problems import show_problems, show_retried

    if arguments.dismiss is not None or arguments.reason is not None:
        return _dismiss(arguments)
    if arguments.retry:
        show_retried(query(lambda database: _retry(database, arguments.store)))
    show_problems(query(lambda database: _list(database, arguments.store)))
    return 0


def _list(database: "Database", store_ids: list[str] | None) -> list[dict[str, object]]:
    from reading.problems import list_problems

    return list_problems(database, _known(database, store_ids))


def _retry(database: "Database", store_ids: list[str] | None) -> "list[Retried]":
    from database import problems, stores
    from database.messages import retry_quarantined
    from database.stretches import forget_tries
    from local.terminal.problems import Retried
    from reading.problems import list_problems

    retried = []
    for store_id in sorted({each["store_id"] for each in list_problems(database, _known(database, store_ids))}):
        before = problems.count_open(database, store_id)
        retry_quarantined(database, store_id)
        problems.close_solved(database, store_id)
        forget_tries(database, store_id)
        stores.refresh_statistics(database, store_id)
        after = problems.count_open(database, store_id)
        solved = sum(before.values()) - sum(after.values())
        retried.append(Retried(store_id, solved=solved, stretches=after.get(problems.STRETCH, 0)))
    return retried


def _known(database: "Database", store_ids: list[str] | None) -> list[str] | None:
    """Return these ids; raises StoreUnknownError where one is not stored."""
    from database import stores

    return stores.ids_to_sync(database, store_ids) if store_ids else None


def _dismiss(arguments: argparse.Namespace) -> int:
    from database.problems import dismiss_problem
    from local.installation.database import query
    from local.terminal.tables import console

    reason = (arguments.reason or "").strip()
    if arguments.dismiss is None:
        raise UsageError("--reason belongs to --dismiss ID. `./chats problems` lists the ids.")
    if arguments.store:
        raise UsageError("--dismiss closes one problem by its id: leave --store out.")
    if not reason:
        raise UsageError("Give a --reason: why will nothing more come of this problem?")
    if len(reason) > LONGEST_REASON:
        raise UsageError(f"The reason has more than {LONGEST_REASON} characters. Make it shorter.")
    query(lambda database: dismiss_problem(database, arguments.dismiss, reason, _who()))
    console.sentence(f"Problem {arguments.dismiss} is dismissed. It is opened again only if more becomes missing.")
    return 0


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # A container's user may have no name.
        return "unknown"
