"""Backups of the database: made while it is used, and restored beside the one that is there."""

import ctypes
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from database.connection import Address, Database, connect, read_address
from database.migrations import migrate, read_migrations
from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.engine.postgres_binaries import enterable, find_binaries
from local.errors import NotNowError, UsageError
from local.installation.backup_file import DUMP, Backup, Manifest, TableState, new_file, opened, write_manifest
from local.installation.database import query
from local.installation.kept_server import KEPT_DATABASE, kept_server
from local.paths import KEPT, MIGRATIONS

LONGEST_ANSWER_SECONDS = 24 * 3600  # the digest of the largest table
RESTORED, VERIFIED, ALONE = (KEPT / f"postgres.{name}" for name in ("restored", "verified", "restoring"))
SERVER_FILES = ("log", "lock", "turn", "pgpass")  # what a server keeps beside its folder
CHUNK_BYTES = 1 << 20
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # https://man7.org/linux/man-pages/man2/rename.2.html
# What a row's text depends on, beside the row.
TEXT_SETTINGS = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'"
TABLES = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'm', 'f') AND relnamespace = 'public'::regnamespace
    ORDER BY relname
"""
MADE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)  # by a migration: restore can make no other tables
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) AS names FROM pg_attribute
    WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def make_backup(file: Path) -> tuple[Manifest, list[str]]:
    """Write the whole database, as it is at one moment, into a new file; a sync may go on meanwhile.

    Return what was written, and the names of tables that were not, for this program did not make them.

    Raises:
        UsageError: The file exists, or DATABASE_URL names a server that pg_dump cannot be sent to.
        NotNowError: There is no database yet, or it or the disk refuses.
    """
    # Within query() DATABASE_URL names the database, whichever it is.
    return query(lambda _: _write_backup(read_address(os.environ["DATABASE_URL"]), file))


def verify_backup(file: Path) -> Manifest:
    """Restore the file into a server of its own, which is removed again, and return what was compared.

    Raises:
        UsageError: It is no whole backup.
        NotNowError: What comes out of it is not what went in, or there is no room for it.
    """
    with opened(file) as backup, _alone(), _built(VERIFIED, backup, durable=False):
        return backup.manifest


def restore_backup(file: Path, *, replace_kept: bool) -> tuple[Manifest, Path | None]:
    """Put the file's database in the place of the kept one; return where that one lies now, if there was one.

    Raises:
        UsageError: It is no whole backup; or there is a database, and nobody said that it may be replaced.
        NotNowError: As verify_backup, or the kept database is used by another command. Nothing was changed.
    """
    if os.environ.get("DATABASE_URL"):
        raise UsageError(
            "`restore` fills the database kept in .local/. Unset DATABASE_URL, or fill its database with pg_restore: "
            "docs/backup.md."
        )
    if KEPT_DATABASE.exists() and not replace_kept:
        raise UsageError(f"There is a database in {KEPT_DATABASE}. With --replace it is put aside, not deleted.")
    with opened(file) as backup, _alone(), _built(RESTORED, backup, durable=True):
        return backup.manifest, _swap()


def _write_backup(address: Address, file: Path) -> tuple[Manifest, list[str]]:
    if address.tls:
        raise UsageError("The pg_dump of this program speaks no TLS. Use another pg_dump: docs/backup.md.")
    with new_file(file) as archive, closing(connect(replace(address, answer_seconds=LONGEST_ANSWER_SECONDS))) as link:
        database = Database(link)
        database.run(TEXT_SETTINGS)
        database.run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = database.rows("SELECT pg_export_snapshot() AS name")[0]["name"]
        how = ["--format=custom", f"--snapshot={snapshot}", "--schema=public"]
        foreign = _foreign_tables(database)
        how += [f"--exclude-table=public.{_quoted(name)}" for name in foreign]
        with archive.open(DUMP, "w", force_zip64=True) as dump:
            _run("pg_dump", how, address, into=dump)
        versions = [row["version"] for row in database.rows("SELECT version FROM schema_migrations ORDER BY version")]
        manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"), versions, _count_tables(database))
        write_manifest(archive, manifest)
    return manifest, foreign


def _count_tables(database: Database) -> dict[str, TableState]:
    return {name: _count_table(database, name) for name in _table_names(database)}


def _table_names(database: Database) -> list[str]:
    """Return the tables that the migrations made."""
    made = {name for file in MIGRATIONS.glob("*.sql") for name in MADE.findall(file.read_text(encoding="utf-8"))}
    made.add("schema_migrations")
    return [row["relname"] for row in database.rows(TABLES) if row["relname"] in made]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _foreign_tables(database: Database) -> list[str]:
    """Return the others: their owner keeps them himself."""
    ours = _table_names(database)
    return [row["relname"] for row in database.rows(TABLES) if row["relname"] not in ours]


def _count_table(database: Database, name: str) -> TableState:
    """Return a table's state. What Postgres computes from other columns is left out: versions may compute otherwise."""
    columns = database.rows(COLUMNS, name=name)[0]["names"]
    digest = f"('x' || left(md5(ROW({columns})::text), 15))::bit(60)::bigint"
    counted = f"SELECT count(*) AS rows, coalesce(sum({digest}), 0)::text AS digest FROM {name}"  # noqa: S608 - names
    return TableState(**database.rows(counted)[0])


@contextmanager
def _built(place: Path, backup: Backup, *, durable: bool) -> Iterator[None]:
    """Restore the backup into a new data folder and compare it; what is left there in the end is removed."""
    sources = _migrations_of(backup.manifest)
    _remove_server(place)
    try:
        with Postgres(place, durable, roles=()) as server, tempfile.TemporaryDirectory() as folder:
            for source in sources:
                shutil.copy(source, folder)
            _fill(read_address(server.url), Path(folder), backup)
        yield
    except (PostgresFailedError, PostgresInUseError) as error:
        raise NotNowError(f"The backup could not be restored, and nothing was changed. {error}") from None
    finally:
        _remove_server(place)


def _migrations_of(manifest: Manifest) -> list[Path]:
    """Return the files that made the backup's tables; the next command makes what came later."""
    if unknown := set(manifest.migrations) - {migration.version for migration in read_migrations(MIGRATIONS)}:
        raise NotNowError(
            f"The backup has tables that a newer version of this program made ({', '.join(sorted(unknown))}). Update "
            "this program first. Nothing was changed."
        )
    return [MIGRATIONS / f"{version}.sql" for version in manifest.migrations]


def _fill(address: Address, migrations: Path, backup: Backup) -> None:
    """Make the tables, with the roles and rights that no dump holds, then their rows as the dump has them."""
    address = replace(address, answer_seconds=LONGEST_ANSWER_SECONDS)
    migrate(migrations, address)
    with closing(connect(address)) as link:
        database = Database(link)
        database.run(TEXT_SETTINGS)
        database.run(f"TRUNCATE {', '.join(_table_names(database))} RESTART IDENTITY")
        how = ["--data-only", "--disable-triggers", "--single-transaction", "--exit-on-error"]
        with backup.open_dump() as dump:
            _run("pg_restore", [*how, f"--dbname={address.database}"], address, out_of=dump)
        there = _count_tables(database)
    wanted = backup.manifest.tables
    if wrong := sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)):
        raise NotNowError(
            f"What comes out of the backup is not what its manifest says ({', '.join(wrong)}). Nothing was changed. "
            "Make another backup, and keep this one until that is verified."
        )


def _swap() -> Path | None:
    """Put the restored folder in the kept one's place, at one moment; return where the kept one lies now."""
    try:
        with kept_server().unused():
            kept, aside = enterable(KEPT_DATABASE), None
            if not kept.exists():
                RESTORED.resolve().rename(kept)
                return aside
            aside = RESTORED.resolve().rename(kept.with_name(f"{kept.name}.until-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"))
            _exchange(aside, kept)
            return aside
    except PostgresInUseError as error:
        raise NotNowError(f"{error}. Nothing was changed. End the other commands, then again.") from None


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders' names: there is no moment in which one of them is missing, where the system can do so."""
    try:
        at_once = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # macOS
        at_once = None
    if at_once and at_once(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return
    between = other.rename(one.with_name(f"{one.name}.new"))
    one.rename(other)
    between.rename(one)


@contextmanager
def _alone() -> Iterator[None]:
    """Restore nothing while another command does, into the same folders."""
    KEPT.mkdir(exist_ok=True)
    with ALONE.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotNowError("Another command restores a backup here. Wait until it has ended.") from None
        yield


def _remove_server(place: Path) -> None:
    """Remove a data folder, also where it is only a link to it, with what its server keeps beside it.

    A server that a killed command left is stopped first. Raises NotNowError where somebody still uses it.
    """
    try:
        with Postgres(place, durable=False).unused():
            data = place.resolve()
            shutil.rmtree(data, ignore_errors=True)
    except PostgresInUseError as error:
        raise NotNowError(f"{error}. Nothing was changed. End the other command, then again.") from None
    for kept in {place, data}:
        for ending in SERVER_FILES:
            kept.with_name(f"{kept.name}.{ending}").unlink(missing_ok=True)
    place.unlink(missing_ok=True)


def _run(
    program: str, how: list[str], address: Address, *, into: IO[bytes] | None = None, out_of: IO[bytes] | None = None
) -> None:
    """Run one of Postgres' programs on a database, its output into one file, or its input out of another."""
    login = {"PGHOST": address.host, "PGPORT": str(address.port), "PGUSER": address.user, "PGSSLMODE": "disable"}
    login |= {"PGDATABASE": address.database, "PGPASSWORD": address.password or "", "PATH": os.defpath, "LANG": "C"}
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [find_binaries().program(program), *how],
            stdin=subprocess.PIPE if out_of else subprocess.DEVNULL,
            stdout=subprocess.PIPE if into else subprocess.DEVNULL,
            stderr=complaints,
            env=login,
        ) as process,
    ):
        try:
            _feed(process, into, out_of)
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            complaints.seek(0)
            raise NotNowError(f"Nothing was changed. {_first_line(program, complaints.read())}")


def _feed(process: "subprocess.Popen[bytes]", into: IO[bytes] | None, out_of: IO[bytes] | None) -> None:
    if into and process.stdout:
        shutil.copyfileobj(process.stdout, into, CHUNK_BYTES)
    if out_of and process.stdin:
        try:
            shutil.copyfileobj(out_of, process.stdin, CHUNK_BYTES)
            process.stdin.close()
        except BrokenPipeError:  # it has ended, and says why
            pass


def _first_line(program: str, complaints: bytes) -> str:
    """Return what the program says first; what follows may quote rows."""
    lines: list[Any] = complaints.decode(errors="replace").splitlines()
    return next((line for line in lines if "error:" in line), f"{program} failed")
