"""The engine's time: the wall's, or one that tests wind forward.

Waits of the state machine and the simulator's rate limits share one clock, so an hour's Wait can take no time at all.
"""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> float:
        """Return the time in unix seconds."""

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Let `seconds` pass, or return early once `stop` is set."""


class WallClock:
    """Real time."""

    def now(self) -> float:
        """Return the time in unix seconds."""
        return time.time()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Sleep for `seconds`, or until `stop` is set."""
        stop.wait(seconds)


class VirtualClock:
    """A time that moves only when somebody waits, and then at once.

    Waits of parallel branches add up: ten items that each wait 60 s move it by 600 s.
    """

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._waits: list[float] = []
        self._lock = threading.Lock()

    @property
    def waits(self) -> list[float]:
        """Every wait so far, in seconds, in the order they began."""
        with self._lock:
            return list(self._waits)

    def now(self) -> float:
        """Return the time in unix seconds."""
        with self._lock:
            return self._now

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Move the time on by `seconds` and return, unless `stop` is set."""
        if stop.is_set():
            return
        with self._lock:
            self._now += seconds
            self._waits.append(seconds)
