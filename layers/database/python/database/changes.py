"""What people change, a word each: `./chats` speaks them to its own database, or to a stack's ChangeDataFunction.

Each takes the event that holds its task, and raises EventInvalidError for one that does not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chatsync.people_tasks import (
    ChangedStore,
    ChangeStore,
    DismissedProblem,
    DismissProblem,
    RetriedProblems,
    RetriedStore,
    RetryProblems,
)
from database import problems, stores
from database.connection import Database
from database.messages import retry_quarantined
from database.stretches import forget_tries

Event = Mapping[str, Any]


def change_store(database: Database, event: Event) -> ChangedStore:
    """Add, pause, resume or remove a store, or keep its new token's facts. Raises as stores.change_store."""
    task = ChangeStore.parse(event)
    stores.change_store(database, task)
    return ChangedStore(task.store_id)


def retry_problems(database: Database, event: Event) -> RetriedProblems:
    """Try to solve open problems, and let the next syncs read incomplete stretches again.

    Raises:
        StoreUnknownError: One of the stores is not in the table.
    """
    task = RetryProblems.parse(event)
    if task.store_ids is not None:
        stores.require_stores(database, task.store_ids)
    store_ids = problems.stores_with_problems(database, task.store_ids)
    return RetriedProblems([_retry_store(database, store_id) for store_id in store_ids])


def _retry_store(database: Database, store_id: str) -> RetriedStore:
    before = problems.count_open(database, store_id)
    retry_quarantined(database, store_id)
    problems.close_gaps(database, store_id)
    forget_tries(database, store_id)
    stores.refresh_statistics(database, store_id)
    after = problems.count_open(database, store_id)
    solved = sum(before.values()) - sum(after.values())
    return RetriedStore(store_id=store_id, solved=solved, stretches=after.get(problems.STRETCH, 0))


def dismiss_problem(database: Database, event: Event) -> DismissedProblem:
    """Close an open problem by a person's decision. Raises as problems.dismiss_problem."""
    task = DismissProblem.parse(event)
    problems.dismiss_problem(database, task.id, task.reason.strip(), task.by)
    return DismissedProblem(task.id)


WORDS: dict[str, Callable[[Database, Event], ChangedStore | RetriedProblems | DismissedProblem]] = {
    **dict.fromkeys(stores.ACTIVE_AFTER, change_store),
    "retry_problems": retry_problems,
    "dismiss_problem": dismiss_problem,
}
