"""What the next labels would take, before anything is sent: chats, tokens and price."""

from collections.abc import Sequence

from chatsync.label_tokens import Tokens
from chatsync.label_version import label_version
from chatsync.people_tasks import StoreEstimate
from chatsync.prices import price_of
from database.connection import Database
from database.labels.budgets import Budgets, LabelPlan, plan_labels
from database.labels.relabelling import describe_relabelling
from database.labels.spending import spent_today
from database.labels.stale_chats import read_stale_chats


def estimate_labels(
    database: Database, store_ids: Sequence[str], classifier: str, budgets: Budgets
) -> list[StoreEstimate]:
    """Return the stores' estimates, as if they were synced one after the other now; nothing is written.

    Raises ClassifierRefusedError or PricesInvalidError for the operator's own taxonomy or prices, as a run would.
    """
    spent, estimates = spent_today(database), []
    for store_id in store_ids:
        stale = read_stale_chats(database, store_id, label_version(classifier), budgets.chats_a_run)
        plan = plan_labels(stale.transcripts, stale.total, classifier, budgets, spent)
        estimates.append(_estimate(store_id, plan, classifier, describe_relabelling(stale, plan, classifier)))
        spent += plan.spends
    return estimates


def _estimate(store_id: str, plan: LabelPlan, classifier: str, relabelling: str | None) -> StoreEstimate:
    tokens = Tokens(sum(page.tokens.into for page in plan.pages), sum(page.tokens.out for page in plan.pages))
    price = price_of(classifier)
    return StoreEstimate(
        store_id=store_id,
        chats=plan.chats,
        chats_sent=plan.spends.chats,
        tokens_in=tokens.into,
        tokens_out=tokens.out,
        cost_microusd=price.cost_microusd(tokens) if price else None,
        chats_over_budget=plan.left,
        budget_reached=plan.reached,
        relabelling=relabelling,
    )
