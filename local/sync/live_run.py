"""What a running sync is doing, written into a small file again and again: the viewer draws it."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from local.engine.observation import InvocationEnded, InvocationStarted, Observation, Waiting
from local.sync.observed import observed_store, state_name

WRITE_SECONDS = 0.5  # how soon the file follows
REPEAT_SECONDS = 5.0  # a file that is older than a few of these is of a sync that died
FAILED = {"fail_run": "Store failed"}  # the state behind a store's last function, where it is drawn as one
# The same of a function that may be the last one, by the status in its result.
ENDS = {"skipped": "Skip store", "success": "Run closed", "partial": "Run closed"}
OWNER_ONLY = 0o600


class LiveRun:
    """Follows an execution's observations, which arrive from the interpreter's threads."""

    def __init__(self, store_ids: Sequence[str]) -> None:
        self._states: dict[str, dict[str, Any]] = {}
        self._execution: str | None = None
        self._stores = set(store_ids)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._changed = False

    def observe(self, observation: Observation) -> None:
        """Take in one observation."""
        store_id = observed_store(observation)
        if store_id not in self._stores:
            return
        with self._lock:
            self._changed = True
            self._states[store_id] = _state(observation)
            if isinstance(observation, InvocationStarted) and observation.function == "open_run":
                payload = observation.payload
                self._execution = payload.get("execution_id") if isinstance(payload, dict) else None

    @contextmanager
    def written_to(self, path: Path) -> Iterator[None]:
        """Keep the file up to date meanwhile, and remove it in the end."""
        writer = threading.Thread(target=self._write_until_over, args=(path,), name="live-run", daemon=True)
        writer.start()
        try:
            yield
        finally:
            self._over.set()
            writer.join()
            path.unlink(missing_ok=True)

    def _write_until_over(self, path: Path) -> None:
        written_at = 0.0
        while not self._over.wait(WRITE_SECONDS):
            with self._lock:
                due = self._changed or time.monotonic() - written_at > REPEAT_SECONDS
                self._changed = False
                content = self._content() if due and self._execution else None
            if content:
                with suppress(OSError):  # A full disk is no reason to end a sync.
                    _write_whole(path, content)
                written_at = time.monotonic()

    def _content(self) -> str:
        counts = Counter(store["state"] for store in self._states.values())
        return json.dumps(
            {
                "execution_id": self._execution,
                "written_at": time.time(),
                "states": dict(counts),
                "stores": self._states,
                "not_begun": len(self._stores) - len(self._states),
            }
        )


def _state(observation: Observation) -> dict[str, Any]:
    if isinstance(observation, Waiting):
        return {"state": observation.state, "until": observation.until}
    state = state_name(observation.function)
    if isinstance(observation, InvocationEnded) and not observation.failed:
        state = FAILED.get(observation.function, state)
        if observation.function != "close_run" and isinstance(observation.result, dict):
            state = ENDS.get(observation.result.get("status", ""), state)
    return {"state": state, "until": None}


def _write_whole(path: Path, content: str) -> None:
    """Replace the file at once, so that nobody reads half of it."""
    unfinished = path.with_suffix(".new")
    with open(unfinished, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as file:
        file.write(content)
    unfinished.replace(path)
