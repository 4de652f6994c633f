"""What each function takes (its task) and gives (its result), side by side.

Tasks are read strictly: a wrong one fails at once and says why. A result has just the fields that the state machine's
ResultSelector reads, and those that people read in the progress of a sync or in the answer of what they invoked: a test
compares them with the definition.
"""

import types
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, get_args, get_origin, get_type_hints

from chatsync.errors import EventInvalidError

INPUT_OPTIONS = '"store_ids" (a list of ids), "full" (true, false), "classify" (true, false)'
LONGEST_REASON = 1000  # characters, of why a problem is dismissed


class _Task:
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
class _RunTask(_Task):
    store_id: str
    run_id: int


class _Result:
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
class ListStores(_Task):
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
class ListedStores(_Result):
    """The object that lists the stores, and the execution's options."""

    stores_key: str
    full: bool
    classify: bool


@dataclass(frozen=True)
class OpenRun(_Task):
    """Take the store's lease and open its row of sync_logs."""

    store_id: str
    execution_id: str
    full: bool


@dataclass(frozen=True, kw_only=True)
class Run(_Result):
    """`$.run`: a run as the state machine needs it, after each save anew.

    `status` is "running", "skipped" (the store has another live run) or "waiting" (its seller has, in another store).
    `cursor` is the `next` (ms) of the next request, None = the beginning. `wait_seconds` come before what is next.
    `seller_id`: the seller (the token's `sid`) whose history the store holds, None while that is unknown.
    `until` (ms): a stretch of the stream is read again up to there; None: the walk goes on to the stream's end.
    `listed`: WB's list of chats is saved. `caught_up`: WB has no more events, and nothing is to be read again.
    """

    id: int | None
    status: str = "running"
    cursor: int | None = None
    until: int | None = None
    seller_id: str | None = None
    wait_seconds: int = 0
    listed: bool = False
    caught_up: bool = False


@dataclass(frozen=True)
class FetchChats(_RunTask):
    """Fetch WB's list of the store's chats, with a token of its seller."""

    seller_id: str | None


@dataclass(frozen=True, kw_only=True)
class FetchedChats(_Result):
    """WB's list as an object (None while WB makes us wait), and what the store's token says of itself."""

    chats_key: str | None
    wait_seconds: int
    requests: int
    seller_id: str | None
    token_type: str
    token_expires_at: str | None


@dataclass(frozen=True, kw_only=True)
class SaveChats(FetchedChats, _RunTask):
    """Store what was fetched (no list, while WB made us wait) and say how long the run will be silent."""

    cursor: int | None


@dataclass(frozen=True, kw_only=True)
class SavedChats(Run):
    """The run; people read how many chats WB lists."""

    chats: int


@dataclass(frozen=True)
class FetchEvents(_RunTask):
    """Walk on from the cursor (ms; None = from the seller's first event), to the end or up to `until` (ms)."""

    seller_id: str | None
    cursor: int | None
    until: int | None


@dataclass(frozen=True, kw_only=True)
class FetchedEvents(_Result):
    """A burst of events as an object (None if it has none), and where the walk goes on (ms), after which wait."""

    events_key: str | None
    cursor: int | None
    caught_up: bool
    wait_seconds: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class SaveEvents(FetchedEvents, _RunTask):
    """Store what was fetched (nothing, while WB made us wait) and move the cursor with it.

    With `until` (ms) it was read again: the store's cursor stays.
    """

    seller_id: str | None
    until: int | None


@dataclass(frozen=True, kw_only=True)
class SavedEvents(Run):
    """The run; people read how many messages were new."""

    added: int


@dataclass(frozen=True)
class ListChatPages(_RunTask):
    """List the chats whose content changed since their label."""


@dataclass(frozen=True)
class ListedChatPages(_Result):
    """Each chat page's `transcripts_key` and reserved `tokens`; people read how many chats the pages hold."""

    pages: list[dict[str, Any]]
    chats: int


@dataclass(frozen=True)
class ClassifyChats(_RunTask):
    """Label the transcripts of a chat page, within the tokens reserved for it."""

    transcripts_key: str
    tokens: int


@dataclass(frozen=True)
class ClassifiedChats(_Result):
    """The object that holds the chat page's labels."""

    labels_key: str


@dataclass(frozen=True, kw_only=True)
class ChatPageLabels:
    """The one row of that object: the labels of a chat page, what they took, and why it has no more (or "")."""

    labels: list[dict[str, Any]]
    tokens_in: int
    tokens_out: int
    stopped: str


@dataclass(frozen=True)
class SaveLabels(_RunTask):
    """Store the labels of a chat page: `labels` has their `labels_key`, or `Error` and `Cause` of why not."""

    transcripts_key: str
    labels: dict[str, Any]


@dataclass(frozen=True)
class SavedLabels(_Result):
    """People read how many labels were new."""

    labels: int


@dataclass(frozen=True)
class CloseRun(_RunTask):
    """Reconcile the store with WB's list and close its run."""


@dataclass(frozen=True)
class ClosedRun(_Result):
    """How the run ended."""

    status: str
    gaps: int


@dataclass(frozen=True)
class FailRun(_Task):
    """Close a store's run as failed. The run is found by its execution: opening it may be what failed."""

    store_id: str
    execution_id: str
    error: str
    cause: str


@dataclass(frozen=True)
class FailedRun(_Result):
    """The error's type and a sentence safe to show, on the state that shows the store red."""

    error_type: str
    message: str


@dataclass(frozen=True)
class Report(_Task):
    """Count how the stores of an execution ended."""

    execution_id: str


@dataclass(frozen=True, kw_only=True)
class ReportedRuns(_Result):
    """How many of the execution's runs ended in each status: the execution's output."""

    success: int
    partial: int
    error: int
    skipped: int
    running: int


@dataclass(frozen=True)
class MigrateDatabase(_Task):
    """Bring the tables up to date, logged in as one who may change them."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class MigratedDatabase(_Result):
    """The migrations that were applied now, for people."""

    versions: list[str]


# What people ask of ReadDataFunction and ChangeDataFunction. The field "word" says which task an event is.


def read_word(event: Mapping[str, Any], words: Collection[str]) -> str:
    """Return which of these words the event has as its "word".

    Raises:
        EventInvalidError: It has none of them. What it has instead is not quoted: it may be anything.
    """
    word = event.get("word")
    if not isinstance(word, str) or word not in words:
        raise EventInvalidError(f"The event's field 'word' must be one of: {', '.join(words)}.")
    return word


@dataclass(frozen=True)
class _StoresTask(_Task):
    """`store_ids` is None, or not given, for all."""

    store_ids: list[str] | None

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError."""
        return super().parse({"store_ids": None, **event})


@dataclass(frozen=True)
class EstimateLabels(_StoresTask):
    """Estimate what the next run would label, of the active stores or of those named."""


@dataclass(frozen=True, kw_only=True)
class StoreEstimate:
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


@dataclass(frozen=True)
class EstimatedLabels(_Result):
    """The version on the labels, and each store's estimate, for people."""

    labelled_by: str
    stores: list[StoreEstimate]


@dataclass(frozen=True)
class ListProblems(_StoresTask):
    """List the open problems of all stores, or of those named."""


@dataclass(frozen=True)
class ListedProblems(_Result):
    """The newest open problems as JSON, and how many there are in all."""

    problems: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class StoresStatus(_Result):
    """Stores with their tokens and cursors, how many stores there are in all, and the last runs; all as JSON."""

    stores: list[dict[str, Any]]
    total: int
    runs: list[dict[str, Any]]


@dataclass(frozen=True)
class ListedGaps(_Result):
    """Chats of which WB lists a newer message than is stored, as JSON, and how many there are in all."""

    chats: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class ChangeStore(_Task):
    """Change a row of the table `stores`: `word` is add, token, pause, resume or remove. Never the token itself.

    `same_store`: the token's seller is the store's, though WB gave it another id.
    """

    word: str
    store_id: str
    name: str | None
    seller_id: str | None
    token_type: str | None
    token_expires_at: str | None
    same_store: bool

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event, without a name and a new token where it gives none; raises EventInvalidError."""
        nothing = dict.fromkeys(("name", "seller_id", "token_type", "token_expires_at"))
        return super().parse({**nothing, "same_store": False, **event})


@dataclass(frozen=True)
class ChangedStore(_Result):
    """Which store was changed, for people."""

    store_id: str


@dataclass(frozen=True)
class RetryProblems(_StoresTask):
    """Try to solve the open problems of all stores, or of those named, as far as that needs no request to WB."""


@dataclass(frozen=True, kw_only=True)
class RetriedStore:
    """How many of a store's problems a retry solved, and how many stretches its next sync reads again."""

    store_id: str
    solved: int
    stretches: int


@dataclass(frozen=True)
class RetriedProblems(_Result):
    """Each store that had open problems, for people."""

    stores: list[RetriedStore]


@dataclass(frozen=True)
class DismissProblem(_Task):
    """Close an open problem for a reason. `by` is who decided it, as they said."""

    id: int
    reason: str = field(repr=False)
    by: str = field(repr=False)

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError, also for a reason that is empty or too long."""
        task = super().parse(event)
        if not 0 < len(task.reason.strip()) <= LONGEST_REASON:
            raise EventInvalidError(f"The field 'reason' must have 1 to {LONGEST_REASON} characters.")
        return task


@dataclass(frozen=True)
class DismissedProblem(_Result):
    """Which problem was closed, for people."""

    id: int
