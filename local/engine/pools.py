"""The warm workers of one function, and the callers that wait for one."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable

from local.engine.workers import Worker

# A function of this project waits for the network or the database most of its time; more processes would not help.
MAX_WORKERS = 32

# Starting more processes at once than there are processors makes none of them ready sooner; and where as many compute
# as there are, another one would take its time from them.
PROCESSORS = os.cpu_count() or 1

# How soon a caller that found all processors taken looks again: what computed may be waiting for the network by then.
LOOK_AGAIN_SECONDS = 0.1

# How long a caller waits for a busy worker, in cold starts as long as the last one: on a machine that is full, another
# process is ready late and takes from those that work.
PATIENCE = 1.0

# A cold start of this project's functions on an idle processor; each pool then goes by its own.
FIRST_COLD_START_SECONDS = 0.5


class PoolClosedError(Exception):
    """The engine is closing: nothing is invoked any more."""


class Pool:
    """Hands out idle workers, and starts more only as fast as callers wait for them, and only while they wait long.

    A caller that finds none idle gets whichever comes first: one that another caller returns, or a newly started one.
    While the workers take all processors, none is started.
    """

    def __init__(self, start: Callable[[], Worker]) -> None:
        self._start = start
        self._ready: deque[Worker | Exception] = deque()
        self._workers: set[Worker] = set()
        self._free_places = MAX_WORKERS
        self._waiting = 0
        self._starting = 0
        self._cold_start_seconds = FIRST_COLD_START_SECONDS
        self._closed = False
        self._changed = threading.Condition()

    @property
    def workers(self) -> list[Worker]:
        """The workers that live now."""
        with self._changed:
            return list(self._workers)

    @property
    def waiting(self) -> int:
        """How many callers wait for a worker now."""
        return self._waiting

    def take(self) -> Worker:
        """Return a worker for one invocation. Raises what its start raised, or PoolClosedError while closing."""
        with self._changed:
            self._waiting += 1
            try:
                return self._next_ready()
            finally:
                self._waiting -= 1

    def warm_up(self) -> None:
        """Start a first worker ahead of its first caller. If it cannot start, that caller will hear of it."""
        with self._changed:
            if self._closed or self._workers or self._starting:
                return
            self._starting += 1
            self._free_places -= 1
        self._cold_start()

    def give_back(self, worker: Worker) -> None:
        """Make a worker available to the next caller; a dead one is forgotten."""
        with self._changed:
            if worker.alive:
                self._ready.append(worker)
            else:
                self._forget(worker)
            self._changed.notify()

    def close(self) -> None:
        """Kill every worker. Who waits for one gets PoolClosedError."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for worker in self._workers:
                worker.kill()

    def _next_ready(self) -> Worker:
        patient_until = time.monotonic() + PATIENCE * self._cold_start_seconds
        while True:
            if self._closed:
                raise PoolClosedError
            if not self._ready:
                self._wait_for_change(patient_until)
                continue
            ready = self._ready.pop()
            if isinstance(ready, Exception):
                raise ready
            if ready.alive:
                return ready
            self._forget(ready)

    def _wait_for_change(self, patient_until: float) -> None:
        """Wait for a worker that comes back; when none does in time, or there is none, for a new one too."""
        patience = patient_until - time.monotonic()
        if patience > 0 and self._workers:
            self._changed.wait(patience)
        else:
            self._start_more()
            self._changed.wait(LOOK_AGAIN_SECONDS)

    def _start_more(self) -> None:
        """Begin cold starts while callers outnumber the workers that are ready or starting. Needs the lock."""
        needed = min(self._waiting - len(self._ready), PROCESSORS)
        if sum(worker.computes for worker in self._workers) >= PROCESSORS:
            return
        while self._starting < needed and self._free_places > 0 and not self._closed:
            self._starting += 1
            self._free_places -= 1
            threading.Thread(target=self._cold_start, name="cold-start", daemon=True).start()

    def _cold_start(self) -> None:
        worker: Worker | None = None
        failure: Exception | None = None
        begun = time.monotonic()
        try:
            worker = self._start()
            self._remember(worker)
            worker.wait_until_ready()
        except Exception as error:  # whatever it is, somebody waits to hear of it
            failure = error
        with self._changed:
            self._starting -= 1
            if worker is not None and failure is None:
                self._cold_start_seconds = time.monotonic() - begun
                self._ready.append(worker)
            else:
                self._forget(worker)
            # A failure concerns whoever waits; with nobody waiting, the next caller gets a start of its own.
            if failure is not None and self._waiting > len(self._ready):
                self._ready.append(failure)
            self._start_more()
            self._changed.notify()

    def _remember(self, worker: Worker) -> None:
        with self._changed:
            self._workers.add(worker)
            if self._closed:
                worker.kill()

    def _forget(self, worker: Worker | None) -> None:
        """Free the place of a worker that is dead or never came to life. Needs the lock."""
        if worker is not None:
            self._workers.discard(worker)
        self._free_places += 1
