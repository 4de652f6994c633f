"""What the next labels would cost, as a table."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from chatsync.label_version import KEYWORDS
from chatsync.people_tasks import StoreEstimate
from chatsync.prices import price_of
from local.terminal.tables import console, dollars, visible

COLUMNS = ("store", "chats\nto label", "of these\nsent", "tokens\nin", "tokens\nout", "price", "left by\nbudgets")


def show_estimates(estimates: Sequence[StoreEstimate], classifier: str) -> None:
    """Print the estimates as a table, and below it what they rest on."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), show_footer=len(estimates) > 1)
    for name, total in zip(COLUMNS, _cells("all", estimates), strict=True):
        table.add_column(name, footer=total, justify="left" if name == "store" else "right", overflow="fold")
    for estimate in estimates:
        table.add_row(*_cells(visible(estimate.store_id), [estimate]))
    console.print(table)
    console.print()
    for sentence in _notes(estimates, classifier):
        console.sentence(sentence)


def _cells(name: str, estimates: Sequence[StoreEstimate]) -> list[str]:
    fields = ("chats", "chats_sent", "tokens_in", "tokens_out", "chats_over_budget")
    *counts, left = (f"{sum(getattr(estimate, field) for estimate in estimates):,}" for field in fields)
    costs = [estimate.cost_microusd for estimate in estimates if estimate.cost_microusd is not None]
    return [name, *counts, dollars(sum(costs)) if len(costs) == len(estimates) else "?", left]


def _notes(estimates: Sequence[StoreEstimate], classifier: str) -> list[str]:
    """Return what the figures rest on, and which budgets are in the way."""
    reached = [f"{visible(one.store_id)}: {one.budget_reached}" for one in estimates if one.budget_reached]
    if classifier == KEYWORDS:
        return ["The keywords label on this machine and cost nothing. For a model: --classifier openai.", *reached]
    basis = f"For the chats stored now, labelled by {classifier}. Tokens are estimated from text length and err high."
    rate = "not known for this model. Name it in a file, and that file in PRICES_FILE."
    if price := price_of(classifier):
        rate = f"${price.into} and ${price.out} a million tokens in and out, as of {price.date}."
    outdated = [f"{visible(one.store_id)}: {one.relabelling}" for one in estimates if one.relabelling]
    return [basis, f"Price: {rate}", *outdated, *reached]
