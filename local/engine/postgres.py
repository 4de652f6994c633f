"""A real Postgres server of one's own, from a PyPI package: no installation, no container."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

from local.engine.locks import EXCLUSIVE, SHARED, open_lock, try_lock
from local.engine.postgres_binaries import enterable, find_binaries
from local.engine.postgres_logins import OWNER, Logins
from local.engine.postmaster import HOST, find_server, forget_dead_server, free_port, last_port, lives, ready_port

DATABASE = "postgres"

# A server that was killed first replays its write-ahead log.
READY_SECONDS = 120.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.01
# Another user starts or stops the server meanwhile, at the longest.
TURN_SECONDS = READY_SECONDS + STOP_SECONDS
TURN_POLL_SECONDS = 0.02

# Another program may have the port; the children of a killed server may need a moment to notice.
START_ATTEMPTS = 4
ATTEMPT_SECONDS = 0.5

# Workers keep a connection each: more than Postgres' default of 100 when every function's pool is full.
MAX_CONNECTIONS = 400

SETTINGS = {
    "listen_addresses": HOST,
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
COMPLAINT = re.compile(r"(?:\b(?:FATAL|PANIC|ERROR|error): +|^postgres: )(.*)", re.M)


class PostgresInUseError(Exception):
    """Another version of this program uses the data folder, or another process does not let go of it."""


class PostgresFailedError(Exception):
    """The server could not be started or stopped; the text says why."""


class Postgres:
    """A server on a data folder, made when it does not exist, for as long as it is used (a context manager).

    Any number of processes use it at once: the first starts it, the others join it, and the last one out stops it. Each
    holds `<folder>.lock` as long as it uses the server, and `<folder>.turn` while it comes or goes. A process that is
    killed lets go of both; the server that the last one leaves behind so is used, or stopped, by the next.

    `durable` keeps the data through a power cut. With `roles`, these and the owner log in with passwords, which lie in
    `<folder>.pgpass`; without, whoever reaches the server is let in. Tests do without both.
    """

    def __init__(self, data: Path, durable: bool, roles: Sequence[str] | None = None) -> None:
        self._place = data.absolute()
        self._durable = durable
        self._logins = None if roles is None else Logins(self.password_file, roles)
        self._port = 0
        self._undo = ExitStack()

    @property
    def url(self) -> str:
        """Return the address of the database for its owner, with the password."""
        return self.url_for(OWNER)

    def url_for(self, role: str) -> str:
        """Return the same for another role. The server listens on the loopback interface only."""
        password = f":{self._logins.password(role)}" if self._logins else ""
        return f"postgresql://{role}{password}@{HOST}:{self._port}/{DATABASE}"

    @property
    def password_file(self) -> Path:
        """Return where the passwords of a server with `roles` lie, as libpq's programs read them."""
        return self._beside("pgpass")

    @property
    def log(self) -> Path:
        """Return the path of the server's log; it begins anew with each start."""
        return self._data.with_name(f"{self._data.name}.log")

    @property
    def is_running(self) -> bool:
        """Return False once the server has ended though it is used: it was killed, or broke down. Then enter again."""
        process = find_server(self._data)
        return process is not None and ready_port(self._data, process) == self._port

    def __enter__(self) -> "Postgres":
        """Join the server, or start it, and return once it takes connections.

        Raises:
            PostgresInUseError, PostgresFailedError: See there.
            OSError: The folder cannot be written, or is another user's.
        """
        self._place.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            with self._turn():
                self._data = enterable(self._place)
                self._join(undo.enter_context(open_lock(self._beside("lock"))))
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Leave the server, and stop it if nobody else uses it; open transactions are rolled back then."""
        with self._undo, self._turn(), open_lock(self._beside("lock")) as users:
            self._undo.close()
            if try_lock(users, EXCLUSIVE):
                self._stop()

    @contextmanager
    def unused(self) -> Iterator[None]:
        """Keep everybody from the folder meanwhile; its server is down. Raises PostgresInUseError where it is used."""
        with self._turn(), open_lock(self._beside("lock")) as users:
            if not try_lock(users, EXCLUSIVE):
                raise PostgresInUseError(f"The database in {self._place} is being used")
            self._data = enterable(self._place)
            self._stop()
            yield

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Be the only one who comes or goes meanwhile."""
        deadline = time.monotonic() + TURN_SECONDS
        with open_lock(self._beside("turn")) as turn:
            while not try_lock(turn, EXCLUSIVE):
                if time.monotonic() > deadline:
                    raise PostgresInUseError(f"The database in {self._place} is not let go of by another process")
                time.sleep(TURN_POLL_SECONDS)
            yield

    def _join(self, users: IO[str]) -> None:
        alone = try_lock(users, EXCLUSIVE)
        if not (alone or (try_lock(users, SHARED) and self._knows_passwords())):
            raise PostgresInUseError(f"The database in {self._place} is in use by another version of this program")
        process = find_server(self._data)
        is_closed = not alone or self._is_closed()
        if not (process and is_closed and self._becomes_ready(process)):
            self._stop()
            self._start()
        if alone:
            try_lock(users, SHARED)  # Nobody else is at it: this is our turn.

    def _start(self) -> None:
        """Start the server; where other users are left of one that broke down, they find it on the same port."""
        self._binaries = find_binaries()
        with _open_log(self.log) as self._log:
            if not (self._data / "PG_VERSION").exists():
                self._create()
            for port in (last_port(self._data), *(free_port() for _ in range(START_ATTEMPTS))):
                with suppress(PostgresFailedError):
                    if self._logins and not self._is_closed():
                        self._close(self._logins)
                    if self._starts_on(port):
                        return
                time.sleep(ATTEMPT_SECONDS)
        raise PostgresFailedError(self._reason())

    def _create(self) -> None:
        """Make the data folder under another name first, so that a half-made one is never taken for a whole."""
        for left in self._data.parent.glob(f"{self._data.name}.new*"):
            shutil.rmtree(left, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{self._data.name}.new-", dir=self._data.parent))
        self._binaries.hand_over(unfinished)
        sync = [] if self._durable else ["--no-sync"]
        access = "reject" if self._logins else "trust"
        try:
            self._run("initdb", "-U", OWNER, "-A", access, "--no-locale", "-E", "UTF8", *sync, "-D", str(unfinished))
            _rename(unfinished, self._data)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _knows_passwords(self) -> bool:
        return self._logins is None or self._logins.read()

    def _is_closed(self) -> bool:
        """Return whether the server asks for the passwords in the file, which nobody else can have read."""
        if self._logins is None:
            return True
        if not (self._logins.read() and self._logins.is_private()):
            return False
        try:
            return self._access_file.read_text(encoding="utf-8", errors="replace") == self._logins.access_rules
        except FileNotFoundError:
            return False

    def _close(self, logins: Logins) -> None:
        """Make passwords, and let the server ask for them from now on.

        Postgres alone on the folder, without any connection, learns them from its standard input: no list of processes
        has them, and no log. What says that it did so is written last.
        """
        logins.make()
        options = ["-c", "exit_on_error=on", *self._options()]
        self._run("postgres", "--single", "-D", str(self._data), *options, DATABASE, text=logins.statements)
        self._access_file.write_text(logins.access_rules, encoding="utf-8")
        self._binaries.hand_over(self._access_file)

    @property
    def _access_file(self) -> Path:
        return self._data / "pg_hba.conf"

    def _starts_on(self, port: int) -> bool:
        server = subprocess.Popen(
            [self._binaries.program("postgres"), "-D", str(self._data), "-p", str(port), *self._options()],
            stdin=subprocess.DEVNULL,
            **self._surroundings(),
        )
        # It may outlive our use of it, and be stopped by somebody else.
        threading.Thread(target=server.wait, name="postgres", daemon=True).start()
        try:
            with suppress(psutil.NoSuchProcess):
                if self._becomes_ready(psutil.Process(server.pid)):
                    return True
        except BaseException:
            server.send_signal(signal.SIGINT)
            raise
        server.kill()
        server.wait()
        forget_dead_server(self._data)
        return False

    def _options(self) -> list[str]:
        settings = SETTINGS if self._durable else SETTINGS | FAST_SETTINGS
        return [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]

    def _becomes_ready(self, process: psutil.Process) -> bool:
        """Wait until the server says so itself: a port that answers may be another server's."""
        deadline = time.monotonic() + READY_SECONDS
        while lives(process) and time.monotonic() < deadline:
            if port := ready_port(self._data, process):
                self._port = port
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _stop(self) -> None:
        process = find_server(self._data)
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and never mind
            if process is None or not lives(process):
                break
            process.send_signal(how)
            deadline = time.monotonic() + STOP_SECONDS
            while lives(process) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        forget_dead_server(self._data)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        command = [self._binaries.program(program), *arguments]
        done = subprocess.run(command, check=False, input=text.encode(), **self._surroundings())
        if done.returncode != 0:
            raise PostgresFailedError(self._reason())

    def _surroundings(self) -> dict[str, Any]:
        """Return subprocess' arguments for Postgres' programs: no variable of ours, not even a PGPORT, reaches them."""
        return {
            "env": {"PATH": os.defpath, "LANG": "C"},
            "cwd": "/",
            "stdout": self._log,
            "stderr": self._log,
            "start_new_session": True,  # a Ctrl-C in the terminal is the engine's to handle
            **self._binaries.run_as,
        }

    def _reason(self) -> str:
        """Return what Postgres complained of last, and where to read on."""
        said = self.log.read_text(encoding="utf-8", errors="replace")
        complaints = COMPLAINT.findall(said) or said.split("\n")[-2:-1] or ["nothing, as on a full disk"]
        return f"Postgres says: {complaints[-1].strip()} (its log: {self.log})"

    def _beside(self, what: str) -> Path:
        return self._place.with_name(f"{self._place.name}.{what}")


def _open_log(path: Path) -> IO[bytes]:
    """Return a new log file that only its owner can read."""
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY))


def _rename(unfinished: Path, data: Path) -> None:
    """Give the folder its name, on the disk too: else a power cut could give back the unfinished one."""
    try:
        unfinished.rename(data)
    except OSError as error:
        raise PostgresFailedError(f"{data} exists, but is not a database's folder") from error
    folder = os.open(data.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
