"""What people ask, a word each: `./chats` asks its own database, or a stack's ReadDataFunction, in the same words.

Each takes the event that holds its task, and raises EventInvalidError for one that does not. An answer is JSON, with
moments as ISO texts. Of each row it has only the columns that are named: but for `chat` and `sql`, none holds buyers'
words or names.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chatsync.contracts import Result
from chatsync.label_version import label_version
from chatsync.people_tasks import (
    EstimatedLabels,
    EstimateLabels,
    ListedGaps,
    ListedProblems,
    ListProblems,
    QueryAnswer,
    RunQuery,
    StoresStatus,
)
from chatsync.settings import setting
from database import stores
from database.connection import Database
from database.labels.budgets import Budgets
from database.labels.estimate import estimate_labels
from reading.chat_answers import answer_chat
from reading.columns import choose_columns
from reading.gaps import count_gaps, list_gaps
from reading.problems import count_problems, list_problems
from reading.queries import answer_query
from reading.runs import list_runs
from reading.stores import count_stores, list_stores

Event = Mapping[str, Any]

# Lambda's answers have at most 6 MB (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and a row with
# an id of 200 characters (database.wb_fields.LONGEST_ID) that JSON escapes has 3 KB.
MOST_LISTED = 1000
RUNS_LISTED = 10

PROBLEM_COLUMNS = ("id", "store_id", "kind", "subject", "details", "opened_at", "tries")
GAP_COLUMNS = ("id", "store_id", "listed_message_at", "last_message_at")
STORE_COLUMNS = (
    *("id", "name", "token_type", "token_expires_at", "events_cursor", "last_success_at"),
    *("total_chats", "messages", "problems", "run_id", "run_status", "error_message"),
)
RUN_COLUMNS = (
    *("id", "store_id", "sync_type", "status", "error_message", "started_at", "completed_at", "chats_total"),
    *("chats_synced", "messages_added", "chats_classified", "wb_requests", "waited_seconds"),
    *("label_tokens_in", "label_tokens_out", "label_cost_microusd", "budget_reached"),
    *("relabelling", "chats_unanswered"),
)


def answer_estimate(database: Database, event: Event) -> EstimatedLabels:
    """Estimate what the next run would label, with the settings of the function. Raises as estimate_labels."""
    task = EstimateLabels.parse(event)
    classifier = setting("CLASSIFIER")
    store_ids = stores.ids_to_sync(database, task.store_ids)
    estimates = estimate_labels(database, store_ids, classifier, Budgets.from_settings())
    return EstimatedLabels(label_version(classifier), estimates)


def answer_problems(database: Database, event: Event) -> ListedProblems:
    """List the newest open problems of all stores, or of those named.

    Raises:
        StoreUnknownError: One of the stores is not in the table.
    """
    task = ListProblems.parse(event)
    if task.store_ids is not None:
        stores.require_stores(database, task.store_ids)
    listed = list_problems(database, task.store_ids, MOST_LISTED)
    return ListedProblems(choose_columns(listed, PROBLEM_COLUMNS), count_problems(database, task.store_ids))


def answer_status(database: Database, event: Event) -> StoresStatus:
    """List the stores by name, each with how its last run ended, and the last runs of all, newest first."""
    listed, runs = list_stores(database, MOST_LISTED), list_runs(database, RUNS_LISTED)
    return StoresStatus(
        choose_columns(listed, STORE_COLUMNS), count_stores(database), choose_columns(runs, RUN_COLUMNS)
    )


def answer_gaps(database: Database, event: Event) -> ListedGaps:
    """List the chats of which WB lists a newer message than is stored, newest first."""
    return ListedGaps(choose_columns(list_gaps(database, MOST_LISTED), GAP_COLUMNS), count_gaps(database))


def answer_sql(database: Database, event: Event) -> QueryAnswer:
    """Run a person's own query, on a connection of its own. Raises as answer_query."""
    return answer_query(RunQuery.parse(event).query)


WORDS: dict[str, Callable[[Database, Event], Result]] = {
    "estimate_labels": answer_estimate,
    "problems": answer_problems,
    "status": answer_status,
    "gaps": answer_gaps,
    "chat": answer_chat,
    "sql": answer_sql,
}
