"""Workers forked from one prepared process, which is ready when a started one would still be importing AWS's libraries.

Only on Linux: elsewhere a fork of a process that has used the system's libraries is not safe.
"""

import array
import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.engine.worker_main import FORK, LONGEST_REQUEST

MAIN = Path(__file__).with_name("worker_main.py")
CAN_FORK = sys.platform == "linux"
LOST = 1  # the exit code of a worker whose forker is gone


def python_command() -> list[str]:
    """Return what starts worker_main.py so that it finds the standard library and no more.

    The interpreter is the one behind the virtual environment.
    """
    return [str(getattr(sys, "_base_executable", sys.executable)), "-I", "-S", str(MAIN)]


class ForkedProcess:
    """A forked worker, with what subprocess.Popen has too: `pid`, `stdin`, `returncode`, wait() and kill()."""

    def __init__(self, pid: int, stdin: IO[bytes], forker: "Forker") -> None:
        self.pid = pid
        self.stdin = stdin
        self.returncode: int | None = None
        self._forker = forker
        self._codes: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait(self) -> int:
        """Return the exit code once it has ended, negative for a signal; for one caller."""
        self.returncode = self._codes.get()
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        self._forker.kill(self.pid)

    def end(self, code: int) -> None:
        """Take notice that it has ended."""
        self._codes.put(code)


class Forker:
    """The prepared process. Close it, and its workers end with it."""

    def __init__(self, folders: Sequence[Path], environment: Mapping[str, str]) -> None:
        """Start it: it imports from these folders, with the variables that all workers have."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        self._workers: dict[int, ForkedProcess] = {}
        self._stdins: queue.SimpleQueue[IO[bytes]] = queue.SimpleQueue()
        self._forked: queue.SimpleQueue[ForkedProcess | None] = queue.SimpleQueue()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [*python_command(), FORK, *map(str, folders)],
                env=environment,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, name="forker", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Return False once the process has ended."""
        return self._process.poll() is None

    def fork(
        self, handler: str, folders: Sequence[Path], folder: Path, environment: Mapping[str, str], log: int
    ) -> ForkedProcess:
        """Return a new worker, which writes into the open file `log`. Raises OSError if the forker is gone."""
        request = {"handler": handler, "folders": [str(each) for each in folders], "folder": str(folder)}
        message = json.dumps({**request, "environment": dict(environment)}).encode()
        pipe, stdin = os.pipe()
        try:
            with self._one_at_a_time:
                self._stdins.put(os.fdopen(stdin, "wb"))
                descriptors = array.array("i", [pipe, log])
                self._socket.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
                worker = self._forked.get()
        finally:
            os.close(pipe)
        if worker is None:
            raise BrokenPipeError("The process that workers are forked from has ended")
        return worker

    def kill(self, pid: int) -> None:
        """End a worker at once."""
        with suppress(OSError):  # gone, and its workers with it
            self._socket.send(json.dumps({"kill": pid}).encode())

    def close(self) -> None:
        """End the process. Its workers end as the engine closes their standard input."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()

    def _listen(self) -> None:
        while words := self._receive():
            if "forked" in words:
                worker = ForkedProcess(words["forked"], self._stdins.get(), self)
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
