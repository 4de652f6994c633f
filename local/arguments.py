"""Arguments that several commands take."""

import argparse
from collections.abc import Callable, Sequence

LARGEST_PORT = 65535


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return argparse's type for a whole number within these bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return read


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
