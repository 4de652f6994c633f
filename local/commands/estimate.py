"""`python -m local estimate`: chats, tokens and price of the next labels, before anything is sent."""

import argparse
from collections.abc import Sequence

from rich import box
from rich.table import Table

from chatsync.contracts import StoreEstimate
from chatsync.label_version import KEYWORDS
from chatsync.prices import price_of
from database.connection import Database
from database.labels.budgets import Budgets
from database.labels.estimate import estimate_labels
from local.engine.stack import load_stack
from local.errors import UsageError
from local.installation.database import query
from local.paths import ROOT
from local.sync.labelling import labelling, named
from local.terminal.tables import console, dollars, visible
from reading.stores import name_stores

COLUMNS = ("store", "chats\nto label", "of these\nsent", "tokens\nin", "tokens\nout", "price", "left by\nbudgets")


def run(asked: argparse.Namespace) -> int:
    """Print what the next sync of each store would label; 1 if no store was synced yet."""
    classifier = named(asked.classifier)
    found = query(lambda database: _look(database, asked.store, classifier))
    if not found:
        console.print("No store was synced yet. `make run` syncs the simulator's.")
        return 1
    show(found, classifier)
    return 0


def _look(database: Database, wanted: Sequence[str] | None, classifier: str) -> list[StoreEstimate]:
    known = sorted(store["id"] for store in name_stores(database))
    if unknown := set(wanted or ()) - set(known):
        raise UsageError(f"No store {', '.join(sorted(unknown))} is stored. There are: {', '.join(known)}.")
    settings = load_stack(ROOT, labelling(KEYWORDS).parameters).functions["EstimateLabelsFunction"].environment
    return estimate_labels(database, wanted or known, classifier, Budgets.from_settings(settings.__getitem__))


def show(found: Sequence[StoreEstimate], classifier: str) -> None:
    """Print the estimates as a table, and below it what they rest on."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), show_footer=len(found) > 1)
    rows = [_cells(visible(estimate.store_id), [estimate]) for estimate in found]
    for name, total in zip(COLUMNS, _cells("all", found), strict=True):
        table.add_column(name, footer=total, justify="left" if name == "store" else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()
    for sentence in _notes(found, classifier):
        console.sentence(sentence)


def _cells(name: str, found: Sequence[StoreEstimate]) -> list[str]:
    counts = [
        sum(store.chats for store in found),
        sum(store.chats_sent for store in found),
        sum(store.tokens_in for store in found),
        sum(store.tokens_out for store in found),
    ]
    costs = [store.cost_microusd for store in found if store.cost_microusd is not None]
    price = dollars(sum(costs)) if len(costs) == len(found) else "?"
    return [name, *(f"{count:,}" for count in counts), price, f"{sum(store.chats_over_budget for store in found):,}"]


def _notes(found: Sequence[StoreEstimate], classifier: str) -> list[str]:
    """Return what the figures rest on, and which budgets are in the way."""
    reached = [f"{visible(store.store_id)}: {store.budget_reached}" for store in found if store.budget_reached]
    if classifier == KEYWORDS:
        return ["The keywords label on this machine and cost nothing. For a model: --classifier openai.", *reached]
    price = price_of(classifier)
    known = f"${price.into} and ${price.out} a million tokens in and out, as known on {price.date}" if price else ""
    rests = f"Of what is stored now, labelled by {classifier}; tokens are told from lengths, rather too many."
    unknown = "not known for this model; name it in a file, and that file in PRICES_FILE"
    return [rests, f"Price: {known or unknown}.", *reached]
