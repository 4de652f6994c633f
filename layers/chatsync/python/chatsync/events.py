"""The events of the functions as frozen dataclasses, read strictly: a wrong event fails at once and says why."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self, get_args, get_origin, get_type_hints

from chatsync.errors import EventInvalidError

INPUT_OPTIONS = '"store_ids" (a list of ids), "full" (true, false), "classify" (true, false)'


class _Event:
    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event as this class, ignoring fields it does not name.

        Raises:
            EventInvalidError: A field is missing or of another type.
        """
        hints = get_type_hints(cls)
        names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: _field(cls.__name__, event, name, hints[name]) for name in names})


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
class ListStores(_Event):
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
class OpenRun(_Event):
    """Take the store's lease and open its row of sync_logs."""

    store_id: str
    execution_id: str
    full: bool


@dataclass(frozen=True)
class FetchChats(_Event):
    """Fetch WB's list of the store's chats."""

    store_id: str
    run_id: int


@dataclass(frozen=True)
class SaveChats(_Event):
    """Store a list of chats (or none, while WB made us wait) and say how long the run will be silent."""

    store_id: str
    run_id: int
    cursor: int | None
    page_key: str | None
    wait_seconds: int
    requests: int
    seller_id: str | None
    token_type: str
    token_expires_at: str | None


@dataclass(frozen=True)
class FetchEvents(_Event):
    """Walk on from the cursor (ms; None = from the seller's first event)."""

    store_id: str
    run_id: int
    cursor: int | None


@dataclass(frozen=True)
class SaveEvents(_Event):
    """Store a burst of events (or none, while WB made us wait) and move the cursor with it."""

    store_id: str
    run_id: int
    page_key: str | None
    cursor: int | None
    caught_up: bool
    wait_seconds: int
    requests: int


@dataclass(frozen=True)
class ListChatPages(_Event):
    """List the chats whose content changed since their label."""

    store_id: str
    run_id: int


@dataclass(frozen=True)
class ClassifyChats(_Event):
    """Label one page of transcripts, for no more than about so many tokens as were reserved for it."""

    store_id: str
    run_id: int
    page_key: str
    tokens: int


@dataclass(frozen=True)
class SaveLabels(_Event):
    """Store the labels of one page of transcripts: `labels` has their `key`, or `Error` and `Cause` of why not."""

    store_id: str
    run_id: int
    page_key: str
    labels: dict[str, Any]


@dataclass(frozen=True)
class EstimateLabels(_Event):
    """Estimate what the next run would label, of the active stores or of those named; {} asks for all."""

    store_ids: list[str] | None

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Return the event; raises EventInvalidError."""
        return super().parse({"store_ids": None, **event})


@dataclass(frozen=True)
class CloseRun(_Event):
    """Reconcile the store with WB's list and close its run."""

    store_id: str
    run_id: int


@dataclass(frozen=True)
class Report(_Event):
    """Count how the stores of an execution ended."""

    execution_id: str


@dataclass(frozen=True)
class FailRun(_Event):
    """Close a store's run as failed. The run is found by its execution: opening it may be what failed."""

    store_id: str
    execution_id: str
    error: str
    cause: str


@dataclass(frozen=True)
class MigrateDatabase(_Event):
    """Bring the tables up to date, logged in as one who may change them."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ManageStore(_Event):
    """Change a row of the table `stores`: `action` is add, token, pause, resume or remove. Never the token itself."""

    action: str
    store_id: str
    name: str | None
    seller_id: str | None
    token_type: str | None
    token_expires_at: str | None
