"""What the next run of a store would label: the stale chats, as far as the budgets allow."""

from dataclasses import dataclass

from chatsync.label_version import label_version
from database import label_budgets
from database.connection import Database
from database.label_budgets import Budgets, PlannedPage, Spent
from database.stale_labels import StaleChats, stale_chats


@dataclass(frozen=True)
class LabelPlan:
    """The pages to label, and how many stale chats a budget leaves, with a sentence that says which (or None)."""

    pages: list[PlannedPage]
    left: int
    reached: str | None

    @property
    def chats(self) -> int:
        """Return how many chats the pages hold."""
        return sum(len(page.transcripts) for page in self.pages)


def look(database: Database, store_id: str, classifier: str, budgets: Budgets) -> StaleChats:
    """Return the store's stale chats, at most those of a run; raises ClassifierRefusedError as label_version."""
    return stale_chats(database, store_id, label_version(classifier), budgets.chats_a_run)


def plan(stale: StaleChats, classifier: str, budgets: Budgets, spent: Spent, page_size: int) -> LabelPlan:
    """Return what of the stale chats the budgets allow, after what was spent of the day."""
    pages, reached = label_budgets.within(stale.transcripts, classifier, budgets, spent, page_size)
    left = stale.total - sum(len(page.transcripts) for page in pages)
    if left == 0:
        return LabelPlan(pages, 0, None)
    budget = reached or label_budgets.CHATS_A_RUN.format(budgets.chats_a_run)
    return LabelPlan(pages, left, label_budgets.BUDGET_REACHED.format(left=left, budget=budget))


def note(database: Database, run_id: int, planned: LabelPlan) -> None:
    """Note on the run how many chats it is to label, and how many a budget leaves to the next ones.

    A chat of the first kind without a label at the run's end makes it partial; one of the second does not.
    """
    database.run(
        """
        UPDATE sync_logs SET chats_to_classify = :chats, chats_over_budget = :left, budget_reached = :reached
        WHERE id = :id
        """,
        id=run_id,
        chats=planned.chats,
        left=planned.left,
        reached=planned.reached,
    )
