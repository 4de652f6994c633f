"""Arguments that several commands take."""

import argparse
import re
from collections.abc import Callable, Sequence

LARGEST_PORT = 65535
SPAN = re.compile(r"([0-9]{1,6})([mhd])")
UNIT_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
# A sync of which nothing is new takes seconds; a token lives 180 days, and its end is said a month before.
SHORTEST_SPAN_SECONDS, LONGEST_SPAN_SECONDS = 60, 30 * 86_400
LONGEST_NUMBER = 20  # digits: no number here is longer, and Python refuses to read more than 4,300


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return argparse's type for a whole number within these bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > LONGEST_NUMBER or not least <= int(text) <= most:
            shown = text if len(text) <= LONGEST_NUMBER else f"{text[:LONGEST_NUMBER]}…"
            raise argparse.ArgumentTypeError(f"{shown!r} is not a whole number from {least} to {most}")
        return int(text)

    return read


def span(text: str) -> int:
    """Return the seconds (s) of a time such as 30m, 1h or 1d; argparse's type."""
    found = SPAN.fullmatch(text)
    seconds = int(found[1]) * UNIT_SECONDS[found[2]] if found else 0
    if not SHORTEST_SPAN_SECONDS <= seconds <= LONGEST_SPAN_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 30m, 1h or 1d, from 1m to 30d")
    return seconds


def add_port(parser: argparse.ArgumentParser, default: int) -> None:
    """Let the parser take the port of a server of this machine."""
    about = f"on 127.0.0.1 (default: {default}; 0: any free one)"
    parser.add_argument("--port", type=whole_number(0, LARGEST_PORT), default=default, help=about)


def add_store_filter(parser: argparse.ArgumentParser) -> None:
    """Let the parser take the stores that a command is about."""
    parser.add_argument("--store", action="append", metavar="ID", help="only this store (may be repeated)")


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Let the parser take a deployed stack to ask instead of this machine's database."""
    parser.add_argument("--stack", metavar="NAME", help="of this deployed stack (default: of this machine)")


def add_classifier(parser: argparse.ArgumentParser, names: Sequence[str], about: str) -> None:
    """Let the parser take who labels the chats."""
    parser.add_argument("--classifier", choices=names, default="keywords", help=about)
