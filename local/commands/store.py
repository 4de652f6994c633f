"""Add, pause, resume or remove a store of a deployed stack, or replace its token.

The token comes from stdin, never as an argument. One that cannot work is
refused, and nothing is changed; so is a token of another seller than the
store's history. (Without AWS, edit the stores file instead.)

examples:
  ./chats store add my-shop --name 'ИП Иванова А. А.' \\
      --stack chat-history-sync < token.txt       (or type it when asked)
  ./chats store token my-shop --stack chat-history-sync < token.txt
  ./chats store pause my-shop --stack chat-history-sync
  ./chats store remove my-shop --stack chat-history-sync
AWS_PROFILE and AWS_REGION say which account and region, as for `aws`.
"""

import argparse

OUTCOMES = {
    "add": "added. The schedule syncs it from now on",
    "token": "has a new token, used within a minute",
    "pause": "paused. A running sync ends by itself; its token and history stay",
    "resume": "resumed. The schedule syncs it again",
    "remove": "removed: its token is deleted and nothing syncs it. Its history stays in the database",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, to which store of which stack."""
    parser.add_argument("action", choices=tuple(OUTCOMES))
    parser.add_argument("store", metavar="ID", help="the store's id: letters, digits, - and _")
    parser.add_argument("--stack", required=True, metavar="NAME", help="the stack's name, as given to `sam deploy`")
    parser.add_argument("--name", metavar="TEXT", help="with add: the store's name, for people")
    same = "with token or add: it is the same seller, to whom WB gave a new id"
    parser.add_argument("--same-store", action="store_true", help=same)


def run(arguments: argparse.Namespace) -> int:
    """Do it, or refuse; 0 if it was done."""
    from local.installation.store_changes import change_store
    from local.terminal.tables import console, visible

    same_store: bool = arguments.same_store
    token = change_store(arguments.stack, arguments.action, arguments.store, arguments.name, same_store=same_store)
    if token:
        console.sentence(token)
    console.sentence(f"{visible(arguments.store)}: {OUTCOMES[arguments.action]}.")
    return 0
