"""`python -m local sync`: one execution of the state machine on this machine, watched live."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import Any

from database import stores, sync_logs
from database.connection import transaction
from local.database import opened_database
from local.engine.clock import WallClock
from local.engine.engine import Engine
from local.engine.observation import ExecutionResult
from local.paths import ROOT
from local.progress import Progress
from local.tables import show_runs
from local.wildberries_server import Source, wildberries

INTERRUPTED = "This run was stopped on this machine. Nothing is lost: the next run goes on from the cursor."


def run(asked: argparse.Namespace) -> int:
    """Sync the stores asked for; 0 if all ended as success, else 1."""
    with wildberries(asked.stores, asked.store) as source, opened_database() as ours_alone:
        _register(source, ours_alone)
        with Progress({store.id: store.name for store in source.stores}, quiet=asked.json) as progress:
            result = _execute(asked, source, progress)
        runs = _runs(result)
    if asked.json:
        print(json.dumps(runs, ensure_ascii=False, indent=2, default=datetime.isoformat))
    else:
        show_runs(runs, result.transitions)
    return 0 if result.status == "SUCCEEDED" and all(row["status"] == "success" for row in runs) else 1


def _register(source: Source, ours_alone: bool) -> None:
    """Simulated stores stay inactive: no schedule of a deployed stack on the same database ever picks them up."""
    with transaction() as database:
        for store in source.stores:
            stores.register(database, store.id, store.name, active=not source.simulated)
        if ours_alone:
            sync_logs.close_all_runs(database)


def _execute(asked: argparse.Namespace, source: Source, progress: Progress) -> ExecutionResult:
    parameters = {"WbApiUrl": source.url} if source.url else {}
    parameters |= {"Classifier": classifier} if (classifier := os.environ.get("CLASSIFIER")) else {}
    parameters |= {"OpenAiBaseUrl": base} if (base := os.environ.get("OPENAI_BASE_URL")) else {}
    environment = {"DATABASE_URL": os.environ["DATABASE_URL"], "POWERTOOLS_TRACE_DISABLED": "true"}
    with Engine(ROOT, WallClock(), parameters, environment, progress.observe) as engine:
        prefix = engine.stack.functions["FetchEventsFunction"].environment["TOKEN_PARAMETER_PREFIX"]
        for store in source.stores:
            engine.put_secret_parameter(f"{prefix}/{store.id}/token", store.token)
        secret = engine.stack.functions["ClassifyChatsFunction"].environment["OPENAI_KEY_SECRET"]
        engine.put_secret(secret, os.environ.get("OPENAI_API_KEY") or "none")
        with _stopped_by_signals(engine):
            return engine.run(
                {
                    "store_ids": [store.id for store in source.stores],
                    "full": asked.full,
                    "classify": not asked.no_classify,
                }
            )


@contextmanager
def _stopped_by_signals(engine: Engine) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) stop the execution cleanly; a second one ends this program at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        print("\nStopping: what is fetched is being saved (Ctrl-C again ends at once) ...", file=sys.stderr)
        engine.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _runs(result: ExecutionResult) -> list[dict[str, Any]]:
    """Return the execution's rows of sync_logs; those that a stop left running are closed first."""
    with transaction() as database:
        sync_logs.close_runs_of(database, result.arn, "Interrupted", INTERRUPTED)
        return sync_logs.of_execution(database, result.arn)
