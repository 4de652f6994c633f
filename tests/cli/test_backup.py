"""`backup` and `restore`: one file, whole or not there, taken while a sync runs, and nothing that is there is lost."""

import json
import shutil
import signal
import uuid
import zipfile
from pathlib import Path

import pytest
from pg8000.exceptions import DatabaseError
from pg8000.native import Connection

from database.connection import read_address, transaction
from local.engine.postgres_binaries import Binaries, find_binaries
from local.engine.postmaster import find_server, lives, ready_port
from local.installation import backups
from tests.support.program import Program, run
from tests.support.stored import rows
from tests.support.waiting import wait_until

STORES, HERE = ["--store", "chay-lipa"], {"TEST": "backup"}
DUMP, MANIFEST = "database.dump", "manifest.json"


def chats(root: Path, *words: str, exit_code: int = 0) -> str:
    """Run a command in the copy and return all that it said, in one line."""
    done = run(*words, root=root, environment=HERE)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == exit_code, said
    return said


def counted(root: Path, what: str) -> str:
    return run("sql", "--csv", f"SELECT {what}", root=root, environment=HERE).stdout.split()[-1]


@pytest.fixture
def synced(copy: Path) -> Path:
    """A copy of the project with one store's chats."""
    chats(copy, "sync", *STORES)
    return copy


def test_a_backup_is_restored_elsewhere_with_all_rows_roles_and_numbers(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    assert "rows of 17 tables" in chats(synced, "backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "is whole" in chats(synced, "backup", "--verify", str(file))
    counts = "(SELECT count(*) FROM chat_messages) || '/' || (SELECT count(*) FROM chat_labels)"
    before = counted(synced, counts)

    # When it is restored over a database with more in it
    chats(synced, "label", counted(synced, "min(id) FROM chats"), "defect")
    refused = chats(synced, "restore", str(file), exit_code=2)
    assert "There is a database in" in refused
    assert "With --replace it is put aside" in refused
    for _ in range(2):  # the second finds nothing of the first in its way
        said = chats(synced, "restore", "--replace", str(file))
        assert counted(synced, counts) == before
        shutil.rmtree(said.partition("The database from before lies in ")[2].partition(". ")[0])

    # Then the next run has the next number, its messages are known, and the role of `sql` may read
    assert counted(synced, "current_user") == "chat_reader"
    chats(synced, "sync", *STORES)
    assert counted(synced, counts) == before
    assert counted(synced, "max(id) FROM sync_logs") == "2"


def test_a_backup_that_is_made_while_a_sync_runs_is_of_one_moment(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    with Program("sync", "--store", "turgunov", root=synced, environment=HERE) as sync:
        sync.until("new messages")
        chats(synced, "backup", str(file))
        assert sync.ended() == 0
    assert "is whole" in chats(synced, "backup", "--verify", str(file))
    with zipfile.ZipFile(file) as archive:
        tables = json.loads(archive.read(MANIFEST))["tables"]
    assert 95 < tables["chat_messages"]["rows"] <= int(counted(synced, "count(*) FROM chat_messages"))


def test_what_is_no_whole_backup_is_refused_and_nothing_is_touched(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    chats(synced, "backup", str(file))
    assert "exists already" in chats(synced, "backup", str(file), exit_code=2)
    assert "does not exist. Create it first" in chats(synced, "backup", str(tmp_path / "none" / "a.zip"), exit_code=2)
    before = counted(synced, "count(*) FROM chat_messages")
    whole = file.read_bytes()
    middle = len(whole) // 2
    for name, content in (
        ("cut", whole[:middle]),
        ("flipped", whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]),
        ("empty", b""),
        ("text", b"not a backup"),
    ):
        (tmp_path / name).write_bytes(content)
        said = chats(synced, "restore", "--replace", str(tmp_path / name), exit_code=2)
        assert "is not a whole backup of this program, or is damaged" in said, name
    assert "cannot be read: No such file" in chats(synced, "backup", "--verify", str(tmp_path / "none"), exit_code=2)
    assert counted(synced, "count(*) FROM chat_messages") == before
    assert [path.name for path in (synced / ".local").iterdir() if "restored" in path.name] == []


def changed(file: Path, manifest: dict[str, object]) -> Path:
    """Return a copy of the backup with other words in its manifest."""
    other = file.with_name("other.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        new.writestr(DUMP, old.read(DUMP))
        new.writestr(MANIFEST, json.dumps(json.loads(old.read(MANIFEST)) | manifest))
    return other


def test_what_comes_out_is_compared_with_what_went_in(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    chats(synced, "backup", str(file))
    with zipfile.ZipFile(file) as archive:
        tables = json.loads(archive.read(MANIFEST))["tables"]
    tables["chat_messages"]["digest"] = "1"
    for words in (["backup", "--verify"], ["restore", "--replace"]):
        said = chats(synced, *words, str(changed(file, {"tables": tables})), exit_code=1)
        assert "is not what its manifest says (chat_messages). Nothing was changed." in said
    newer = changed(file, {"migrations": ["0001_initial", "9999_of_tomorrow"]})
    assert "newer version of this program made (9999_of_tomorrow)" in chats(
        synced, "restore", "--replace", str(newer), exit_code=1
    )
    assert counted(synced, "count(*) FROM chat_messages") == "95"


def test_the_server_into_which_a_backup_is_restored_is_closed_to_others_too(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    chats(synced, "backup", str(file))
    place = synced / ".local" / "postgres.verified"

    def port() -> int | None:
        server = find_server(place.resolve())
        return ready_port(place.resolve(), server) if server else None

    with Program("backup", "--verify", str(file), root=synced, environment=HERE) as verifying:
        wait_until(port)
        with pytest.raises(DatabaseError, match="28P01"):
            Connection(user="postgres", host="127.0.0.1", port=port() or 0, password="guessed")
        verifying.until("is whole")


def test_a_database_that_is_used_is_not_put_aside(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    chats(synced, "backup", str(file))
    with Program("view", "--port", "0", root=synced, environment=HERE) as view:
        view.until("Showing")
        said = chats(synced, "restore", "--replace", str(file), exit_code=1)
        assert "is being used. Nothing was changed." in said
    assert [path.name for path in (synced / ".local").iterdir() if "until" in path.name] == []


def test_what_is_written_while_the_backup_is_made_is_not_in_it(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the dump nor in what it is compared with."""

    def add_a_store() -> Binaries:
        name = uuid.uuid4().hex
        with transaction(read_address(emptied)) as database:
            database.run("INSERT INTO stores (id, name) VALUES (:name, 'ИП Проба')", name=name)
        return find_binaries()

    for name in ("KEPT", "ALONE", "VERIFIED"):
        monkeypatch.setattr(backups, name, tmp_path / name if name != "KEPT" else tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(backups, "find_binaries", add_a_store)  # after the moment, before the dump
        assert backups.make_backup(tmp_path / "chats.zip")[0].tables["stores"].rows == 0
    assert backups.verify_backup(tmp_path / "chats.zip").tables["stores"].rows == 0
    assert rows("SELECT count(*) AS n FROM stores") == [{"n": 1}]


def test_tables_of_somebody_elses_are_named_and_keep_no_backup_from_being_restored(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALONE", "VERIFIED"):
        monkeypatch.setattr(backups, name, tmp_path / name)
    foreign = ['my "own" table', "notes"]
    tables = [name.replace('"', '""') for name in foreign]
    with transaction(read_address(emptied)) as database:
        for table in tables:
            database.run(f'CREATE TABLE "{table}" AS SELECT 1 AS kept')
    try:
        assert backups.make_backup(tmp_path / "chats.zip")[1] == foreign
    finally:
        with transaction(read_address(emptied)) as database:
            for table in tables:
                database.run(f'DROP TABLE "{table}"')
    assert len(backups.verify_backup(tmp_path / "chats.zip").tables) == 17


def test_a_check_that_was_killed_leaves_a_server_that_the_next_one_stops(synced: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.zip"
    chats(synced, "backup", str(file))
    with Program("backup", "--verify", str(file), root=synced, environment=HERE) as verifying:
        wait_until(lambda: find_server((synced / ".local" / "postgres.verified").resolve()))
        verifying.send(signal.SIGKILL)
        verifying.ended()
    place = (synced / ".local" / "postgres.verified").resolve()
    left = find_server(place)
    assert left is not None
    chats(synced, "backup", "--verify", str(file))
    assert not lives(left)
    assert [path.name for path in (synced / ".local").iterdir() if "verified" in path.name] == []


def test_a_backup_that_is_stopped_leaves_nothing(synced: Path, tmp_path: Path) -> None:
    """As where the disk is full: /dev/full takes no byte."""
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "chats.zip.part").symlink_to("/dev/full")
    assert "No space left on device" in chats(synced, "backup", str(folder / "chats.zip"), exit_code=1)
    assert list(folder.iterdir()) == []
