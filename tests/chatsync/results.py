"""Which result each function of the state machine gives, and which of its fields only people read."""

from typing import Any

from chatsync import contracts

RESULTS: dict[str, Any] = {
    "list_stores": contracts.ListedStores,
    "open_run": contracts.Run,
    "fetch_history": contracts.FetchedHistory,
    "save_history": contracts.SavedHistory,
    "classify_chats": contracts.ClassifiedChats,
    "save_labels": contracts.SavedLabels,
    "close_run": contracts.ClosedRun,
    "fail_run": contracts.FailedRun,
    "report": contracts.ReportedRuns,
}
# In the progress of a sync on this machine.
READ_BY_PEOPLE = {
    "save_history": {"chats", "added", "to_label"},
    "save_labels": {"labels"},
}
