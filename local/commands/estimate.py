"""Show what the next labels would cost.

Shows what the next sync would label of the chats stored now, how many tokens
that takes, and what it costs. Nothing is sent.

example, to compare the models that OPENAI_MODEL names:
  OPENAI_MODEL=gpt-5-nano ./chats estimate --classifier openai
"""

import argparse
from typing import TYPE_CHECKING

from local.arguments import add_classifier, add_store_filter
from local.errors import UsageError

if TYPE_CHECKING:
    from chatsync.people_tasks import StoreEstimate
    from database.connection import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add for which stores and which classifier."""
    add_store_filter(parser)
    add_classifier(parser, ("keywords", "openai"), "default: keywords")


def run(arguments: argparse.Namespace) -> int:
    """Print what the next sync of each store would label; 1 if no store was synced yet."""
    from local.installation.database import query
    from local.sync.labelling import classifier_setting
    from local.terminal.estimates import show_estimates
    from local.terminal.tables import NOTHING_SYNCED, console

    classifier = classifier_setting(arguments.classifier)
    estimates = query(lambda database: _estimate(database, arguments.store, classifier))
    if not estimates:
        console.sentence(NOTHING_SYNCED)
        return 1
    show_estimates(estimates, classifier)
    return 0


def _estimate(database: "Database", store_ids: list[str] | None, classifier: str) -> "list[StoreEstimate]":
    from database.labels.budgets import Budgets
    from database.labels.estimate import estimate_labels
    from local.engine.stack import load_stack
    from local.paths import ROOT
    from local.sync.labelling import labelling
    from reading.stores import name_stores

    stored = sorted(store["id"] for store in name_stores(database))
    if unknown := set(store_ids or ()) - set(stored):
        raise UsageError(f"No store {', '.join(sorted(unknown))} is stored. There are: {', '.join(stored)}.")
    settings = load_stack(ROOT, labelling("keywords").parameters).functions["ReadDataFunction"].environment
    return estimate_labels(database, store_ids or stored, classifier, Budgets.from_settings(settings.__getitem__))
