"""What people change, a word each: `./chats` speaks them to its own database, or to a stack's ChangeDataFunction.

Each takes the event that holds its task, and raises EventInvalidError for one that does not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chatsync.contracts import Result
from chatsync.people_tasks import (
    ChangedLabel,
    ChangedStore,
    ChangeStore,
    DismissedProblem,
    DismissProblem,
    LabelChat,
    ReleasedStore,
    ReleasedStores,
    ReleaseLabel,
    ReleaseStores,
    RetriedProblems,
    RetriedStore,
    RetryProblems,
)
from database import problems, rate_limits, run_ends, stores
from database.connection import Database
from database.labels import history
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


def set_label(database: Database, event: Event) -> ChangedLabel:
    """Set a person's label. Raises as history.require_one_store and history.set_persons_label."""
    task = LabelChat.parse(event)
    store_id = task.store_id or history.require_one_store(database, task.chat_id)
    history.set_persons_label(database, store_id, task.chat_id, task.tag, task.cause, by=task.by)
    return ChangedLabel(store_id, task.chat_id, changed=True)


def release_label(database: Database, event: Event) -> ChangedLabel:
    """Take a person's label back. Raises as history.require_one_store and history.release_persons_label."""
    task = ReleaseLabel.parse(event)
    store_id = task.store_id or history.require_one_store(database, task.chat_id)
    return ChangedLabel(
        store_id, task.chat_id, changed=history.release_persons_label(database, store_id, task.chat_id, task.by)
    )


def release_stores(database: Database, event: Event) -> ReleasedStores:
    """Close the stores' running runs and forget their sellers' limits; of a store that is not there none."""
    task = ReleaseStores.parse(event)
    return ReleasedStores([_release_store(database, store_id) for store_id in task.store_ids])


def _release_store(database: Database, store_id: str) -> ReleasedStore:
    limits = rate_limits.forget_waits(database, store_id)
    return ReleasedStore(store_id=store_id, runs=run_ends.release_store(database, store_id), limits=limits)


WORDS: dict[str, Callable[[Database, Event], Result]] = {
    **dict.fromkeys(stores.ACTIVE_AFTER, change_store),
    "retry_problems": retry_problems,
    "dismiss_problem": dismiss_problem,
    "set_label": set_label,
    "release_label": release_label,
    "release_stores": release_stores,
}
