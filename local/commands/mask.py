"""`python -m local mask`: what would leave this machine of a text."""

import argparse
import sys

from classifier.masking import mask


def run(asked: argparse.Namespace) -> int:
    """Read a text from stdin and write it masked to stdout, nothing added."""
    del asked
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    sys.stdout.buffer.write(mask(text).encode("utf-8", errors="replace"))
    return 0
