"""Which result each function of the state machine gives, and which of its fields only people read."""

from typing import Any

from chatsync import contracts

RESULTS: dict[str, Any] = {
    "list_stores": contracts.ListedStores,
    "open_run": contracts.Run,
    "fetch_chats": contracts.FetchedChats,
    "save_chats": contracts.SavedChats,
    "fetch_events": contracts.FetchedEvents,
    "save_events": contracts.SavedEvents,
    "list_chat_pages": contracts.ListedChatPages,
    "classify_chats": contracts.ClassifiedChats,
    "save_labels": contracts.SavedLabels,
    "close_run": contracts.ClosedRun,
    "fail_run": contracts.FailedRun,
    "report": contracts.ReportedRuns,
}
# In the progress of a sync on this machine.
READ_BY_PEOPLE = {
    "save_chats": {"chats"},
    "save_events": {"added"},
    "list_chat_pages": {"chats"},
    "save_labels": {"labels"},
}
