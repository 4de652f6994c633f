"""What happens to an execution, step by step: which function is called next and how it answers, and which pauses lie
between. The retries' pauses are the longest that their jitter allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatsync.contracts import (
    ClassifiedChats,
    ClosedRun,
    FailedRun,
    FetchedHistory,
    ListedStores,
    ReportedRuns,
    Result,
    Run,
    SavedHistory,
    SavedLabels,
)

STORES_KEY = "executions/scenario/stores.json"
SELLER = "seller-1"
CURSOR = 1_700_000_000_000  # ms
CAUSE = "Something went wrong. Do something about it."
FIRST_PAGE = {"transcripts_key": "pages/shop/1/chats-1.json.gz", "tokens": 900}
SECOND_PAGE = {"transcripts_key": "pages/shop/1/chats-2.json.gz", "tokens": 700}

# The Retry of statemachine/sync.asl.yaml: three tries of a passing fault, eight of a throttle, ten of a sleeper (s).
PASSING_FAULT = [1, 2, 4]
THROTTLED = [1, 2, 4, 8, 16, 30, 30, 30]
SLEEPING = [15] * 10


@dataclass(frozen=True)
class Failure:
    """A function's error by its class's name, or one of Lambda itself, which begins with `Lambda.`."""

    error: str
    cause: str = CAUSE


@dataclass(frozen=True)
class Call:
    """The call of a function, and its answer."""

    function: str
    answer: Result | dict[str, Any] | Failure


Step = Call | int  # a pause in seconds


@dataclass(frozen=True)
class Scenario:
    """An execution over these stores; `error` is what it fails with, None if it succeeds."""

    name: str
    steps: Sequence[Step]
    stores: Sequence[str] = ("shop",)
    execution_input: dict[str, Any] | None = None
    error: str | None = None

    @property
    def calls(self) -> list[Call]:
        """Return the calls alone."""
        return [step for step in self.steps if isinstance(step, Call)]


def listed(stores: int = 1, *, full: bool = False, classify: bool = True) -> Call:
    """Return the beginning of each execution."""
    return Call("list_stores", ListedStores(STORES_KEY, stores, full=full, classify=classify))


def opened(id_: int | None = 1, status: str = "running", wait_seconds: int = 0) -> Call:
    """Return the beginning of each run."""
    return Call("open_run", Run(id=id_, status=status, cursor=CURSOR, seller_id=SELLER, wait_seconds=wait_seconds))


def fetched(moved: int = 50, *, caught_up: bool = True, list_wait: int = 0, events_wait: int = 0) -> Call:
    """Return a fetch that read `moved` ms of the stream, and the list unless that must wait."""
    result = FetchedHistory(
        history_key="pages/shop/1/history.json.gz" if moved else None,
        listed=not list_wait,
        list_wait_seconds=list_wait,
        cursor=CURSOR + moved,
        stream_end=None,
        caught_up=caught_up,
        events_wait_seconds=events_wait,
        requests=2,
        seller_id=SELLER,
        token_type="personal",
        token_expires_at=None,
    )
    return Call("fetch_history", result)


def saved(
    moved: int = 50,
    status: str = "running",
    pages: Sequence[dict[str, Any]] = (),
    *,
    caught_up: bool = True,
    listed: bool = True,
    wait_seconds: int = 0,
) -> Call:
    """Return the run as it stands after a fetch was saved."""
    result = SavedHistory(
        id=1,
        status=status,
        cursor=CURSOR + moved,
        seller_id=SELLER,
        wait_seconds=wait_seconds,
        listed=listed,
        caught_up=caught_up,
        pages=list(pages),
        added=moved,
    )
    return Call("save_history", result)


def fails(function: str, error: str, pauses: Sequence[int] = ()) -> list[Step]:
    """Return a call that fails, and fails again after each of these pauses."""
    failed = Call(function, Failure(error))
    return [failed, *(step for pause in pauses for step in (pause, failed))]


CLASSIFIED = Call("classify_chats", ClassifiedChats("pages/shop/1/labels.json.gz"))
LABELLED = Call("save_labels", SavedLabels(30))
LABELLED_PAGE: list[Step] = [CLASSIFIED, LABELLED]
CLOSED = Call("close_run", ClosedRun("success", 0))
FAILED = Call("fail_run", FailedRun("SomeError", CAUSE))
REPORTED = Call("report", ReportedRuns(success=1, partial=0, error=0, skipped=0, running=0))
BURST: list[Step] = [fetched(caught_up=False), saved(caught_up=False)]
NOTHING_TO_LABEL: list[Step] = [fetched(), saved(status="success")]
BEGUN: list[Step] = [listed(), opened()]

SCENARIOS = [
    Scenario("zero-stores", [listed(0), REPORTED], stores=[]),
    Scenario("nothing-to-label", [*BEGUN, *NOTHING_TO_LABEL, REPORTED]),
    Scenario("no-pages", [*BEGUN, fetched(), saved(), CLOSED, REPORTED]),
    Scenario(
        "two-pages-are-labelled",
        [*BEGUN, fetched(), saved(pages=[FIRST_PAGE, SECOND_PAGE]), *LABELLED_PAGE, *LABELLED_PAGE, CLOSED, REPORTED],
        execution_input={"store_ids": ["shop"]},
    ),
    Scenario(
        "a-full-sync-without-labels",
        [listed(full=True, classify=False), opened(), *NOTHING_TO_LABEL, REPORTED],
        execution_input={"full": True, "classify": False},
    ),
    Scenario(
        "the-stream-is-walked-in-bursts",
        [*BEGUN, *BURST, *BURST, *NOTHING_TO_LABEL, REPORTED],
    ),
    Scenario(
        "429-on-the-list-then-on-the-events",
        [
            *BEGUN,
            fetched(0, caught_up=False, list_wait=7),
            saved(0, caught_up=False, listed=False, wait_seconds=7),
            7,
            fetched(caught_up=False, events_wait=3600),
            saved(caught_up=False, wait_seconds=3600),
            3600,
            *NOTHING_TO_LABEL,
            REPORTED,
        ],
    ),
    Scenario("buckets-empty-from-the-run-before", [listed(), opened(wait_seconds=9), 9, *NOTHING_TO_LABEL, REPORTED]),
    Scenario("another-run-goes-on", [listed(), opened(None, "skipped"), REPORTED]),
    Scenario(
        "the-seller-syncs-another-store",
        [listed(), opened(None, "waiting", 12), 12, opened(), *NOTHING_TO_LABEL, REPORTED],
    ),
    Scenario("token-refused", [*BEGUN, *fails("fetch_history", "WildberriesRefusedError"), FAILED, REPORTED]),
    Scenario(
        "one-store-of-three-fails",
        [
            listed(3),
            *[opened(1), *NOTHING_TO_LABEL],
            *[opened(2), *fails("fetch_history", "TokenUnusableError"), FAILED],
            *[opened(3), *NOTHING_TO_LABEL],
            REPORTED,
        ],
        stores=["first", "second", "third"],
    ),
    Scenario(
        "a-fault-passes",
        [*BEGUN, *fails("fetch_history", "WildberriesUnavailableError", [1]), 2, *NOTHING_TO_LABEL, REPORTED],
    ),
    Scenario(
        "a-fault-stays",
        [*BEGUN, *fails("fetch_history", "WildberriesUnavailableError", PASSING_FAULT), FAILED, REPORTED],
    ),
    Scenario(
        "faults-and-throttles-are-counted-apart",
        [
            *BEGUN,
            *[*fails("fetch_history", "WildberriesUnavailableError", [1]), 2],
            *[*fails("fetch_history", "Lambda.TooManyRequestsException", [1]), 2],
            *[*fails("fetch_history", "ParametersUnavailableError"), 4],
            *[*fails("fetch_history", "Lambda.TooManyRequestsException"), 4],
            *NOTHING_TO_LABEL,
            REPORTED,
        ],
    ),
    Scenario(
        "each-call-has-tries-of-its-own",
        [
            *BEGUN,
            *[*fails("fetch_history", "Runtime.ExitError", [1, 2]), 4, fetched(caught_up=False)],
            *[*fails("save_history", "Sandbox.Timedout", [1, 2]), 4, saved(caught_up=False)],
            *[*fails("fetch_history", "Runtime.ExitError", [1, 2]), 4, *NOTHING_TO_LABEL],
            REPORTED,
        ],
    ),
    Scenario(
        "the-database-goes-down-while-a-store-is-synced",
        [
            *[*BEGUN, fetched(), *fails("save_history", "DatabaseUnavailableError", PASSING_FAULT)],
            *[*fails("fail_run", "DatabaseUnavailableError", PASSING_FAULT)],
            REPORTED,
        ],
    ),
    Scenario(
        "the-database-is-down-from-the-beginning",
        fails("list_stores", "DatabaseUnavailableError", PASSING_FAULT),
        stores=[],
        error="DatabaseUnavailableError",
    ),
    Scenario(
        "the-report-fails",
        [*BEGUN, *NOTHING_TO_LABEL, *fails("report", "DatabaseUnavailableError", PASSING_FAULT)],
        error="DatabaseUnavailableError",
    ),
    Scenario(
        "a-page-is-refused",
        [
            *[*BEGUN, fetched(), saved(pages=[FIRST_PAGE, SECOND_PAGE])],
            *[*fails("classify_chats", "ClassifierRefusedError"), LABELLED, *LABELLED_PAGE],
            *[CLOSED, REPORTED],
        ],
    ),
    Scenario(
        "the-models-server-is-down",
        [
            *[*BEGUN, fetched(), saved(pages=[FIRST_PAGE])],
            *[*fails("classify_chats", "ClassifierUnavailableError", [1, 2]), LABELLED],
            *[CLOSED, REPORTED],
        ],
    ),
    Scenario(
        "a-pages-labels-are-not-saved",
        [
            *[*BEGUN, fetched(), saved(pages=[FIRST_PAGE, SECOND_PAGE])],
            *[CLASSIFIED, *fails("save_labels", "LeaseLostError"), *LABELLED_PAGE],
            *[CLOSED, REPORTED],
        ],
    ),
    Scenario(
        "the-run-is-not-closed",
        [*BEGUN, fetched(), saved(), *fails("close_run", "LeaseLostError"), FAILED, REPORTED],
    ),
    Scenario(
        "throttled-until-it-gives-up",
        [listed(), *fails("open_run", "Lambda.TooManyRequestsException", THROTTLED), FAILED, REPORTED],
    ),
    Scenario(
        "a-function-sleeps-too-long",
        [listed(), *fails("open_run", "Lambda.ResourceNotReadyException", SLEEPING), FAILED, REPORTED],
    ),
    Scenario(
        "a-sleeping-function-wakes",
        [*fails("list_stores", "Lambda.ENINotReadyException", [15]), 15, *BEGUN, *NOTHING_TO_LABEL, REPORTED],
    ),
]

# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: a path that finds nothing is a
# States.Runtime error, and "a retry or catch on States.ALL won't catch States.Runtime errors". moto catches it.
LACKING_A_FIELD: list[Step] = [*BEGUN, Call("fetch_history", {"listed": True})]
LACKING_A_FIELD_ON_AWS = Scenario("an-answer-lacks-a-field", [*LACKING_A_FIELD, REPORTED])
LACKING_A_FIELD_HERE = Scenario("an-answer-lacks-a-field", [*LACKING_A_FIELD, FAILED, REPORTED])
