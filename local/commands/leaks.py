"""`python -m local leaks`: how much the masking lets through, on the snippets of eval/masking."""

import argparse

from local.leaks import PARTS, Leaks, headline, read_snippets, recall_table, score
from local.terminal.tables import console, show_figures


def run(asked: argparse.Namespace) -> int:
    """Mask the snippets of both parts and print what is still to be read in them; 0 however much it is."""
    del asked
    snippets = read_snippets()
    for part in PARTS:
        show(part, score([snippet for snippet in snippets if snippet.part == part]))
    return 0


def show(part: str, leaks: Leaks) -> None:
    """Print the figures of a part: a line, and the recall of each kind."""
    console.sentence(f"{part}: {headline(leaks)}")
    show_figures(*recall_table(leaks))
