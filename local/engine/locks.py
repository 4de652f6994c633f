"""Lock files. The system releases them when their process ends, however that happens."""

import fcntl
import os
from pathlib import Path
from typing import IO

EXCLUSIVE, SHARED = fcntl.LOCK_EX, fcntl.LOCK_SH
OWNER_ONLY = 0o600


def open_lock(path: Path) -> IO[str]:
    """Open a lock file, which only its owner can open; what is locked is let go of when it is closed."""
    return open(path, "a", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY))


def try_lock(lock: IO[str], how: int) -> bool:
    """Return whether an open file could be locked EXCLUSIVE or SHARED at once.

    Where it could not, what this file had locked before may be lost.
    """
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
