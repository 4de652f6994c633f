"""Sync stores and show how each run ended.

Fetches what is new in each store, saves and labels it, and shows each run's
row of sync_logs. Ctrl-C stops cleanly: what is stored stays stored, and the
next sync continues from there.

examples:
  ./chats sync --stores shops.toml
  ./chats sync --stores shops.toml --store my-shop --classifier none
  ./chats sync --stores shops.toml --every 1h    by itself: docs/one-machine.md
  ./chats sync --json > runs.json

a stores file (TOML), one [[stores]] for each store:
  [[stores]]
  id = "my-shop"           # your own short name: letters, digits, - and _
  name = "ИП Иванова А. А."
  token_env = "WB_TOKEN"   # the environment variable that holds the token;
                           # or token = "..." itself

Make the token in the seller portal: a Personal token with the category
«Buyers chat»; read-only is enough. WB answers 10 requests at once and then one
a second, with a Base token one an HOUR. The sync waits as long as WB asks.
"""

import argparse
from pathlib import Path

from local.arguments import add_classifier, add_store_filter, span

CLASSIFIERS = "who labels the chats: keywords on this machine (default), openai at a model's server, or nobody"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to sync, and how."""
    parser.add_argument("--stores", type=Path, metavar="FILE", help="a stores file; without it, simulated stores")
    add_store_filter(parser)
    parser.add_argument("--full", action="store_true", help="read the whole history again from its beginning")
    same = "WB gave this store's seller a new id: go on with its token (may be repeated)"
    parser.add_argument("--same-store", action="append", metavar="ID", help=same)
    add_classifier(parser, ("keywords", "openai", "none"), CLASSIFIERS)
    about = "sync again and again, such as every 30m, 1h or 1d, with a line about each sync; Ctrl-C ends it"
    parser.add_argument("--every", type=span, metavar="TIME", help=about)
    parser.add_argument("--json", action="store_true", help="print the sync_logs rows as JSON; progress to stderr")


def run(arguments: argparse.Namespace) -> int:
    """Sync the stores asked for; 0 if all ended as success, else 1. With --every until it is stopped; 0 then."""
    if arguments.every:
        from local.sync.repeating import sync_every

        return sync_every(arguments)
    from local.sync.execution import sync

    return sync(arguments)
