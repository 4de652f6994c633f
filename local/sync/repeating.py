"""`sync --every`: one sync after another, each in a process of its own, and a line about each.

A process of its own gives back all its memory, and whatever becomes of it, the next one starts anew.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from local.engine.clock import Clock, WallClock
from local.errors import UsageError
from local.paths import ROOT
from local.process import signals_handled_by
from local.terminal.tables import count_of

ENDS, WRONG_USE = (0, 1), 2  # exit codes: of a sync that ended, and of what cannot work as it was typed
ONLY_ONCE = {"full": "--full", "same_store": "--same-store", "json": "--json"}
NAMED = 3  # stores that a line names
WARNING, ERROR = "warning: ", "error: "


@dataclass(frozen=True)
class Ended:
    """How a sync ended: its rows of sync_logs, what it warned of, and what failed beside or instead of its rows.

    `wrong_use`: it cannot work as it was typed.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    failure: str | None = None
    wrong_use: bool = False


def sync_every(arguments: argparse.Namespace) -> int:
    """Sync again and again until a signal; 0 then.

    Raises:
        UsageError: An argument is meant for one sync only, or the first sync cannot work as it was typed.
    """
    for name, option in ONLY_ONCE.items():
        if getattr(arguments, name):
            raise UsageError(f"{option} is for one sync, and --every repeats it. Run it once without --every.")
    syncing = Syncing(_words(arguments))
    with signals_handled_by(lambda number, frame: syncing.stop(number)):
        repeat(arguments.every, syncing.run, WallClock(), syncing.stopping, _say)
    return 0


def repeat(
    every: int, run: Callable[[], Ended], clock: Clock, stopping: threading.Event, say: Callable[[str], None]
) -> None:
    """Run every so many seconds until `stopping` is set, and say a line about each run.

    The next run is due that long after the beginning of this one; if that has passed by then, at once.

    Raises:
        UsageError: The first run cannot work as it was typed.
    """
    told: tuple[str, ...] = ()
    first = True
    while not stopping.is_set():
        begun = clock.now()
        ended = run()
        now = clock.now()
        if first and ended.wrong_use:
            raise UsageError(str(ended.failure).removeprefix(ERROR))
        first, due = False, max(begun + every, now)
        then = "stopped" if stopping.is_set() else f"next at {_moment(due)}"
        say(f"{_moment(begun)}  {_outcome(ended)}; took {max(0, round(now - begun))} s; {then}")
        for warning in ended.warnings:
            if warning not in told:  # else the same one every hour
                say(warning)
        told = ended.warnings
        clock.wait(due - now, stopping)


class Syncing:
    """Runs `./chats sync` with these words, one process at a time; stop() may be called from a signal handler."""

    def __init__(self, words: list[str]) -> None:
        self.stopping = threading.Event()
        self._command = [sys.executable, "-I", str(ROOT / "local"), "sync", *words, "--json"]
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> Ended:
        """Sync once and return how it ended."""
        with tempfile.TemporaryFile("w+") as rows, tempfile.TemporaryFile("w+", errors="replace") as said:
            try:
                code = self._run(rows, said)
            except OSError as error:  # no memory for another process, perhaps
                return Ended(failure=f"{ERROR}The sync could not be started ({error.strerror}).")
            return _ended(code, _content(rows), _content(said))

    def stop(self, number: int) -> None:
        """Let a sync that is running end as it does on this signal; there is no other after it."""
        self.stopping.set()
        if self._process:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _run(self, rows: IO[str], said: IO[str]) -> int:
        # A session of its own: a Ctrl-C reaches it from here, once.
        with subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=rows, stderr=said, text=True, start_new_session=True
        ) as self._process:
            if self.stopping.is_set():  # by a signal that came before there was a process
                self.stop(signal.SIGTERM)
            return self._process.wait()


def _words(arguments: argparse.Namespace) -> list[str]:
    """Return the arguments of each sync, as they were typed."""
    words = ["--classifier", arguments.classifier]
    if arguments.stores:
        words += ["--stores", str(arguments.stores)]
    for store in arguments.store or ():
        words += ["--store", store]
    return words


def _content(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _ended(code: int, written: str, said: str) -> Ended:
    lines = [line for line in said.splitlines() if line.strip()]
    warnings = tuple(line for line in lines if line.startswith(WARNING))
    try:
        rows = json.loads(written)
    except ValueError:
        rows = []
    failed = code not in ENDS or not rows or any(line.startswith(ERROR) for line in lines)
    return Ended(rows, warnings, _failure(code, lines) if failed else None, wrong_use=code == WRONG_USE)


def _failure(code: int, lines: list[str]) -> str:
    """Return the sentence that the sync ended with."""
    errors = [line for line in lines if line.startswith(ERROR)]
    if code < 0:
        return f"{ERROR}The sync was ended by signal {-code}. Nothing is lost: the next one goes on from the cursor."
    return (errors or lines or [f"{ERROR}The sync ended with exit code {code}."])[-1]


def _outcome(ended: Ended) -> str:
    if not ended.rows:
        return str(ended.failure).rstrip(".")
    last = {row["store_id"]: row["status"] for row in ended.rows}  # A long history is several runs.
    failed = [f"{store}: {status}" for store, status in last.items() if status != "success"]
    messages, labels = (sum(row[name] or 0 for row in ended.rows) for name in ("messages_added", "chats_classified"))
    more = f", and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
    names = f" ({', '.join(failed[:NAMED])}{more})" if failed else ""
    news = f"{count_of(messages, 'new message')}, {count_of(labels, 'label')}"
    also = f"; {ended.failure.rstrip('.')}" if ended.failure else ""
    return f"{len(last) - len(failed)} of {count_of(len(last), 'store')} ok{names}; {news}{also}"


def _moment(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _say(line: str) -> None:
    print(line, flush=True)
