"""The database in .local/: who logs in as whom, and how other programs reach it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.engine.clock import WallClock
from local.engine.postgres_binaries import find_binaries
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.serving import serving

PAGE_SIZE, EVENTS = 5, 60  # more pages than WB answers at once, so that the sync waits
LOGINS = "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename IS NOT NULL"


STORED = "SELECT count(*) FROM chat_messages"


def logins(copy: Path) -> set[str]:
    done = run("sql", "--csv", LOGINS, root=copy, environment={})
    return set(done.stdout.split()[1:]) - {"postgres"}


def test_the_functions_and_the_viewer_have_the_rights_of_the_deployed_ones(copy: Path, tmp_path: Path) -> None:
    store = a_store(events_of(EVENTS))
    with Simulator(World((store,)), WallClock(), events_page_size=PAGE_SIZE) as wb:
        ours = {"WB_API_URL": wb.url}
        with Program("sync", "--stores", stores_file(tmp_path, [store]), root=copy, environment=ours) as sync:
            sync.until("waits for WB until")
            assert logins(copy) == {"chat_sync"}
            assert sync.ended() == 0, sync.seen
    rights = "SELECT has_table_privilege(oid, 'chats', 'DELETE') OR rolsuper FROM pg_roles WHERE rolname = 'chat_sync'"
    assert run("sql", "--csv", rights, root=copy, environment={}).stdout.split()[1:] == ["false"]
    with serving(root=copy) as site:
        subprocess.run(["curl", "-sf", "-b", site.cookie, f"{site.address}/"], check=True, stdout=subprocess.DEVNULL)
        assert logins(copy) == {"chat_viewer"}


def test_other_programs_reach_the_database_as_status_says(copy: Path) -> None:
    with serving(root=copy):
        said = run("status", "--connection", root=copy, environment={})
        assert said.returncode == 0, said.stderr
        command = next(line for line in said.stdout.splitlines() if "psql" in line)
        # When the command it says is run, with the psql that is shipped
        psql = find_binaries().program("psql")
        asked = subprocess.run(
            ["sh", "-c", f'{command.replace("psql", psql, 1)} -w -Atc "SELECT current_user, count(*) FROM chats"'],
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (asked.stdout, asked.stderr) == ("chat_reader|0\n", "")
        # Then it reads and cannot write
        asked = subprocess.run(
            ["sh", "-c", f'{command.replace("psql", psql, 1)} -w -Atc "DELETE FROM chats"'],
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "permission denied" in asked.stderr
    # And what is said holds no password, and the port for the next time
    file = (copy / ".local" / "postgres.pgpass").read_text()
    assert [line for line in file.splitlines() if line.rpartition(":")[2] in said.stdout] == []
    again = run("status", "--connection", root=copy, environment={})
    assert re.search("^port .*", again.stdout, re.M)[0] == re.search("^port .*", said.stdout, re.M)[0]  # type: ignore[index]


@pytest.mark.parametrize("command", ["status", "sync", "view"])
def test_a_disk_that_takes_nothing_more_gives_a_sentence_and_keeps_what_is_there(copy: Path, command: str) -> None:
    one_store = ("--store", "malyshok")
    run("sync", *one_store, root=copy, environment={})
    port = ("--port", "0") if command == "view" else ()
    full = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, "-m", "local", command, *port],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "PYTHONPATH": ":".join(sys.path)},
    )
    assert full.returncode == 1
    (sentence,) = (line for line in full.stderr.splitlines() if line)
    assert "does not start. Nothing was removed. Postgres says: nothing, as on a full disk" in sentence
    assert "malyshok" in run("status", root=copy, environment={}).stdout


@pytest.mark.parametrize("obstacle", ["postgres.turn", "postgres.lock", "postgres.pgpass"])
def test_a_file_that_cannot_be_written_is_named_in_a_sentence(copy: Path, obstacle: str) -> None:
    """As in a folder that is read-only. Root may write everywhere, but into no folder as if it were a file."""
    (copy / ".local" / obstacle).mkdir()
    said = run("sync", "--store", "malyshok", root=copy, environment={})
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert f"{obstacle}). Nothing was removed." in said.stderr


def test_a_sync_whose_server_is_killed_loses_nothing_and_the_next_one_completes(copy: Path, tmp_path: Path) -> None:
    store = a_store(events_of(EVENTS))
    sync = ("sync", "--stores", stores_file(tmp_path, [store]), "--classifier", "none")
    with Simulator(World((store,)), WallClock(), events_page_size=PAGE_SIZE) as wb:
        ours = {"WB_API_URL": wb.url}
        with Program(*sync, root=copy, environment=ours) as syncing:
            syncing.until("waits for WB until")
            stored = run("sql", "--csv", STORED, root=copy, environment={}).stdout.split()[1]
            server = psutil.Process(int((copy / ".local/postgres/postmaster.pid").read_text().split()[0]))
            for process in (server, *server.children()):
                process.kill()
            assert syncing.ended() == 1
        assert "Traceback" not in syncing.seen
        assert int(stored) > 0
        assert int(run("sql", "--csv", STORED, root=copy, environment={}).stdout.split()[1]) >= int(stored)
        done = run(*sync, root=copy, environment=ours)
    assert done.returncode == 0, done.stderr
    assert run("sql", "--csv", STORED, root=copy, environment={}).stdout.split()[1] == str(EVENTS)


def test_the_connection_to_the_database_that_is_given_is_said_without_its_password(emptied: str) -> None:
    address = emptied.replace("postgres@", "postgres:hunter2@")
    said = run("status", "--connection", environment={"DATABASE_URL": address})
    assert said.returncode == 0, said.stderr
    assert "in DATABASE_URL" in said.stdout
    assert "hunter2" not in said.stdout + said.stderr


def test_a_stacks_database_has_no_connection_to_show() -> None:
    said = run("status", "--connection", "--stack", "chats", environment={})
    assert (said.returncode, "reached by its functions alone" in said.stderr) == (2, True)
