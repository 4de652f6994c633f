"""What people ask of ReadDataFunction and ChangeDataFunction, a task and its result for each word.

An event's field "word" says which task it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from chatsync.contracts import Result, Task
from chatsync.errors import EventInvalidError

LONGEST_REASON = 1000  # characters, of why a problem is dismissed


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
        if not 0 < len(task.reason.strip()) <= LONGEST_REASON:
            raise EventInvalidError(f"The field 'reason' must have 1 to {LONGEST_REASON} characters.")
        return task


@dataclass(frozen=True)
class DismissedProblem(Result):
    """Which problem was closed, for people."""

    id: int
