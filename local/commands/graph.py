"""Write the state machine's diagram into a Markdown file."""

import argparse
import sys
from pathlib import Path

from local.errors import UsageError
from local.paths import STATE_MACHINE

BEGIN, END = "<!-- graph: written by make graph -->", "<!-- /graph -->"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, and whether to check it only."""
    parser.add_argument("file", type=Path, help="the file with the markers between which the diagram stands")
    parser.add_argument("--check", action="store_true", help="only say whether the diagram is up to date")


def run(asked: argparse.Namespace) -> int:
    """Write the diagram between the file's markers, or with --check only compare; 1 if it is stale."""
    try:
        text = asked.file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{asked.file} cannot be read ({error.strerror}).") from None
    drawn = with_diagram(text, asked.file)
    if asked.check and drawn != text:
        print(f"{asked.file}: the diagram is older than {STATE_MACHINE.name}. Run `make graph`.", file=sys.stderr)
        return 1
    if drawn != text:
        asked.file.write_text(drawn, encoding="utf-8")
    return 0


def with_diagram(text: str, file: Path) -> str:
    """Return the Markdown with the present diagram between its markers. Raises UsageError without markers."""
    from local.mermaid import diagram

    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or text.count(BEGIN) != 1 or text.count(END) != 1:
        raise UsageError(f"{file} must hold the lines {BEGIN} and {END} once each, in this order.")
    return f"{before}{BEGIN}\n```mermaid\n{diagram(STATE_MACHINE.read_text(encoding='utf-8'))}```\n{END}{after}"
