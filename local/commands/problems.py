"""List what is known to be missing or damaged.

Each sync tries to solve what is open, and says `partial` until nothing is.
--retry tries at once what needs no request to Wildberries, and lets the next
sync read incomplete stretches of the stream again. --dismiss closes a problem
that can never be solved; its reason is kept. The newest thousand are listed.

examples:
  ./chats problems --store my-shop
  ./chats problems --retry
  ./chats problems --dismiss 12 --reason "WB's support says: lost for good"
  ./chats problems --stack chat-history-sync      those of a deployed stack
"""

import argparse

from chatsync.people_tasks import LONGEST_REASON
from local.arguments import add_stack, add_store_filter, whole_number
from local.errors import UsageError

LARGEST_ID = 2**63 - 1  # a bigint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add of which stores, and what to do about the problems."""
    add_store_filter(parser)
    add_stack(parser)
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--retry", action="store_true", help="try to solve them now, as far as that needs no request")
    number = whole_number(1, LARGEST_ID)
    act.add_argument("--dismiss", type=number, metavar="ID", help="close this problem, for a --reason")
    parser.add_argument("--reason", metavar="TEXT", help="with --dismiss: why nothing more will come of it")


def run(arguments: argparse.Namespace) -> int:
    """List the open problems, or act on them; 0 however many there are, as `status`."""
    from local.installation.data import change_data, read_data
    from local.terminal.problems import show_problems, show_retried

    if arguments.dismiss is not None or arguments.reason is not None:
        return _dismiss(arguments)
    stack, chosen = arguments.stack, {"store_ids": arguments.store}
    if arguments.retry:
        show_retried(change_data(stack, "retry_problems", **chosen)["stores"], stack)
    listed = read_data(stack, "problems", **chosen)
    show_problems(listed["problems"], listed["total"], stack)
    return 0


def _dismiss(arguments: argparse.Namespace) -> int:
    from local.installation.data import change_data
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
    change_data(arguments.stack, "dismiss_problem", id=arguments.dismiss, reason=reason)
    console.sentence(f"Problem {arguments.dismiss} is dismissed. It is opened again only if more becomes missing.")
    return 0
