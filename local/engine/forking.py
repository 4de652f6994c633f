"""Workers forked from prepared processes, which are ready when a started one would still be importing.

One process has imported AWS's libraries. Of each function there is one more, forked from it, that has imported the
function: its workers are forked from that. Only on Linux: elsewhere a fork of a process that has used the system's
libraries is not safe.
"""

import array
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from local.engine.worker_main import FORK, LONGEST_REQUEST

MAIN = Path(__file__).with_name("worker_main.py")
CAN_FORK = sys.platform == "linux"
LOST = 1  # the exit code of a worker whose forker is gone


def python_command() -> list[str]:
    """Return what starts worker_main.py so that it finds the standard library and no more.

    The interpreter is the one behind the virtual environment. -I keeps PYTHONWARNINGS away, so what this process
    treats as an error is handed on: only a worker sees that a function uses something deprecated.
    """
    warnings = [f"-W{option}" for option in sys.warnoptions]
    return [str(getattr(sys, "_base_executable", sys.executable)), "-I", "-S", *warnings, str(MAIN)]


@dataclass(frozen=True)
class Sandbox:
    """What a function's process sees: where it may import from, the folder that it works in, and all its variables."""

    handler: str
    folders: Sequence[Path]
    folder: Path
    environment: Mapping[str, str]

    def as_request(self) -> dict[str, Any]:
        """Return it as worker_main.py reads it."""
        folders = [str(each) for each in self.folders]
        environment = dict(self.environment)
        return {"handler": self.handler, "folders": folders, "folder": str(self.folder), "environment": environment}


class ForkedProcess:
    """A forked process, with what subprocess.Popen has too: `pid`, `stdin`, `returncode`, wait() and kill()."""

    def __init__(self, pid: int, stdin: "IO[bytes] | socket.socket") -> None:
        self.pid = pid
        self.stdin = stdin
        self.returncode: int | None = None
        self._handle: int | None = None
        self._handle_in_use = threading.Lock()
        with suppress(ProcessLookupError):  # It has ended already.
            self._handle = os.pidfd_open(pid)
        self._codes: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait(self) -> int:
        """Return the exit code once it has ended, negative for a signal; for one caller."""
        self.returncode = self._codes.get()
        with self._handle_in_use:
            if self._handle is not None:
                os.close(self._handle)
            self._handle = None
        return self.returncode

    def kill(self) -> None:
        """End it at once: it does nothing more once this returns."""
        with self._handle_in_use:
            if self._handle is not None:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def end(self, code: int) -> None:
        """Take notice that it has ended."""
        self._codes.put(code)


class Forker:
    """A prepared process. Close it, and its workers end with it."""

    def __init__(self, process: "subprocess.Popen[bytes] | ForkedProcess", engine_end: socket.socket) -> None:
        self._process = process
        self._socket = engine_end
        self._workers: dict[int, ForkedProcess] = {}
        self._stdins: queue.SimpleQueue[IO[bytes] | socket.socket] = queue.SimpleQueue()
        self._forked: queue.SimpleQueue[ForkedProcess | None] = queue.SimpleQueue()
        self._one_at_a_time = threading.Lock()
        threading.Thread(target=self._listen, name="forker", daemon=True).start()

    @classmethod
    def start(cls, folders: Sequence[Path], environment: Mapping[str, str]) -> Self:
        """Start the first one: it imports from these folders, with the variables that all workers have."""
        ours, theirs = _sockets()
        with theirs:
            process = subprocess.Popen(
                [*python_command(), FORK, *map(str, folders)],
                env=environment,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return cls(process, ours)

    def fork_forker(self, sandbox: Sandbox, log: int) -> "Forker":
        """Return one of a function's own, which has imported it. Raises OSError if this one is gone."""
        ours, theirs = _sockets()
        with theirs:
            return Forker(self._fork({**sandbox.as_request(), "of_function": True}, theirs.fileno(), log, ours), ours)

    def fork_worker(self, sandbox: Sandbox, log: int) -> ForkedProcess:
        """Return a new worker, which writes into the open file `log`. Raises OSError if this process is gone."""
        pipe, stdin = os.pipe()
        try:
            return self._fork({**sandbox.as_request(), "of_function": False}, pipe, log, os.fdopen(stdin, "wb"))
        finally:
            os.close(pipe)

    def close(self) -> None:
        """End the process. Its workers end as the engine closes their standard input."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()

    def _fork(
        self, request: Mapping[str, Any], stdin: int, log: int, our_end: "IO[bytes] | socket.socket"
    ) -> ForkedProcess:
        """Let it fork with these as standard input and output; `our_end` is the engine's end of the former."""
        with self._one_at_a_time:
            descriptors = array.array("i", [stdin, log])
            try:
                self._socket.sendmsg(
                    [json.dumps(request).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
                )
            except OSError:
                our_end.close()
                raise
            self._stdins.put(our_end)
            worker = self._forked.get()
        if worker is None:
            our_end.close()
            raise BrokenPipeError("The process that workers are forked from has ended")
        return worker

    def _listen(self) -> None:
        while words := self._receive():
            if "forked" in words:
                worker = ForkedProcess(words["forked"], self._stdins.get())
                self._workers[worker.pid] = worker
                self._forked.put(worker)
            else:
                self._workers.pop(words["ended"]).end(words["code"])
        for worker in self._workers.values():
            worker.stdin.close()
            worker.end(LOST)
        self._forked.put(None)
        self._socket.close()

    def _receive(self) -> dict[str, int] | None:
        try:
            message = self._socket.recv(LONGEST_REQUEST)
        except OSError:
            return None
        words: dict[str, int] | None = json.loads(message) if message else None
        return words


def _sockets() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
