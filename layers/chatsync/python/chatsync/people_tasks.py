"""What people ask of ReadDataFunction and ChangeDataFunction, a task and its result for each word.

An event's field "word" says which task it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from chatsync.contracts import Result, Task
from chatsync.errors import EventInvalidError

LONGEST_REASON = 1000  # characters, of why a problem is dismissed
LONGEST_NAME = 200  # characters, of who acts


def read_word(event: Mapping[str, Any], words: Collection[str]) -> str:
    """Return which of these words the event has as its "word".

    Raises:
        EventInvalidError: It has none of them. What it has instead is not quoted: it may be anything.
    """
    word = event.get("word")
    if not isinstance(word, str) or word not in words:
        raise EventInvalidError(f"The event's field 'word' must be one of: {', '.join(words)}.")
    return word


def read_name(event: Mapping[str, Any]) -> str | None:
    """Return who acts, as the event says in "by", None where it does not. AWS tells no function who invoked it."""
    by = event.get("by")
    return by[:LONGEST_NAME] if isinstance(by, str) else None


def _require_length(name: str, text: str, longest: int) -> None:
    if not 0 < len(text.strip()) <= longest:
        raise EventInvalidError(f"The field '{name}' must have 1 to {longest} characters.")


@dataclass(frozen=True)
class _StoresTask(Task):
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
    longer, and `budget_reached` says why. `relabelling` says what another version of the classifier makes people pay
    for, None where nothing.
    """

    store_id: str
    chats: int
    chats_sent: int
    tokens_in: int
    tokens_out: int
    cost_microusd: int | None
    chats_over_budget: int
    budget_reached: str | None
    relabelling: str | None


@dataclass(frozen=True)
class EstimatedLabels(Result):
    """The version on the labels, and each store's estimate, for people."""

    labelled_by: str
    stores: list[StoreEstimate]


@dataclass(frozen=True)
class ListProblems(_StoresTask):
    """List the open problems of all stores, or of those named."""


@dataclass(frozen=True)
class ListedProblems(Result):
    """The newest open problems as JSON, and how many there are in all."""

    problems: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class StoresStatus(Result):
    """Stores with their tokens and cursors, how many stores there are in all, and the last runs; all as JSON."""

    stores: list[dict[str, Any]]
    total: int
    runs: list[dict[str, Any]]


@dataclass(frozen=True)
class ListedGaps(Result):
    """Chats of which WB lists a newer message than is stored, as JSON, and how many there are in all."""

    chats: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class ReadChat(Task):
    """Read a chat of every store that has it, or of this store, with its messages.

    `before` are the moment (ISO) and the id of a message: those before it. None: the newest.
    """

    id: str
    store_id: str | None
    before: list[str] | None

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError."""
        task = super().parse({"store_id": None, "before": None, **event})
        if task.before is not None and len(task.before) != len(("sent_at", "id")):
            raise EventInvalidError("The field 'before' must be a message's moment and its id.")
        return task


@dataclass(frozen=True)
class FoundChats(Result):
    """The chat in each store that has it, with buyers' words; the newest other chats where no store has it. As JSON.

    Each has its `messages` in order, and in `older` the `before` of the next part, None where there is none.
    """

    chats: list[dict[str, Any]]
    suggested: list[dict[str, Any]]


@dataclass(frozen=True)
class RunQuery(Task):
    """Run one SQL query that a person wrote."""

    query: str = field(repr=False)


@dataclass(frozen=True)
class QueryAnswer(Result):
    """The rows of a query, each a JSON object's text with the columns in their order, and buyers' words.

    Not `complete`: there are more rows than an answer holds. `refused` says in Postgres' words why there is none; it
    may quote what is stored, so it is an answer and no error, which would be logged.
    """

    rows: list[str]
    complete: bool
    refused: str | None


@dataclass(frozen=True)
class ChangeStore(Task):
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
class ChangedStore(Result):
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
class RetriedProblems(Result):
    """Each store that had open problems, for people."""

    stores: list[RetriedStore]


@dataclass(frozen=True)
class DismissProblem(Task):
    """Close an open problem for a reason. `by` is who decided it, as they said."""

    id: int
    reason: str = field(repr=False)
    by: str = field(repr=False)

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError, also for a reason that is empty or too long."""
        task = super().parse(event)
        _require_length("reason", task.reason, LONGEST_REASON)
        _require_length("by", task.by, LONGEST_NAME)
        return task


@dataclass(frozen=True)
class DismissedProblem(Result):
    """Which problem was closed, for people."""

    id: int


@dataclass(frozen=True)
class LabelChat(Task):
    """Set a person's label. `store_id` is None where one store has the chat; `by` is who does it, as they said."""

    chat_id: str
    store_id: str | None
    tag: str
    cause: str | None
    by: str = field(repr=False)

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError."""
        task = super().parse({"store_id": None, "cause": None, **event})
        _require_length("by", task.by, LONGEST_NAME)
        return task


@dataclass(frozen=True)
class ReleaseLabel(Task):
    """Take a person's label back. `store_id` and `by` as for LabelChat."""

    chat_id: str
    store_id: str | None
    by: str = field(repr=False)

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError."""
        task = super().parse({"store_id": None, **event})
        _require_length("by", task.by, LONGEST_NAME)
        return task


@dataclass(frozen=True)
class ChangedLabel(Result):
    """The chat, for people. Not `changed`: there was no person's label to release."""

    store_id: str
    chat_id: str
    changed: bool


@dataclass(frozen=True)
class ReleaseStores(Task):
    """Close the running runs of these stores, and forget how long WB told their sellers to wait."""

    store_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class ReleasedStore:
    """How many runs of a store were closed, and limits of its seller forgotten."""

    store_id: str
    runs: int
    limits: int


@dataclass(frozen=True)
class ReleasedStores(Result):
    """Each of the stores, for people."""

    stores: list[ReleasedStore]
