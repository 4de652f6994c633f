"""Where the project is, what its tables are called, and a place of this process's own to run it in."""

import random
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = (
    "stores, chats, chat_messages, message_versions, sync_logs, rate_limits, chat_labels, label_pages, "
    "quarantined_events, problems, automatic_marks, chat_turns, no_answer_marks, message_days, "
    "unfinished_fills, outdated_indexes"
)
NEEDED = ("local", "eval", "layers", "functions", "statemachine", "migrations", "template.yaml")
INSTALLED = ("layers", "lambda-image")
# Below those that systems hand out by themselves: a server that is closed and opened again finds its port free.
OWN_PORTS = range(20_000, 32_000)


def copy_project(folder: Path) -> Path:
    """Copy what the project needs to run, without anything kept from earlier runs; return the folder."""
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    (folder / ".local").mkdir()
    for name in INSTALLED:
        (folder / ".local" / name).symlink_to(ROOT / ".local" / name)
    return folder


@cache
def own_copy() -> Path:
    """Return a copy of the project for this process alone: two write neither the same logs nor the same live run."""
    return copy_project(Path(tempfile.mkdtemp(prefix="own-copy-")))


def remove_own_copy() -> None:
    """Remove it, if it was made."""
    if own_copy.cache_info().currsize:
        shutil.rmtree(own_copy(), ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody listens on."""
    while True:
        port = random.choice(OWN_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
