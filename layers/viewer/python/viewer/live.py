"""The syncs that go on on this machine, as `./chats sync` writes them down: where each store is in the machine."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ELSEWHERE = "Skip store"  # the state of a store that another sync is at
FRESH_SECONDS = 15  # `sync` writes at least every few seconds while it runs


def is_on_one_machine() -> bool:
    """Return whether these pages are shown by `./chats view`, where no schedule runs."""
    return "LIVE_RUNS_FOLDER" in os.environ


def read_live_runs() -> list[dict[str, Any]]:
    """Return what each running sync wrote last; nothing on AWS, and when no sync goes on."""
    folder = os.environ.get("LIVE_RUNS_FOLDER")
    files = sorted(Path(folder).glob("*.json")) if folder else []
    return [run for file in files if (run := _read_live_run(file)) is not None]


def find_live_store(runs: list[dict[str, Any]], store_id: str) -> dict[str, Any] | None:
    """Return a store's state, and the moment until which it waits (`until_at`, None if it does not).

    Of two syncs of a store one skips it; where the other one is, is shown.
    """
    found = [run["stores"][store_id] for run in runs if store_id in run["stores"]]
    if not found:
        return None
    store = next((each for each in found if each["state"] != ELSEWHERE), found[0])
    until = store["until"]
    return {"state": store["state"], "until_at": datetime.fromtimestamp(until, UTC) if until else None}


def _read_live_run(file: Path) -> dict[str, Any] | None:
    try:
        run: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return run if time.time() - run["written_at"] < FRESH_SECONDS else None
    except (OSError, ValueError, LookupError, TypeError):  # It has ended meanwhile, or a power cut left a part.
        return None
