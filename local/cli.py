"""The whole of Chat History Sync on this machine: the state machine, the
functions and the database of the deployed stack, with neither AWS nor Docker.
Without a stores file it syncs the stores of a simulated Wildberries.

examples:
  ./chats sync                       five simulated stores, 20 seconds
  ./chats sync --stores shops.toml   your own stores (see `./chats sync --help`)
  ./chats status                     what is stored, and how the runs ended
  ./chats chat 1:e1572bda-1647-fcc3-3b4d-e7776bdc3b19
                                     a conversation from first message to last

environment:
  DATABASE_URL   another Postgres than the one kept in .local/:
                 postgresql://user:password@host:port/database
  WB_API_URL     another Wildberries server than the real or simulated one
  OPENAI_API_KEY, OPENAI_MODEL, OPENAI_BASE_URL
                 for --classifier openai: key, model, and another server than
                 OpenAI's
  OPENAI_REASONING_EFFORT
                 how much the model may think: lowest (the least that its
                 server takes), none, minimal, low, medium or high
  HTTPS_PROXY, NO_PROXY
                 the way to the model's server, and to nothing else
  LABEL_CHATS_A_RUN, LABEL_TOKENS_A_RUN, LABEL_CHATS_A_DAY, LABEL_TOKENS_A_DAY
                 other label budgets than the template's
  TAXONOMY_FILE, PRICES_FILE, AUTOMATIC_FILE
                 your own tags, your own prices, your own patterns of automatic
                 messages beside WB's

exit codes:
  0  success
  1  incomplete: a store was not synced whole, or nothing was found
  2  wrong use
  3  a mistake in this program; --debug shows where
  129, 130, 143
     stopped: the terminal was closed, Ctrl-C, kill
"""

import argparse
import importlib
import re
import sys

from local.errors import EXIT_USAGE, answer_error

DEBUG = "--debug"
COMMANDS = (
    *("sync", "estimate", "status", "problems", "view", "sql", "chat", "label", "release", "store"),
    *("schedule", "protection", "mask", "simulator", "backup", "restore"),
)

# What Python makes of bytes that are no text in the terminal's encoding; neither Postgres nor AWS takes them.
UNDECODED = re.compile("[\ud800-\udfff]")


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code, whatever happens; only a KeyboardInterrupt is the caller's."""
    words = sys.argv[1:] if words is None else words
    try:
        return _run(words)
    except Exception as error:
        return answer_error(error, debug=DEBUG in words)


def _run(words: list[str]) -> int:
    parser = _parser(words)
    if any(UNDECODED.search(word) for word in words):
        parser.error("an argument is not text in UTF-8")
    arguments = parser.parse_args(words)
    if "run" not in arguments:
        parser.print_help(sys.stderr)
        return EXIT_USAGE
    exit_code: int = arguments.run(arguments)
    return exit_code


def _parser(words: list[str]) -> argparse.ArgumentParser:
    """Return a parser of the command that is typed, or of all: what the others import would make each start late."""
    parser = _WithHelp(prog="./chats", doc=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_WithHelp)
    for name in words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS:
        module = importlib.import_module(f"local.commands.{name}")
        doc = module.__doc__ or ""
        command = commands.add_parser(name, help=doc.partition("\n\n")[0].strip(".\n"), doc=doc)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


class _WithHelp(argparse.ArgumentParser):
    """Shows a module's docstring as it stands, its examples below the arguments."""

    def __init__(self, *, prog: str, doc: str) -> None:
        description, example, rest = doc.partition("\n\nexample")
        as_it_stands = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, description=description, epilog=example.strip() + rest, formatter_class=as_it_stands)
        self.add_argument(DEBUG, action="store_true", help="show where an error comes from", default=argparse.SUPPRESS)
