"""What the next labels would take, before anything is sent: chats, tokens and price."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatsync.label_tokens import Tokens
from chatsync.prices import price_of
from database import label_budgets, label_plan
from database.connection import Database
from database.label_budgets import Budgets, Spent
from database.label_plan import LabelPlan


@dataclass(frozen=True)
class Estimate:
    """What the next run of a store would label of what is stored now: `chats`, of which `chats_sent` cost something.

    The cost is in millionths of a US dollar, None where the model's price is not known. `chats_over_budget` wait
    longer, and `budget_reached` says why.
    """

    store_id: str
    chats: int
    chats_sent: int
    tokens_in: int
    tokens_out: int
    cost_microusd: int | None
    chats_over_budget: int
    budget_reached: str | None


def estimate(
    database: Database, store_ids: Sequence[str], classifier: str, budgets: Budgets, page_size: int
) -> list[Estimate]:
    """Return the stores' estimates, as if they were synced one after the other now; nothing is written.

    Raises ClassifierRefusedError or PricesInvalidError for the operator's own taxonomy or prices, as a run would.
    """
    spent, found = label_budgets.spent_today(database), []
    for store_id in store_ids:
        stale = label_plan.look(database, store_id, classifier, budgets)
        plan = label_plan.plan(stale, classifier, budgets, spent, page_size)
        found.append(_of(store_id, plan, classifier))
        spent = Spent(spent.chats + found[-1].chats_sent, spent.tokens + found[-1].tokens_in + found[-1].tokens_out)
    return found


def _of(store_id: str, plan: LabelPlan, classifier: str) -> Estimate:
    tokens = Tokens(sum(page.tokens.into for page in plan.pages), sum(page.tokens.out for page in plan.pages))
    price = price_of(classifier)
    return Estimate(
        store_id,
        plan.chats,
        sum(page.sent for page in plan.pages),
        tokens.into,
        tokens.out,
        price.of(tokens) if price else None,
        plan.left,
        plan.reached,
    )
