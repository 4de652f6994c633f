"""Show what of a text would leave the machine.

Reads a text from stdin and writes what a labelling server elsewhere would get.
"""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the text comes from stdin."""


def run(arguments: argparse.Namespace) -> int:
    """Read a text from stdin and write it masked to stdout, nothing added."""
    from local.paths import KEPT

    sys.path.append(str(KEPT / "layers" / "classifier"))  # pymorphy3, installed by `make setup` for the functions alone
    from classifier.masking import mask

    del arguments
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    sys.stdout.buffer.write(mask(text).encode("utf-8", errors="replace"))
    return 0
