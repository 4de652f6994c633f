"""A backup: one zip file with the database's dump, and a manifest that says what must be in it."""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from local.errors import NotNowError, UsageError

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
OWNER_ONLY = 0o600
DAMAGED = "is not a whole backup of this program, or is damaged. Nothing was changed. Take another one."


@dataclass(frozen=True)
class TableState:
    """What a table holds: how many rows, and the digest of all of them, in whatever order they are read."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds; `made_at` is an ISO time, `migrations` are those that had made the tables."""

    made_at: str
    migrations: list[str]
    tables: dict[str, TableState]

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())


@dataclass(frozen=True)
class Backup:
    """A backup that is open for reading."""

    manifest: Manifest
    archive: zipfile.ZipFile

    def open_dump(self) -> IO[bytes]:
        """Return pg_dump's custom archive."""
        return self.archive.open(DUMP)


@contextmanager
def new_file(file: Path) -> Iterator[zipfile.ZipFile]:
    """Yield an archive to fill; only a whole one gets the file's name, and only its owner can read it.

    Raises:
        UsageError: There is something of that name, or no such folder.
    """
    if file.exists():
        raise UsageError(f"{file} exists already, and a backup never overwrites a file. Choose another name.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"The folder {file.absolute().parent} does not exist. Create it first, or choose another.")
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with open(unfinished, "w+b", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as written:
            with zipfile.ZipFile(written, "w") as archive:
                yield archive
            written.flush()
            os.fsync(written.fileno())
        unfinished.rename(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Add what must be in the archive."""
    archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1))


@contextmanager
def opened(file: Path) -> Iterator[Backup]:
    """Yield the backup in a file. What is damaged in its dump is met where that is read.

    Raises:
        UsageError: The file was not written by `backup`, or it is damaged or incomplete.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            yield Backup(_read_manifest(file, archive), archive)
    except OSError as error:
        if error.filename is None or Path(error.filename) != file:
            raise
        raise UsageError(f"The backup {file} cannot be read: {error.strerror}.") from None
    except zipfile.BadZipFile:
        raise UsageError(f"{file} {DAMAGED}") from None


def _read_manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        written = json.loads(archive.read(MANIFEST))
        if written.pop("format") > FORMAT:
            raise NotNowError(f"The backup {file} was made by a newer version of this program. Update this one first.")
        tables = {name: TableState(**state) for name, state in written.pop("tables").items()}
        return Manifest(tables=tables, **written)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise UsageError(f"{file} {DAMAGED}") from None
