"""The command line: what can be asked, and what each exit code means."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chatsync.errors import ChatSyncError
from local.errors import NotNowError, UsageError

EXIT_INCOMPLETE, EXIT_USAGE = 1, 2
LARGEST_PORT = 65535
MOST_STORES, MOST_EVENTS = 10_000, 1_000_000  # More would not fit into the memory of a small machine.

# Help texts are at most 79 wide: they are printed as they stand here.
DESCRIPTION = """\
The whole of Chat History Sync on this machine: the state machine, the
functions and the database of the deployed stack, with neither AWS nor Docker.
Without a stores file it syncs the stores of a simulated Wildberries.
"""
OVERVIEW = """\
examples:
  python -m local sync                     five simulated stores, 20 seconds
  python -m local sync --stores shops.toml your own stores (see `sync --help`)
  python -m local status                   what is stored, how the runs ended
  python -m local chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19
                                           a conversation, first message to last

environment:
  DATABASE_URL   another Postgres than the one kept in .local/:
                 postgresql://user:password@host:port/database
  WB_API_URL     another Wildberries server than the real one (or simulator)
  OPENAI_API_KEY, OPENAI_MODEL, OPENAI_BASE_URL
                 for --classifier openai: key, model, and another server than
                 OpenAI's
  LABEL_CHATS_A_RUN, LABEL_TOKENS_A_RUN, LABEL_CHATS_A_DAY, LABEL_TOKENS_A_DAY
                 other budgets for labels than the template's
  TAXONOMY_FILE, PRICES_FILE
                 other tags, other prices than ours

exit codes:
  0  all went well
  1  not all of it: a store was not synced whole, or nothing was found
  2  wrong use
"""
SYNCING = """\
Fetches what is new in each store, stores and labels it, and shows how each
run ended (its row of sync_logs). Ctrl-C stops cleanly: what is stored stays
stored, and the next sync goes on from there.
"""
SYNC_EXAMPLES = """\
a stores file (TOML), one [[stores]] for each store:
  [[stores]]
  id = "my-shop"           # your own short name: letters, digits, - and _
  name = "ИП Иванова А. А."
  token_env = "WB_TOKEN"   # the environment variable that holds the token;
                           # or token = "..." itself

examples:
  WB_TOKEN=... python -m local sync --stores shops.toml
  python -m local sync --stores shops.toml --store my-shop --classifier none
  python -m local sync --json > runs.json

Make the token in the seller portal: a Personal token with the category
«Buyers chat»; read-only is enough. WB answers 10 requests at once and then one
a second, with a Base token one an HOUR. The sync waits as long as WB asks.
"""
EVALUATING = """\
Scores a classifier on chats whose labels are known: one JSON object a line,
  {"id": "1", "messages": [{"sender": "client", "text": "..."}], "tag": "spam"}
The openai provider takes OPENAI_MODEL, OPENAI_API_KEY and OPENAI_BASE_URL.
"""
SEEING = """\
Shows each store with its token's health and how far it is read, and the last
runs.
"""
VIEWING = """\
Shows stores, runs and chats as pages in the browser, until Ctrl-C; on this
machine only. The pages, and a sync's picture while it goes on, are what the
deployed viewer shows. Chats can be searched and labelled there.
"""
MASKING = """\
Reads a text from stdin and writes what a labelling server that is not this
machine would be sent.
"""
LEAKING = """\
Masks the snippets of eval/masking and counts what is found, what leaks, and
what is masked in vain.
"""
SIMULATING = """\
Serves a simulated Wildberries until Ctrl-C: WB's addresses, limits and errors.
What it prints is a stores file:
  python -m local simulator --stores 20 > grown.toml          (one terminal)
  WB_API_URL=http://127.0.0.1:8080 \\
      python -m local sync --stores grown.toml                (another one)
"""
RELEASING = """\
Closes the running runs of stores. A run that was killed holds its store for 20
minutes (in the database kept in .local/ only until the next sync); this frees
it at once. A run that is still alive ends as an error, and loses nothing.
"""
PROVIDER = "default: keywords"
CLASSIFYING = "who labels the chats: keywords on this machine (default), openai at a model's server, or nobody"
ESTIMATING = """\
Shows what the next sync would label of the chats stored now, how many tokens
that takes, and what it costs. Nothing is sent. With OPENAI_MODEL set, compare:
  OPENAI_MODEL=gpt-5-nano python -m local estimate --classifier openai
"""
LABELLING = """\
Labels a chat with a person's word, which no run overwrites; --release takes it
back, and the next run labels the chat again. Old labels stay in chat_labels.
"""
LABEL_EXAMPLES = """\
examples:
  python -m local label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 return_refund
  python -m local label 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19 --release
Without a tag it lists those there are.
"""
STORES = """\
Changes which stores a deployed stack syncs. The token comes from stdin, never
as an argument; one that cannot work is refused, and nothing is changed.
(On one machine without AWS, the stores file is all there is: edit it.)
"""
STORE_EXAMPLES = """\
examples:
  python -m local store add my-shop --name 'ИП Иванова А. А.' \\
      --stack chat-history-sync < token.txt       (or type it when asked)
  python -m local store token my-shop --stack chat-history-sync < token.txt
  python -m local store pause my-shop --stack chat-history-sync
  python -m local store remove my-shop --stack chat-history-sync
AWS_PROFILE and AWS_REGION say which account and region, as for `aws`.
"""
READING = "Prints a conversation from its first message to its last."
CHAT_EXAMPLE = """\
example:
  python -m local chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19
An unknown id is answered with the ids of the chats that were active last.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # A terminal that cannot show «ИП» shows escapes instead of failing.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command is None:
        parser.print_help(sys.stderr)
        return EXIT_USAGE
    return _run(asked)


def _run(asked: argparse.Namespace) -> int:
    """Import only the command asked for: the engine behind `sync` takes seconds to load."""
    try:
        exit_code: int = importlib.import_module(f"local.commands.{asked.command}").run(asked)
        sys.stdout.flush()
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    except (NotNowError, ChatSyncError) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_INCOMPLETE
    except ImportError as error:  # Another Python than the one `make setup` made ready.
        print(f"error: {error}. Run `make setup` once, then use .venv/bin/python -m local.", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INCOMPLETE
    except BrokenPipeError:  # `... | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INCOMPLETE
    return exit_code


_AddCommand = Callable[..., argparse.ArgumentParser]


def _parser() -> argparse.ArgumentParser:
    as_it_stands = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m local", description=DESCRIPTION, epilog=OVERVIEW, formatter_class=as_it_stands
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    add_command = partial(commands.add_parser, formatter_class=as_it_stands)
    for add_some in (_add_syncing, _add_looking, _add_changing, _add_measuring, _add_developing):
        add_some(add_command)
    return parser


def _add_syncing(add_command: _AddCommand) -> None:
    syncing = add_command(
        "sync", help="sync stores, and show how each run ended", description=SYNCING, epilog=SYNC_EXAMPLES
    )
    syncing.add_argument("--stores", type=Path, metavar="FILE", help="a stores file; without it, simulated stores")
    syncing.add_argument("--store", action="append", metavar="ID", help="only this store (may be repeated)")
    syncing.add_argument("--full", action="store_true", help="read the whole history again from its beginning")
    syncing.add_argument("--classifier", choices=("keywords", "openai", "none"), default="keywords", help=CLASSIFYING)
    syncing.add_argument("--json", action="store_true", help="print the sync_logs rows as JSON; progress to stderr")

    estimating = add_command("estimate", help="show what the next labels would cost", description=ESTIMATING)
    estimating.add_argument("--store", action="append", metavar="ID", help="only this store (may be repeated)")
    estimating.add_argument("--classifier", choices=("keywords", "openai"), default="keywords", help=PROVIDER)


def _add_looking(add_command: _AddCommand) -> None:
    seeing = add_command("status", help="show stores, tokens, cursors and the last runs", description=SEEING)
    seeing.add_argument("--gaps", action="store_true", help="list the chats with a newer message at WB than stored")

    viewing = add_command("view", help="show stores, runs and chats in the browser", description=VIEWING)
    viewing.add_argument("--port", type=_whole(0, LARGEST_PORT), default=8090, help="default: 8090; 0: any free one")
    viewing.add_argument("--store", metavar="ID", help="begin with the chats of this store")

    asking = add_command("sql", help="run one query on what is stored", description="For looking only.")
    asking.add_argument("query", metavar="QUERY", help='such as "SELECT count(*) FROM chat_messages"')

    reading = add_command("chat", help="print a whole conversation", description=READING, epilog=CHAT_EXAMPLE)
    reading.add_argument("id", metavar="ID", help="the chat's id, as Wildberries gave it")


def _add_changing(add_command: _AddCommand) -> None:
    labelling = add_command(
        "label", help="set a person's label on a chat, or release it", description=LABELLING, epilog=LABEL_EXAMPLES
    )
    labelling.add_argument("chat", metavar="CHAT", help="the chat's id, as Wildberries gave it")
    labelling.add_argument("tag", metavar="TAG", nargs="?", help="one of the taxonomy's tags")
    labelling.add_argument("--release", action="store_true", help="take a person's label back")
    labelling.add_argument("--store", metavar="ID", help="the chat's store, where several have it")

    releasing = add_command("release", help="free stores that a dead run still holds", description=RELEASING)
    releasing.add_argument("store", nargs="+", metavar="STORE", help="the store's id")

    about = "add, pause, resume or remove a store of a deployed stack, or replace its token"
    keeping = add_command("store", help=about, description=STORES, epilog=STORE_EXAMPLES)
    keeping.add_argument("action", choices=("add", "token", "pause", "resume", "remove"))
    keeping.add_argument("store", metavar="ID", help="the store's id: letters, digits, - and _")
    keeping.add_argument("--stack", required=True, metavar="NAME", help="the stack's name, as given to `sam deploy`")
    keeping.add_argument("--name", metavar="TEXT", help="with add: the store's name, for people")


def _add_measuring(add_command: _AddCommand) -> None:
    evaluating = add_command("eval", help="score a classifier on chats whose labels are known", description=EVALUATING)
    evaluating.set_defaults(command="evaluate")
    evaluating.add_argument("--provider", choices=("keywords", "openai"), default="keywords", help=PROVIDER)
    evaluating.add_argument("--set", type=Path, metavar="FILE", help="your own chats; without it both parts of ours")
    evaluating.add_argument("--json", action="store_true", help="print the scores as JSON")

    add_command("mask", help="show what of a text would leave the machine", description=MASKING)
    add_command("leaks", help="measure what the masking misses", description=LEAKING)


def _add_developing(add_command: _AddCommand) -> None:
    simulating = add_command("simulator", help="serve the simulated Wildberries alone", description=SIMULATING)
    port, stores, events = (_whole(0, LARGEST_PORT), _whole(1, MOST_STORES), _whole(0, MOST_EVENTS))
    simulating.add_argument("--port", type=port, default=8080, help="on 127.0.0.1 (default: 8080; 0: any free one)")
    simulating.add_argument("--stores", type=stores, metavar="N", help="so many grown stores instead of the five")
    simulating.add_argument("--events", type=events, metavar="N", help="events of each grown store (default: 600)")


class _whole:  # noqa: N801 - reads as a type where it is used; argparse names it in its messages
    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        if not text.isdecimal() or not self._least <= int(text) <= self._most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {self._least} to {self._most}")
        return int(text)
