"""A sync that goes on on this machine, as `./chats sync` writes it down: where each store is in the machine."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FRESH_SECONDS = 15  # `sync` writes at least every few seconds while it runs


def is_on_one_machine() -> bool:
    """Return whether these pages are shown by `./chats view`, where no schedule runs."""
    return "LIVE_RUN_FILE" in os.environ


def read_live_run() -> dict[str, Any] | None:
    """Return what the running sync wrote last; None on AWS, and when no sync goes on."""
    named = os.environ.get("LIVE_RUN_FILE")
    try:
        written: dict[str, Any] = json.loads(Path(named).read_text(encoding="utf-8")) if named else {}
    except (OSError, ValueError):
        return None
    fresh = time.time() - written.get("written_at", 0) < FRESH_SECONDS
    return written if written and fresh else None


def find_live_store(live: dict[str, Any] | None, store_id: str) -> dict[str, Any] | None:
    """Return a store's state, and the moment until which it waits (`until_at`, None if it does not)."""
    store: dict[str, Any] | None = (live or {}).get("stores", {}).get(store_id)
    if store is None:
        return None
    until = store["until"]
    return {"state": store["state"], "until_at": datetime.fromtimestamp(until, UTC) if until else None}
