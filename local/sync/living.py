"""Which executions of this machine live: each sync holds a lock file of its own, which is released however it ends."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.engine.locks import EXCLUSIVE, SHARED, open_lock, try_lock

PRIVATE = 0o700


class LivingSync:
    """A sync that lives as long as this context; its executions are named after it, and its live run is at `file`."""

    def __init__(self, folder: Path) -> None:
        self._name = f"sync-{uuid.uuid4()}"
        self._lock = folder / f"{self._name}.lock"
        self.file = folder / f"{self._name}.json"
        self._executions = 0

    def next_execution(self) -> str:
        """Return a name for one more execution of this sync."""
        self._executions += 1
        return f"{self._name}-{self._executions}"

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Live, so that no other sync takes this one's runs for a dead one's."""
        self._lock.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        unlocked = self._lock.with_suffix(".new")  # Under this name nobody takes it for a dead sync's.
        with open_lock(unlocked) as lock:
            try_lock(lock, EXCLUSIVE)
            unlocked.replace(self._lock)
            try:
                yield
            finally:
                self._lock.unlink(missing_ok=True)


def lives(folder: Path, execution_id: str) -> bool:
    """Return whether the sync of an execution lives, by its id (an ARN)."""
    sync = execution_id.rpartition(":")[2].rpartition("-")[0]
    return _is_locked(folder / f"{sync}.lock")


def forget_dead_syncs(folder: Path) -> None:
    """Remove what syncs left behind that were killed."""
    for lock in folder.glob("*.lock"):
        if not _is_locked(lock):
            for left in (lock, lock.with_suffix(".json"), lock.with_suffix(".new")):
                left.unlink(missing_ok=True)


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as lock:
            return not try_lock(lock, SHARED)  # Several may ask at once, and none of them is the sync.
    except FileNotFoundError:
        return False
