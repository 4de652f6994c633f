"""The database in .local/: who logs in as whom, and how other programs reach it."""

import os
import re
import subprocess
from pathlib import Path

from local.engine.clock import WallClock
from local.engine.postgres_binaries import find_binaries
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.serving import serving

PAGE_SIZE, EVENTS = 5, 60  # more pages than WB answers at once, so that the sync waits
LOGINS = "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename IS NOT NULL"


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
        subprocess.run(["curl", "-sf", f"{site.address}/"], check=True, stdout=subprocess.DEVNULL)
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


def test_the_connection_to_the_database_that_is_given_is_said_without_its_password(emptied: str) -> None:
    address = emptied.replace("postgres@", "postgres:hunter2@")
    said = run("status", "--connection", environment={"DATABASE_URL": address})
    assert said.returncode == 0, said.stderr
    assert "in DATABASE_URL" in said.stdout
    assert "hunter2" not in said.stdout + said.stderr


def test_a_stacks_database_has_no_connection_to_show() -> None:
    said = run("status", "--connection", "--stack", "chats", environment={})
    assert (said.returncode, "reached by its functions alone" in said.stderr) == (2, True)
