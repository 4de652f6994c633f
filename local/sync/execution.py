"""One execution of the state machine on this machine, watched live."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from types import FrameType
from typing import Any

from chatsync.errors import describe_failure
from database import run_ends, stores
from database.connection import transaction
from database.labels import history
from local.engine.clock import WallClock
from local.engine.engine import Engine
from local.engine.observation import EngineBrokenError, ExecutionResult, Observation
from local.engine.stack import StackInvalidError
from local.errors import NotNowError, UsageError
from local.installation.database import OpenedDatabase, opened_database, where_it_is
from local.owner_only import exposed_file_warning
from local.paths import KEPT, LIVE_RUNS, ROOT
from local.process import end_at_next_signal, signals_handled_by
from local.sync.labelling import BY_KEYWORDS, NONE, UNLABELLED, Labelling, labelling
from local.sync.live_run import LiveRun
from local.sync.living import LivingSync, forget_dead_syncs, lives
from local.sync.progress import Progress
from local.sync.source import Source, wildberries
from local.sync.token_health import expiry_warnings, remember_token, slow_reading_sentences
from local.terminal.tables import Terminal, console, count_of, show_runs
from reading.runs import COMPUTED, list_runs_of_execution

INTERRUPTED = "This run was stopped on this machine. Nothing is lost: the next run goes on from the cursor."
LITTLE_ROOM = 1_000_000  # bytes; Postgres writes 16 MB at a time

Rows = list[dict[str, Any]]


def sync(arguments: argparse.Namespace) -> int:
    """Sync the stores asked for; 0 if all ended as success, else 1."""
    _require_setup()
    labels = labelling(arguments.classifier)
    with wildberries(arguments.stores, arguments.store) as source:
        same_stores = _read_same_stores(arguments, source)
        progress = Progress({store.id: store.name for store in source.stores}, on_stderr=arguments.json)
        progress.say(_heading(source))
        if any(store.is_exposed for store in source.stores):
            Terminal(stderr=True).sentence(exposed_file_warning(arguments.stores))
        with opened_database() as opened:
            _register(source, same_stores, opened)
            with transaction() as database:
                slow = slow_reading_sentences(database, source.stores, full=arguments.full)
            for sentence in slow:
                progress.say(sentence)
            classify = arguments.classifier != NONE and not (labels.keyless and _stays_unlabelled(source, progress))
            options = {"full": arguments.full, "classify": classify}
            result, runs = _execute(options, source, labels, opened.functions_url, progress)
    _show(arguments.json, result, runs)
    ended_well = _is_success(source, result, runs)
    ends = (*_how_it_ended(result), *_unwritten(source, result, runs), *([] if ended_well else _full_disk()))
    for sentence in (*expiry_warnings(source.stores), *ends):
        Terminal(stderr=True).sentence(sentence)
    return 0 if ended_well else 1


def _require_setup() -> None:
    if not (KEPT / "lambda-image").exists() or not (KEPT / "layers").exists():
        raise UsageError(f"The functions' libraries are not installed. Run `make setup` in {ROOT} first.")


def _heading(source: Source) -> str:
    return f"Syncing {count_of(len(source.stores), 'store')} of {source.place} into {where_it_is()} ..."


def _read_same_stores(arguments: argparse.Namespace, source: Source) -> set[str]:
    """Return the stores whose seller WB gave a new id, as their owner says; raises UsageError for one not synced."""
    same_stores = set(arguments.same_store or ())
    if missing := sorted(same_stores - set(source.store_ids)):
        raise UsageError(f"--same-store names {missing[0]!r}, which this command does not sync.")
    return same_stores


def _register(source: Source, same_stores: set[str], opened: OpenedDatabase) -> None:
    """Simulated stores stay inactive: no schedule of a deployed stack on the same database ever picks them up."""
    with transaction() as database:
        for store in source.stores:
            stores.register(database, store.id, store.name, active=not source.simulated)
            remember_token(database, store, same_store=store.id in same_stores)
        if opened.is_kept:  # Nobody else than this machine's syncs syncs into it.
            run_ends.close_runs_of_dead_executions(database, lambda execution: lives(LIVE_RUNS, execution))
    forget_dead_syncs(LIVE_RUNS)


def _stays_unlabelled(source: Source, progress: Progress) -> bool:
    """Say what comes of a missing key: the keywords label instead, but they never undo labels that were paid for."""
    with transaction() as database:
        paid = history.has_paid_labels(database, source.store_ids)
    progress.say(UNLABELLED if paid else BY_KEYWORDS)
    return paid


def _execute(
    options: Mapping[str, bool], source: Source, labels: Labelling, functions_url: str, progress: Progress
) -> tuple[ExecutionResult, Rows]:
    """Run the machine, and return how it ended with its rows of sync_logs; a stop leaves none of them running.

    Stores whose history is too long for one run are synced again at once, until theirs is read.
    """
    following, this_sync = LiveRun(source.store_ids), LivingSync(LIVE_RUNS)

    def observe(observation: Observation) -> None:
        progress.observe(observation)
        following.observe(observation)

    with (
        this_sync.alive(),
        _engine(source, labels, functions_url, observe) as engine,
        progress,
        following.written_to(this_sync.file),
        _stopped_by_signals(engine),
    ):
        store_ids, transitions = source.store_ids, 0
        runs: Rows = []
        while True:
            task = {"store_ids": store_ids, **options, "full": options["full"] and not runs}
            result = engine.run(task, this_sync.next_execution())
            with transaction() as database:
                run_ends.close_runs_of_execution(database, result.arn, "Interrupted", INTERRUPTED)
                runs += list_runs_of_execution(database, result.arn)
            transitions += result.transitions
            store_ids = [run["store_id"] for run in runs if run["execution_id"] == result.arn and run["read_up_to"]]
            if result.status != "SUCCEEDED" or not store_ids:
                return replace(result, transitions=transitions), runs


@contextmanager
def _engine(
    source: Source, labels: Labelling, functions_url: str, observe: Callable[[Observation], None]
) -> Iterator[Engine]:
    parameters = labels.parameters | ({"WbApiUrl": source.url} if source.url else {})
    environment = {"DATABASE_URL": functions_url}
    try:
        with (
            Engine(ROOT, WallClock(), parameters, environment, observe, warm_up=True) as engine,
            engine.lambdas.changed_environment(["classify_chats"] if labels.proxy else [], labels.proxy),
        ):
            _put_secrets(engine, source, labels.key)
            yield engine
    except StackInvalidError as error:
        raise UsageError(str(error)) from None
    except EngineBrokenError as error:
        raise NotNowError(str(error)) from None


def _put_secrets(engine: Engine, source: Source, key: str) -> None:
    prefix = engine.stack.functions["FetchHistoryFunction"].environment["TOKEN_PARAMETER_PREFIX"]
    for store in source.stores:
        engine.put_secret_parameter(f"{prefix}/{store.id}/token", store.token)
    secret = engine.stack.functions["ClassifyChatsFunction"].environment["OPENAI_KEY_SECRET"]
    engine.put_secret(secret, key)


@contextmanager
def _stopped_by_signals(engine: Engine) -> Iterator[None]:
    """Let the first Ctrl-C stop the execution cleanly, and a second one end this program at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        end_at_next_signal()
        engine.stop()
        with suppress(OSError):  # The terminal may be gone.
            print("Stopping: running tasks may finish within seconds (Ctrl-C again ends at once) ...", file=sys.stderr)

    with signals_handled_by(stop):
        yield


def _show(as_json: bool, result: ExecutionResult, runs: Rows) -> None:
    """Print the rows: as JSON alone, or as a table with what to look at next."""
    if as_json:
        rows = [{name: run[name] for name in run if name not in COMPUTED} for run in runs]
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=datetime.isoformat))
    elif runs:
        show_runs(runs, "sync_logs")
        console.sentence(f"{result.transitions} state transitions.")
        if console.is_terminal:
            console.sentence("Next: ./chats status, ./chats chat ID")


def _how_it_ended(result: ExecutionResult) -> list[str]:
    if result.status == "SUCCEEDED":
        return []
    if result.status == "ABORTED":
        return ["Stopped. Nothing is lost: the next sync continues where this one stopped."]
    _, sentence = describe_failure(result.error or result.status, result.cause or "")
    return [f"error: The execution ended early. {sentence} Logs: {KEPT / 'logs'}"]


def _unwritten(source: Source, result: ExecutionResult, runs: Rows) -> list[str]:
    """Say it where even the end of a run could not be written down (the database went away)."""
    missing = set(source.store_ids) - {row["store_id"] for row in runs}
    if result.status != "SUCCEEDED" or not missing:
        return []
    return [f"error: {', '.join(sorted(missing))}: no run could be recorded. The logs in {KEPT / 'logs'} say why."]


def _full_disk() -> list[str]:
    """Say why, where no function could: each writes a log."""
    if shutil.disk_usage(KEPT).free >= LITTLE_ROOM:
        return []
    return [f"error: The disk that holds {KEPT} is full. What is stored stays. Make room on it, then sync again."]


def _is_success(source: Source, result: ExecutionResult, runs: Rows) -> bool:
    succeeded = {row["store_id"] for row in runs if row["status"] == "success"}
    return result.status == "SUCCEEDED" and succeeded == set(source.store_ids)
