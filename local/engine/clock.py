"""The engine's time: the wall's, or one that tests wind forward.

Waits of the state machine and the simulator's rate limits share one clock, so an hour's Wait can take no time at all.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

# A timer of the system stands still while the computer sleeps: so a long wait is made of short ones.
LOOK_AGAIN_SECONDS = 5.0
# Linux' clock that nobody can set and that counts sleep; macOS' monotonic one counts it too.
SLEEP_COUNTING_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds_running() -> float:
    """Return the seconds (s) since the computer was started, those in which it slept included."""
    return time.clock_gettime(SLEEP_COUNTING_CLOCK)


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> float:
        """Return the time in unix seconds."""

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Let `seconds` pass, or return early once `stop` is set."""


class WallClock:
    """Real time, of which a computer's sleep is a part.

    A wait is over at its moment, or after its length, whichever comes first. So one that began before a laptop slept
    ends when it wakes; and a clock that is set back makes no wait longer. Set forward it makes one shorter: whom that
    lets ask WB too early is told by WB how long to wait. Tests give other sources of time.
    """

    def __init__(self, wall: Callable[[], float] = time.time, running: Callable[[], float] = seconds_running) -> None:
        self._wall, self._running = wall, running

    def now(self) -> float:
        """Return the time in unix seconds."""
        return self._wall()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return `seconds` later or once `stop` is set; a computer that wakes then, within LOOK_AGAIN_SECONDS."""
        moment, end = self._wall() + seconds, self._running() + seconds
        while (left := min(moment - self._wall(), end - self._running())) > 0:
            if stop.wait(min(left, LOOK_AGAIN_SECONDS)):
                return


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
