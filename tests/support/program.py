"""The command line as a process of its own, as people start it."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.simulator.model import SimulatedStore
from tests.support.project import own_copy

ENDS_WITHIN_SECONDS = 120
COLUMNS, LINES = 80, 24
# A key such as Ctrl-C reaches only a process whose own terminal this is.
OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def stores_file(folder: Path, stores: Iterable[SimulatedStore]) -> str:
    """Write the stores as their owner would, and return the file's path."""
    path = folder / "shops.toml"
    path.touch(mode=0o600)
    path.write_text(
        "\n".join(f'[[stores]]\nid = "{store.id}"\nname = "{store.name}"\ntoken = "{store.token}"' for store in stores),
        encoding="utf-8",
    )
    return str(path)


class Program:
    """A running `./chats`. Leaves nothing behind when its `with` ends."""

    def __init__(
        self, *arguments: str, root: Path | None = None, environment: Mapping[str, str], terminal: bool = False
    ) -> None:
        self.seen = ""
        self._read, write = os.openpty() if terminal else os.pipe()
        if terminal:
            fcntl.ioctl(write, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, *(("-c", OWN_TERMINAL) if terminal else ()), "-m", "local", *arguments],
            cwd=root or own_copy(),
            env=_plain_environment() | dict(environment),
            stdin=write if terminal else subprocess.DEVNULL,
            stdout=write,
            stderr=write,
            start_new_session=True,
        )
        os.close(write)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)

    def until(self, words: str) -> None:
        """Read on until the program has said these words."""
        while words not in self.seen:
            assert self._more(), f"ended without {words!r}:\n{self.seen}"

    def press(self, keys: bytes) -> None:
        """Press keys on the program's terminal."""
        os.write(self._read, keys)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Read to the end and return the exit code, negative for a signal."""
        while self._more():
            pass
        return self._process.wait(ENDS_WITHIN_SECONDS)

    def _more(self) -> bool:
        piece = b""
        assert select.select([self._read], [], [], ENDS_WITHIN_SECONDS)[0], f"says nothing any more:\n{self.seen}"
        with suppress(OSError):  # a terminal's way to say that nobody writes any more
            piece = os.read(self._read, 65536)
        self.seen += piece.decode(errors="replace")
        return bool(piece)


def run(
    *arguments: str, root: Path | None = None, environment: Mapping[str, str], stdin: IO[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, its output in pipes; one that never ends says where its threads are."""
    command = [sys.executable, "-X", "faulthandler", "-m", "local", *arguments]
    process = subprocess.Popen(
        command,
        cwd=root or own_copy(),
        env=_plain_environment() | dict(environment),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said, complained = process.communicate(timeout=ENDS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        raise AssertionError("It does not end:\n{}\n{}".format(*process.communicate())) from None
    return subprocess.CompletedProcess(command, process.returncode, said, complained)


def _plain_environment() -> dict[str, str]:
    openai = {f"OPENAI_{name}" for name in ("API_KEY", "BASE_URL", "MODEL", "REASONING_EFFORT")}
    ours = {"WB_API_URL", "DATABASE_URL", *openai}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"TERM": "xterm", "TZ": "UTC"}
