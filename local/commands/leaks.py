"""Measure what the masking misses."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


def run(asked: argparse.Namespace) -> int:
    """Mask the snippets of both parts and print what is still to be read in them; 0 however much it is."""
    from local.leaks import PARTS, headline, read_snippets, recall_table, score
    from local.terminal.tables import console, show_figures

    del asked
    snippets = read_snippets()
    for part in PARTS:
        leaks = score([snippet for snippet in snippets if snippet.part == part])
        console.sentence(f"{part}: {headline(leaks)}")
        show_figures(*recall_table(leaks))
    return 0
