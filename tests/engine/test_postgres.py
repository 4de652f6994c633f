"""A real server; the tests share one data folder, as runs of one user do."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from pg8000.native import Connection, DatabaseError

from local.engine import postgres_binaries
from local.engine.locks import EXCLUSIVE, open_lock, try_lock
from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.engine.postmaster import lives
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(open_folder: Path) -> Path:
    return open_folder / "data folder"


def connect(server: Postgres) -> Connection:
    return Connection("postgres", host="127.0.0.1", port=urlsplit(server.url).port or 0, database="postgres")


def ask(server: Postgres, sql: str) -> object:
    """Returns the one value a statement gives."""
    connection = connect(server)
    try:
        return connection.run(sql)[0][0]
    finally:
        connection.close()


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))


def test_data_survives_a_restart(data: Path) -> None:
    with Postgres(data, durable=True) as server:
        connect(server).run("CREATE TABLE kept AS SELECT 1 AS x")
    with Postgres(data, durable=True) as server:
        assert ask(server, "SELECT x FROM kept") == 1


def test_the_server_speaks_utf8_and_utc(data: Path) -> None:
    with Postgres(data, durable=False) as server:
        assert ask(server, "SHOW server_encoding") == "UTF8"
        assert ask(server, "SHOW timezone") == "UTC"


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_data_that_is_kept_is_synced_to_the_disk(data: Path, durable: bool, fsync: str) -> None:
    with Postgres(data, durable) as server:
        assert ask(server, "SHOW fsync") == fsync


def test_whoever_comes_joins_and_the_last_one_out_stops_it(data: Path) -> None:
    first, second = Postgres(data, durable=False), Postgres(data, durable=False)
    with second:
        with first:
            process = postmaster(data)
            assert first.url == second.url
        assert ask(second, "SELECT 1") == 1
    assert not lives(process)


def test_the_folder_that_an_older_version_uses_is_left_alone(data: Path) -> None:
    """Versions that ran one command at a time lock the file for themselves alone."""
    with open_lock(data.with_name("data folder.lock")) as lock:
        assert try_lock(lock, EXCLUSIVE)
        with pytest.raises(PostgresInUseError, match="another version of this program"), Postgres(data, durable=False):
            pass
    with Postgres(data, durable=False) as server:
        assert ask(server, "SELECT 1") == 1


def test_the_server_ends_with_its_context(data: Path) -> None:
    with Postgres(data, durable=False):
        process = postmaster(data)
    assert not lives(process)


def use(data: Path, then: str = "input()") -> "subprocess.Popen[str]":
    """Use the server in another process, which has said its address."""
    script = f"""
import os, signal
from pathlib import Path
from local.engine.postgres import Postgres
with Postgres(Path({str(data)!r}), durable=True) as server:
    print(server.url, flush=True)
    {then}
"""
    user = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline().startswith("postgresql://")
    return user


def test_the_server_outlives_a_killed_starter_while_it_is_used(data: Path) -> None:
    with use(data) as starter:
        process = postmaster(data)
        with Postgres(data, durable=True) as server:
            starter.kill()
            starter.wait()
            assert ask(server, "SELECT 1") == 1
    assert not lives(process)


def test_a_server_that_nobody_uses_any_more_is_used_and_stopped_by_the_next(data: Path) -> None:
    with use(data, then="os.kill(os.getpid(), signal.SIGKILL)") as killed:
        killed.wait()
    orphan = postmaster(data)
    with Postgres(data, durable=True) as server:
        assert ask(server, "SELECT 1") == 1
        assert postmaster(data) == orphan
    assert not lives(orphan)


def test_many_come_and_go_at_once_and_each_finds_a_server(data: Path) -> None:
    """Half of them are killed without a word while the others come, ask, and leave."""
    script = f"""
import os, random, signal, sys, threading
from pathlib import Path
from pg8000.native import Connection
from urllib.parse import urlsplit
from local.engine.postgres import Postgres
for _ in range(6):
    with Postgres(Path({str(data)!r}), durable=True) as server:
        port = urlsplit(server.url).port
        connection = Connection("postgres", host="127.0.0.1", port=port, database="postgres")
        connection.run("INSERT INTO came VALUES (DEFAULT)")
        connection.close()
        if sys.argv[1] == "dies" and random.random() < 0.3:
            os.kill(os.getpid(), signal.SIGKILL)
"""
    with Postgres(data, durable=True) as server:
        connect(server).run("CREATE TABLE came (n integer GENERATED ALWAYS AS IDENTITY)")
    processes = [
        subprocess.Popen([sys.executable, "-c", script, how], cwd=ROOT) for how in ("dies", "lives") for _ in range(3)
    ]
    codes = [process.wait() for process in processes]
    assert codes[3:] == [0, 0, 0]
    assert set(codes[:3]) <= {0, -signal.SIGKILL}
    with Postgres(data, durable=True) as server:
        assert int(str(ask(server, "SELECT count(*) FROM came"))) >= 3 * 6 + 3
        process = postmaster(data)
    assert not lives(process)


def test_a_server_that_was_killed_under_its_users_is_started_again_on_the_same_port(data: Path) -> None:
    with Postgres(data, durable=True) as first:
        url = first.url
        os.kill(postmaster(data).pid, signal.SIGKILL)
        wait_until(lambda: not first.is_running)
        with Postgres(data, durable=True) as second:
            assert (second.url, first.is_running) == (url, True)
            assert ask(first, "SELECT 1") == 1


def test_a_killed_server_recovers(data: Path) -> None:
    with Postgres(data, durable=True) as server:
        connect(server).run("CREATE TABLE committed AS SELECT 2 AS x")
        os.kill(postmaster(data).pid, signal.SIGKILL)
    with Postgres(data, durable=True) as server:
        assert ask(server, "SELECT x FROM committed") == 2


def test_a_stale_process_id_that_is_somebody_elses_now(data: Path) -> None:
    """Given a postmaster.pid that names a living process of another kind, when started, then that one is left alone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n{data}\n")
        with Postgres(data, durable=False) as server:
            assert ask(server, "SELECT 1") == 1
        assert other.poll() is None


def test_the_log_never_holds_what_people_wrote(data: Path) -> None:
    with Postgres(data, durable=False) as server:
        with pytest.raises(DatabaseError):
            connect(server).run("SELECT 'a buyer''s words'::int")
        log = server.log.read_text()
    assert "ready to accept connections" in log
    assert "words" not in log
    assert server.log.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_no_databases_is_left_alone(open_folder: Path) -> None:
    folder = open_folder / "photos"
    folder.mkdir()
    (folder / "cat.jpg").touch()
    with pytest.raises(PostgresFailedError, match="not a database's folder"), Postgres(folder, durable=False):
        pass
    assert (folder / "cat.jpg").exists()


def test_a_server_that_cannot_start_shows_its_log(open_folder: Path) -> None:
    folder = open_folder / "old"
    folder.mkdir(mode=0o777)
    (folder / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(PostgresFailedError, match="Postgres says: could not access"),
        Postgres(folder, durable=False),
    ):
        pass


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


@as_root
def test_root_under_a_closed_folder_keeps_the_data_behind_a_link(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_binaries, "OPEN_FOLDER", open_folder / "var lib")
    (tmp_path / "closed").mkdir(mode=0o700)
    data = tmp_path / "closed" / "data"
    with Postgres(data, durable=False) as server:
        connect(server).run("CREATE TABLE kept AS SELECT 3 AS x")
    assert data.readlink().parent == open_folder / "var lib"
    with Postgres(data, durable=False) as server:
        assert ask(server, "SELECT x FROM kept") == 3


@as_root
def test_root_under_a_closed_folder_runs_a_copy_of_the_programs(
    data: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_binaries, "OPEN_FOLDER", open_folder / "programs")
    monkeypatch.setattr(postgres_binaries, "is_open_to_others", lambda path: path.name != "postgres")
    with Postgres(data, durable=False) as server:
        assert Path(postmaster(data).exe()).is_relative_to(open_folder)
        assert ask(server, "SELECT 1") == 1
