"""What a data folder says of its server: the process, its port and its state.

https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/pidfile.h
"""

import shlex
import socket
from contextlib import suppress
from pathlib import Path

import psutil

HOST = "127.0.0.1"
PID_LINE, PORT_LINE, STATE_LINE = 0, 3, 7  # of postmaster.pid, counted from 0


def find_server(data: Path) -> psutil.Process | None:
    """Return the server on this folder, whatever its state. A process id alone may meanwhile belong to anybody."""
    pid = "".join(_pid_file(data)[:1]).removeprefix("-")  # which stands before that of one without connections
    if not (pid.isascii() and pid.isdecimal()):  # A power cut may leave an empty file, a part of it, or NULs.
        return None
    try:
        process = psutil.Process(int(pid))
        command = process.cmdline()
    except psutil.Error:
        return None
    is_ours = bool(command) and Path(command[0]).name == "postgres" and str(data) in command
    return process if is_ours else None


def lives(process: psutil.Process) -> bool:
    """Return whether it still runs; one that only its parent has not taken notice of does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ready_port(data: Path, process: psutil.Process) -> int | None:
    """Return the port on which this server takes connections, by its own word: a port may be another server's."""
    lines = _pid_file(data)
    is_ready = len(lines) > STATE_LINE and lines[PID_LINE] == str(process.pid) and lines[STATE_LINE] == "ready"
    return int(lines[PORT_LINE]) if is_ready else None


def forget_dead_server(data: Path) -> None:
    """Remove the id of a process that is none; Postgres itself does so only where it can make sense of the file."""
    if find_server(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)


def last_port(data: Path) -> int:
    """Return the port of the last start, so that other programs keep their settings; else any free one."""
    with suppress(OSError, ValueError, IndexError):
        words = shlex.split((data / "postmaster.opts").read_text(encoding="utf-8"))
        return int(words[words.index("-p") + 1])
    return free_port()


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _pid_file(data: Path) -> list[str]:
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines]
