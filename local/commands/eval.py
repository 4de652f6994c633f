"""Score a classifier on chats whose labels are known."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which classifier, and which chats."""
    parser.add_argument("--provider", choices=("keywords", "openai"), default="keywords", help="default: keywords")
    parser.add_argument("--set", type=Path, metavar="FILE", help="your own chats; without it both parts of ours")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Classify the chats of each file and print its scores; 0 however bad they are."""
    from local.commands import evaluate

    return evaluate.run(arguments)
