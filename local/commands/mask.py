"""`python -m local mask`: what would leave this machine of a text."""

import argparse
import sys

from local.paths import KEPT

sys.path.append(str(KEPT / "layers" / "classifier"))  # pymorphy3, which `make setup` installs for the functions alone

from classifier.masking import mask


def run(asked: argparse.Namespace) -> int:
    """Read a text from stdin and write it masked to stdout, nothing added."""
    del asked
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    sys.stdout.buffer.write(mask(text).encode("utf-8", errors="replace"))
    return 0
