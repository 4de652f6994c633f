"""Runs: their list, and one with what it did when."""

import os
from typing import Any

from reading.filters import RunFilters
from reading.runs import STATUSES, list_runs, list_runs_of_execution, list_saved_labels, read_run
from reading.stores import name_stores
from viewer.access import reading_transaction
from viewer.addresses import NothingThereError, write_run_filters
from viewer.live import find_live_store, read_live_runs
from viewer.machine_picture import draw_live_run
from viewer.web_pages.problems import read_problems

RUNS_A_LIST = 50


def describe_runs(filters: RunFilters) -> dict[str, Any]:
    """Return one part of the list of runs."""
    with reading_transaction() as database:
        runs = list_runs(database, RUNS_A_LIST + 1, filters)
        stores = name_stores(database)
    shown = runs[:RUNS_A_LIST]
    return {
        "runs": shown,
        "next": write_run_filters(filters, before=shown[-1]["id"]) if len(runs) > RUNS_A_LIST else "",
        "filters": filters,
        "narrowed": bool(write_run_filters(filters)),
        "statuses": STATUSES,
        "stores": stores,
    }


def describe_run(run_id: int) -> dict[str, Any]:
    """Return one run; with the state machine's picture while its sync goes on on this machine.

    Raises:
        NothingThereError: There is no such run.
    """
    with reading_transaction() as database:
        run = read_run(database, run_id)
        if run is None:
            raise NothingThereError("no_run")
        siblings = list_runs_of_execution(database, run["execution_id"], RUNS_A_LIST)
        saved_labels = list_saved_labels(database, run)
        problems = read_problems(database, run["store_id"])
    own = [live for live in read_live_runs() if live["execution_id"] == run["execution_id"]]
    console = os.environ.get("CONSOLE_URL", "")
    return {
        "run": run,
        "siblings": [other for other in siblings if other["id"] != run_id],
        "saved_labels": saved_labels,
        **problems,
        "live": own[0] if own else None,
        "live_store": find_live_store(own, run["store_id"]),
        "picture": draw_live_run(own[0]["states"]) if own else "",
        "console": f"{console}{run['execution_id']}" if console else "",
    }
