"""What a power cut, a full disk or somebody's hand may leave of a data folder: the server starts, or says why not."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pg8000.native import Connection

from local.engine.postgres import Postgres, PostgresFailedError
from tests.support.project import ROOT

ROLES = ("reader",)


@pytest.fixture(scope="module")
def data(open_folder: Path) -> Path:
    """The folder of a server that was killed after something was committed."""
    folder = open_folder / "kept"
    script = f"""
import os, signal
from pathlib import Path
from urllib.parse import urlsplit
from pg8000.native import Connection
from local.engine.postgres import Postgres
server = Postgres(Path({str(folder)!r}), durable=True, roles={ROLES!r}).__enter__()
parts = urlsplit(server.url)
Connection("postgres", password=parts.password, host="127.0.0.1", port=parts.port, database="postgres").run(
    "CREATE TABLE committed AS SELECT 1 AS x")
os.kill(int((Path({str(folder)!r}) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    return folder


def committed(data: Path) -> object:
    with Postgres(data, durable=True, roles=ROLES) as server:
        parts = urlsplit(server.url)
        login = {"password": parts.password, "port": parts.port or 0}
        with closing(Connection("postgres", host="127.0.0.1", database="postgres", **login)) as connection:
            return connection.run("SELECT x FROM committed")[0][0]


LEFT = {
    "a killed server's": None,
    "empty": b"",
    "cut": b"123",
    "NULs": bytes(200),
    "NULs behind": b"123" + bytes(200),
    "no text": b"\xff\xfe\n",
    "a number beyond all": b"9" * 40,
}


@pytest.mark.parametrize("left", LEFT)
def test_whatever_is_left_of_the_process_id_the_server_starts_with_all_that_was_committed(
    data: Path, left: str
) -> None:
    if (content := LEFT[left]) is not None:
        (data / "postmaster.pid").write_bytes(content)
        (data / "postmaster.opts").write_bytes(content)
    assert committed(data) == 1


@pytest.mark.parametrize("left", [b"", bytes(200)])
def test_passwords_and_process_id_may_be_lost_at_once(data: Path, left: bytes) -> None:
    for file in (data / "postmaster.pid", data / "pg_hba.conf", data.with_name("kept.pgpass")):
        file.write_bytes(left)
    assert committed(data) == 1


def test_lock_files_that_nobody_holds_are_no_hindrance(data: Path) -> None:
    for lock in ("lock", "turn"):
        data.with_name(f"kept.{lock}").write_text("12345")
    assert committed(data) == 1


def test_a_folder_that_was_not_finished_is_made_again(open_folder: Path) -> None:
    data = open_folder / "unfinished"
    for left in ("unfinished.new", "unfinished.new-abc"):
        (open_folder / left / "base").mkdir(parents=True)
    with Postgres(data, durable=False, roles=ROLES):
        pass
    assert sorted(path.name for path in open_folder.glob("unfinished.new*")) == []
    assert (data / "PG_VERSION").exists()


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control", "pg_wal", "postgresql.conf"])
def test_a_folder_of_which_parts_are_missing_is_left_as_it_is_with_a_sentence(
    data: Path, open_folder: Path, missing: str
) -> None:
    assert committed(data) == 1
    half = open_folder / "half"
    shutil.copytree(data, half, ignore_dangling_symlinks=True)
    subprocess.run(["cp", "-a", "--attributes-only", f"{data}/.", str(half)], check=True)  # the owner is Postgres' user
    gone = half / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    before = sorted(path.name for path in half.iterdir())
    try:
        with (
            pytest.raises(PostgresFailedError, match=r"Postgres says|not a database's folder") as refused,
            Postgres(half, durable=True, roles=ROLES),
        ):
            pass
        assert "\n" not in str(refused.value)
        assert set(before) <= {path.name for path in half.iterdir()}
    finally:
        shutil.rmtree(half)
