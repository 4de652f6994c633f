"""Show what of a text would leave the machine.

Reads a buyer's message from stdin and writes what a labelling server elsewhere
would get of it: without WB's words about the product before it, and masked.
"""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the text comes from stdin."""


def run(arguments: argparse.Namespace) -> int:
    """Read a text from stdin and write it masked to stdout, nothing added."""
    from local.paths import KEPT

    sys.path.append(str(KEPT / "layers" / "classifier"))  # pymorphy3, installed by `make setup` for the functions alone
    from chatsync.label_tokens import BUYER
    from chatsync.question_prefix import without_prefix
    from classifier.masking import mask

    del arguments
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    sys.stdout.buffer.write(mask(without_prefix(BUYER, text)).encode("utf-8", errors="replace"))
    return 0
