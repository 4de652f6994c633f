"""What lies in `.local`, and files with tokens, are for their owner: not for the other users of the machine."""

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077  # what a group and everybody may do
READ_BY_OTHERS = 0o044
ONLY_ENTER = 0o011
# Code that others may see; it is not worth a walk through thousands of files.
INSTALLED = ("lambda-image", "layers", "sam")


def close_to_others(kept: Path) -> None:
    """Let whatever this process makes from now on be its user's alone, and close what an older one left open in `kept`.

    What cannot be closed (it belongs to another user, or the disk is read-only) stays as it is.
    """
    os.umask(OTHERS)
    for path in _contents(kept):
        with suppress(OSError):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & OTHERS:
                path.chmod(mode & ~OTHERS)
    # Run as root, Postgres is another user's, who must find his way to his own data.
    with suppress(OSError):
        kept.chmod(stat.S_IRWXU | (ONLY_ENTER if os.geteuid() == 0 else 0))


def _contents(kept: Path) -> Iterator[Path]:
    """Yield what lies in the folder, and in its folders; not what is behind links, nor in another user's folders."""
    with suppress(OSError):
        for path in kept.iterdir():
            if path.is_symlink() or path.name in INSTALLED:
                continue
            yield path
            if path.is_dir() and path.stat().st_uid == os.geteuid():
                yield from (each for each in path.iterdir() if not each.is_symlink())


def is_read_by_others(file: Path | int) -> bool:
    """Return whether other users may read a file, or what is open under this number, as far as its own mode says."""
    try:
        found = os.fstat(file) if isinstance(file, int) else file.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & READ_BY_OTHERS)


def exposed_file_warning(file: Path) -> str:
    """Return the sentence about a file with tokens that others may read."""
    return (
        f"warning: Other users of this machine may read the tokens in {file}. "
        f"Close it to them: chmod 600 {shlex.quote(str(file))}"
    )
