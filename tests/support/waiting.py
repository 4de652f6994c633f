"""Waiting for what another thread or process does, no longer than a test may take."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.01
PATIENCE_SECONDS = 60.0


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return once the condition holds. Raises TimeoutError if it does not within these seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)
