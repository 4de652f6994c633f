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
    from database.connection import Database
    from database.label_estimate import Estimate


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


def _estimate(database: "Database", store_ids: list[str] | None, classifier: str) -> "list[Estimate]":
    from database import label_estimate, stores
    from database.label_budgets import Budgets
    from local.engine.stack import load_stack
    from local.paths import ROOT
    from local.sync.labelling import labelling

    stored = [store["id"] for store in stores.overview(database)]
    if unknown := set(store_ids or ()) - set(stored):
        raise UsageError(f"No store {', '.join(sorted(unknown))} is stored. There are: {', '.join(stored)}.")
    settings = load_stack(ROOT, labelling("keywords").parameters).functions["EstimateLabelsFunction"].environment
    budgets, size = Budgets.from_settings(settings.__getitem__), int(settings["LABEL_CHATS_A_PAGE"])
    return label_estimate.estimate(database, store_ids or stored, classifier, budgets, size)
