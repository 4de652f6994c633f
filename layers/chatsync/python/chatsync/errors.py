"""Every error of the sync that has a name.

A class's name is its name in the state machine: Retry lists the transient ones, Catch takes the rest to "Fail run".
A message is one sentence saying what is wrong and one saying what to do; it never holds a token or a buyer's words,
so that it may go into logs, states and sync_logs.
"""

import json


class ChatSyncError(Exception):
    """An error whose message is safe to show and says what to do."""


class EventInvalidError(ChatSyncError):
    """A function was invoked with an event that lacks a field or has one of another type."""


class SettingMissingError(ChatSyncError):
    """A function's environment lacks a variable it needs."""


class StoreUnknownError(ChatSyncError):
    """The execution's input names a store that is not in the table `stores`."""


class ChatUnknownError(ChatSyncError):
    """A person labels or marks a chat that is not stored in this store, or in any."""


class ChatChangedError(ChatSyncError):
    """A person judges a chat that has messages which they have not seen."""


class ChatAmbiguousError(ChatSyncError):
    """A person labels a chat that several stores have, and does not say in which."""


class CauseUnknownError(ChatSyncError):
    """A person labels a chat with a cause that the taxonomy does not have."""


class TagUnknownError(ChatSyncError):
    """A person labels a chat with a tag that the taxonomy does not have."""


class ProblemUnknownError(ChatSyncError):
    """A person dismisses a problem that is not open."""


class SellerChangedError(ChatSyncError):
    """The token is another seller's than the store's history: nothing is asked with it."""


class TokenUnusableError(ChatSyncError):
    """The store's token cannot work, which is known without asking WB."""


class ParametersUnavailableError(ChatSyncError):
    """The parameter store did not give the store's token: transient, retried by the state machine."""


class WildberriesRefusedError(ChatSyncError):
    """WB answered 401, 402 or 403: the owner must act, another try changes nothing."""


class WildberriesRejectedError(ChatSyncError):
    """WB answered another 4xx, or a redirect: the request itself is not accepted."""


class WildberriesUnavailableError(ChatSyncError):
    """5xx, a time-out, a cut or unreadable answer: transient, retried by the state machine."""


class CursorInvalidError(ChatSyncError):
    """The stored cursor is no moment at which WB's events can lie, or WB's cursor stands still or goes back."""


class LeaseLostError(ChatSyncError):
    """The run is no longer the store's live run: another took over, or it was closed."""


class DatabaseUnavailableError(ChatSyncError):
    """No connection to Postgres, or it broke: transient, retried by the state machine."""


class DatabaseUntrustedError(ChatSyncError):
    """The server's certificate does not prove that it is our Postgres: the owner must act."""


class DatabaseRefusedError(ChatSyncError):
    """Postgres refused a statement for another reason than a broken connection; `sqlstate` says which."""

    def __init__(self, message: str, sqlstate: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class MigrationUnfinishedError(ChatSyncError):
    """The tables are not up to date yet, but nothing is lost: doing the same again goes on."""


class ClassifierUnavailableError(ChatSyncError):
    """The model's server is overloaded or cannot be reached, and says nothing of when: retried by the state machine."""


class ClassifierUnusableError(ChatSyncError):
    """The model's server gave no labels, also when asked again: the next run asks, the state machine does not."""


class ClassifierRefusedError(ChatSyncError):
    """The model's endpoint, or our settings, will never allow the request: the owner must act."""


class PricesInvalidError(ChatSyncError):
    """The operator's own price list cannot be read."""


class AutomaticListInvalidError(ChatSyncError):
    """The owner's own list of automatic messages cannot be read: nothing is marked by half a list."""


class RunAbandonedError(ChatSyncError):
    """Written by the next run on a run that stopped reporting (killed, aborted or timed out)."""


class UnexpectedError(ChatSyncError):
    """A fault of this program: another exception, stripped of its text."""


UNEXPECTED_FAILURES = {
    "States.Timeout": "A step did not answer in time and its retries were used up. "
    "The next run goes on from the cursor.",
    "Sandbox.Timedout": "A function ran into its time-out and its retries were used up. "
    "The next run goes on from the cursor.",
    "Runtime.ExitError": "A function's process ended unexpectedly and its retries were used up. "
    "The next run goes on from the cursor; if it repeats, give the function more memory.",
    "States.DataLimitExceeded": "A state's data grew over 256 KB. This is a fault of this program: please report it.",
}


def describe_failure(error: str, cause: str) -> tuple[str, str]:
    """Return the error's type and a sentence safe to store, from a state machine's Error and Cause.

    Only the messages of our own errors are passed on: any other exception's text may quote what it stumbled over.
    """
    if error in {kind.__name__ for kind in ChatSyncError.__subclasses__()}:
        return error, _message(cause)
    if error in UNEXPECTED_FAILURES:
        return error, UNEXPECTED_FAILURES[error]
    return error, f"An unexpected error ({error}) stopped this run. Its details are in the log of the function."


def _message(cause: str) -> str:
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return "The error came without its message; see the log of the function."
