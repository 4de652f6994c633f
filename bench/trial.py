"""A program that loads a seller's events, run as a process of its own as its user starts it, from imports to exit."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from bench.machine import empty_postgres
from bench.world import ANSWER_SECONDS
from database.connection import connect, read_address
from local.engine.clock import WallClock
from local.simulator.model import Event, SimulatedStore, World
from local.simulator.server import Request, Simulator

POLL_SECONDS = 0.01
TAIL_CHARACTERS = 2000


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command that takes a stores file, and where it keeps the ids of WB's events.

    `release` is what its user runs before it can be started again after a kill, `problems` what tells of missing data;
    empty if the program has no such command.
    """

    name: str
    command: Sequence[str]
    table: str
    id_column: str
    environment: Mapping[str, str]
    release: Sequence[str] = ()
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class TrialRun:
    """One run of a program. `seconds` (s) are wall time from its start to its exit; `words` is all that it printed."""

    seconds: float
    exit_code: int
    words: str
    requests: Sequence[Request]

    @property
    def refused(self) -> int:
        """How many of its requests WB answered with 429."""
        return sum(request.status == HTTPStatus.TOO_MANY_REQUESTS for request in self.requests)


@dataclass(frozen=True)
class Trial:
    """A program, an empty Postgres that is running already, and the Wildberries that it reads."""

    program: Program
    stores: Sequence[SimulatedStore]
    wb: Simulator
    database_url: str
    folder: Path

    def run(self) -> TrialRun:
        """Run the program to its end."""
        asked, begun = len(self.wb.requests), time.perf_counter()
        exit_code = self._start().wait()
        seconds = time.perf_counter() - begun
        return TrialRun(seconds, exit_code, self._output.read_text(encoding="utf-8"), self.wb.requests[asked:])

    def run_until_killed(self, requests: int) -> TrialRun:
        """Kill only the program's own process (SIGKILL), once WB has had this many requests."""
        begun, process = time.perf_counter(), self._start()
        while len(self.wb.requests) < requests and process.poll() is None:
            time.sleep(POLL_SECONDS)
        process.kill()
        if process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"{self.program.name} ended before it could be killed:\n{self._tail()}")
        seconds = time.perf_counter() - begun
        return TrialRun(seconds, process.returncode, self._output.read_text(encoding="utf-8"), self.wb.requests)

    def ask(self, command: Sequence[str]) -> str:
        """Return the output of one of the program's commands, or nothing if it has no such command."""
        if not command:
            return ""
        return subprocess.run(
            command, env=self._environment, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout

    def missing(self) -> list[Event]:
        """Return the events of WB's streams that the program has not stored."""
        stored = self._stored_ids()
        return [event for store in self.stores for event in self.wb.events(store.id) if event.id not in stored]

    def require_whole(self, run: TrialRun) -> None:
        """Raise RuntimeError if the run failed or an event is missing: its time would be no time for the same work."""
        if run.exit_code or (missing := len(self.missing())):
            what = f"exit code {run.exit_code}" if run.exit_code else f"{missing} events are missing"
            raise RuntimeError(f"{self.program.name}: {what}; nothing was measured.\n{self._tail()}")

    def _start(self) -> subprocess.Popen[bytes]:
        with self._output.open("wb") as output:
            return subprocess.Popen(
                [*self.program.command, str(self.folder / "stores.toml")],
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _stored_ids(self) -> set[str]:
        with closing(connect(read_address(self.database_url))) as connection:
            if connection.run("SELECT to_regclass(:table)", table=self.program.table) == [[None]]:
                return set()
            rows = connection.run(f"SELECT {self.program.id_column} FROM {self.program.table}")  # noqa: S608 # ours
            return {row[0] for row in rows or []}

    @property
    def _environment(self) -> dict[str, str]:
        given = {"WB_API_URL": self.wb.url, "DATABASE_URL": self.database_url}
        return {**os.environ, **given, **self.program.environment}

    @property
    def _output(self) -> Path:
        return self.folder / "output.txt"

    def _tail(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")[-TAIL_CHARACTERS:]


@contextmanager
def trial(program: Program, stores: Sequence[SimulatedStore], limits: bool = True) -> Iterator[Trial]:
    """Yield the program beside an empty Postgres and a Wildberries; without limits its answers take no time."""
    answer_seconds = ANSWER_SECONDS if limits else 0.0
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        empty_postgres() as url,
        Simulator(World(tuple(stores)), WallClock(), answer_seconds=answer_seconds, limits=limits) as wb,
    ):
        entries = (
            f'[[stores]]\nid = "{one.id}"\nname = {json.dumps(one.name)}\ntoken = "{one.token}"' for one in stores
        )
        (Path(name) / "stores.toml").write_text("\n".join(entries), encoding="utf-8")
        yield Trial(program, stores, wb, url, Path(name))
