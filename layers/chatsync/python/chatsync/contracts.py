"""What each function of the state machine, and the one that migrates, takes (its task) and gives (its result).

Tasks are read strictly: a wrong one fails at once and says why. A result has just the fields that the state machine's
ResultSelector reads, and those that people read in the progress of a sync: a test compares them with the definition.
"""

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, get_args, get_origin, get_type_hints

from chatsync.errors import EventInvalidError

INPUT_OPTIONS = '"store_ids" (a list of ids), "full" (true, false), "classify" (true, false)'


class Task:
    """What a function takes."""

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event as this class, ignoring fields it does not name.

        Raises:
            EventInvalidError: A field is missing or of another type.
        """
        hints = get_type_hints(cls)
        names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: _field(cls.__name__, event, name, hints[name]) for name in names})


@dataclass(frozen=True)
class _RunTask(Task):
    store_id: str
    run_id: int


class Result:
    """What a function gives."""

    def as_result(self) -> dict[str, Any]:
        """Return what Lambda hands on: the fields as JSON knows them."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


def _field(owner: str, event: Mapping[str, Any], name: str, expected: Any) -> Any:
    if name not in event:
        raise EventInvalidError(f"The event of {owner} has no field '{name}'. See the events/ folder for a whole one.")
    value = event[name]
    if not any(_fits(value, option) for option in _options(expected)):
        raise EventInvalidError(f"The field '{name}' of {owner} is {type(value).__name__}, not {expected}.")
    return value


def _options(expected: Any) -> tuple[Any, ...]:
    return get_args(expected) if isinstance(expected, types.UnionType) else (expected,)


def _fits(value: Any, option: Any) -> bool:
    """Exact types: True is no number here. A list's items are looked at too."""
    items = get_args(option)
    return type(value) is (get_origin(option) or option) and (not items or all(type(item) in items for item in value))


@dataclass(frozen=True)
class ListStores(Task):
    """List the stores of an execution: the active ones, or those named."""

    execution_name: str
    store_ids: list[str] | None
    full: bool
    classify: bool

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the execution's input with its defaults: {} syncs all active stores, incrementally, with labels."""
        given = event.get("input")
        if not isinstance(given, Mapping):
            raise EventInvalidError("The execution's input must be a JSON object; {} syncs all active stores.")
        if unknown := sorted(set(given) - {"store_ids", "full", "classify"}):
            raise EventInvalidError(f"Unknown in the execution's input: {', '.join(unknown)}. Known: {INPUT_OPTIONS}.")
        defaults = {"store_ids": None, "full": False, "classify": True}
        return super().parse({"execution_name": event.get("execution_name"), **defaults, **given})


@dataclass(frozen=True)
class ListedStores(Result):
    """The object that lists the stores, how many these are, and the execution's options."""

    stores_key: str
    stores: int
    full: bool
    classify: bool


@dataclass(frozen=True)
class OpenRun(Task):
    """Take the store's lease and open its row of sync_logs."""

    store_id: str
    execution_id: str
    full: bool


@dataclass(frozen=True, kw_only=True)
class Run(Result):
    """`$.run`: a run as the state machine needs it, after each save anew.

    `status` is "running", "skipped" (the store has another live run) or "waiting" (its seller has, in another store);
    after the last save "success" or "partial", if nothing is to be labelled.
    `cursor` is the `next` (ms) of the next request, None = the beginning. `wait_seconds` come before what is next.
    `seller_id`: the seller (the token's `sid`) whose history the store holds, None while that is unknown.
    `until` (ms): a stretch of the stream is read again up to there; None: the walk goes on to the stream's end.
    `stream_end` (ms): about where that lies, None if nothing is known of it.
    `listed`: WB's list of chats is saved. `caught_up`: WB has no more events, and nothing is to be read again.
    `pages`: what is to be labelled then.
    """

    id: int | None
    status: str = "running"
    cursor: int | None = None
    until: int | None = None
    stream_end: int | None = None
    seller_id: str | None = None
    wait_seconds: int = 0
    listed: bool = False
    caught_up: bool = False
    pages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class FetchHistory(_RunTask):
    """Fetch WB's list of the store's chats, unless the run has it (`listed`), with a token of the store's seller.

    Then walk on over the events from the cursor (ms; None = from the seller's first event), to the end or up to
    `until` (ms). The last waits are measured by `stream_end` (ms; None = unknown).
    """

    seller_id: str | None
    listed: bool
    cursor: int | None
    until: int | None
    stream_end: int | None


@dataclass(frozen=True, kw_only=True)
class FetchedHistory(Result):
    """What WB sent as an object (None if nothing), and where the walk goes on (ms), after which wait.

    `stream_end` (ms) is about where it ends, None if nothing is known of it.
    `listed`: the run has WB's list now. Beside it, what the store's token says of itself.
    """

    history_key: str | None
    listed: bool
    list_wait_seconds: int
    cursor: int | None
    stream_end: int | None
    caught_up: bool
    events_wait_seconds: int
    requests: int
    seller_id: str | None
    token_type: str
    token_expires_at: str | None

    @property
    def wait_seconds(self) -> int:
        """Return the seconds (s) until WB may be asked for what the run needs next."""
        return self.events_wait_seconds if self.listed else self.list_wait_seconds


@dataclass(frozen=True, kw_only=True)
class SaveHistory(FetchedHistory, _RunTask):
    """Store what was fetched and move the cursor with it; at the walk's end list the chats to label, or close the run.

    With `until` (ms) it was read again: the store's cursor stays. `classify`: chats are to be labelled.
    """

    until: int | None
    classify: bool


@dataclass(frozen=True, kw_only=True)
class SavedHistory(Run):
    """The run; people read how many chats WB lists (None: as before), and how many messages were new.

    `pages` are the chat pages to label, each with its `transcripts_key` and reserved `tokens`, of `to_label` chats in
    all. A run without any is closed: its `status` is "success" or "partial".
    """

    chats: int | None = None
    added: int = 0
    to_label: int = 0


@dataclass(frozen=True)
class ClassifyChats(_RunTask):
    """Label the transcripts of a chat page, within the tokens reserved for it."""

    transcripts_key: str
    tokens: int


@dataclass(frozen=True)
class ClassifiedChats(Result):
    """The object that holds the chat page's labels."""

    labels_key: str


@dataclass(frozen=True, kw_only=True)
class ChatPageLabels:
    """The one row of that object: the labels of a chat page, what they took, and why it has no more (or "").

    `unanswered` are chats that got none though others did, each with the `content` that was sent and the `model`.
    The fields with a default are missing in objects that the release before wrote.
    """

    labels: list[dict[str, Any]]
    tokens_in: int
    tokens_out: int
    stopped: str
    tokens_cached: int = 0
    unanswered: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class SaveLabels(_RunTask):
    """Store the labels of a chat page: `labels` has their `labels_key`, or `Error` and `Cause` of why not."""

    transcripts_key: str
    labels: dict[str, Any]


@dataclass(frozen=True)
class SavedLabels(Result):
    """People read how many labels were new."""

    labels: int


@dataclass(frozen=True)
class CloseRun(_RunTask):
    """Reconcile the store with WB's list and close its run."""


@dataclass(frozen=True)
class ClosedRun(Result):
    """How the run ended."""

    status: str
    gaps: int


@dataclass(frozen=True)
class FailRun(Task):
    """Close a store's run as failed. The run is found by its execution: opening it may be what failed."""

    store_id: str
    execution_id: str
    error: str
    cause: str


@dataclass(frozen=True)
class FailedRun(Result):
    """The error's type and a sentence safe to show, on the state that shows the store red."""

    error_type: str
    message: str


@dataclass(frozen=True)
class Report(Task):
    """Count how the stores of an execution ended."""

    execution_id: str


@dataclass(frozen=True, kw_only=True)
class ReportedRuns(Result):
    """How many of the execution's runs ended in each status: the execution's output."""

    success: int
    partial: int
    error: int
    skipped: int
    running: int


@dataclass(frozen=True)
class MigrateDatabase(Task):
    """Bring the tables up to date, logged in as one who may change them."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class MigratedDatabase(Result):
    """The migrations that were applied now, for people."""

    versions: list[str]
