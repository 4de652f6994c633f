"""A server that is closed to the machine's other users."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pg8000.native import Connection, DatabaseError

from local.engine.postgres import Postgres, PostgresInUseError

ROLES = ("reader", "writer")
REFUSED = "28P01"  # invalid_password


@pytest.fixture(scope="module")
def made(open_folder: Path) -> Path:
    """A data folder in which there is a table."""
    data = open_folder / "closed"
    with Postgres(data, durable=False, roles=ROLES) as server:
        connect(server).run("CREATE TABLE kept AS SELECT 1 AS x")
    return data


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    yield made
    password_file(made).chmod(0o600)


def password_file(data: Path) -> Path:
    return data.with_name(f"{data.name}.pgpass")


def connect(server: Postgres, role: str = "postgres", **login: str) -> Connection:
    parts = urlsplit(server.url_for(role))
    given = {"user": role, "password": parts.password, **login}
    return Connection(host="127.0.0.1", port=parts.port or 0, database="postgres", **given)


def value(server: Postgres, sql: str, role: str = "postgres") -> object:
    with closing(connect(server, role)) as connection:
        return connection.run(sql)[0][0]


def is_let_in(server: Postgres, **login: str) -> bool:
    try:
        connect(server, **login).close()
    except DatabaseError as error:
        assert error.args[0]["C"] == REFUSED
        return False
    return True


def test_only_who_knows_the_password_is_let_in(data: Path) -> None:
    with Postgres(data, durable=False, roles=ROLES) as server:
        for role in ("postgres", *ROLES):
            assert value(server, "SELECT current_user", role) == role
            assert not is_let_in(server, user=role, password="")
            assert not is_let_in(server, user=role, password="guessed")
        assert not is_let_in(server, user="reader", password=urlsplit(server.url).password or "")
        assert value(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
        assert value(server, "SELECT count(*) FROM pg_roles WHERE rolsuper") == 1
    assert password_file(data).stat().st_mode & 0o777 == 0o600


def test_nobody_is_let_in_before_there_are_passwords(open_folder: Path) -> None:
    """Given a start that breaks off between the two, then the folder that it leaves is closed, and the next goes on."""
    data = open_folder / "broken off"
    obstacle = open_folder / "broken off.pgpass.new"
    obstacle.mkdir()
    with pytest.raises(OSError, match="broken off"), Postgres(data, durable=False, roles=ROLES):
        pass
    methods = {line.split()[-1] for line in (data / "pg_hba.conf").read_text().splitlines() if line.startswith("host")}
    assert methods == {"reject"}
    obstacle.rmdir()
    with Postgres(data, durable=False, roles=ROLES) as server:
        assert value(server, "SELECT 1") == 1


def test_an_open_installation_of_before_is_closed_and_keeps_its_data(open_folder: Path) -> None:
    data = open_folder / "of before"
    with Postgres(data, durable=False) as server:
        open_to_all = Connection("postgres", host="127.0.0.1", port=urlsplit(server.url).port or 0, database="postgres")
        open_to_all.run("CREATE ROLE reader")
        open_to_all.run("CREATE TABLE kept AS SELECT 2 AS x")
        open_to_all.close()
    with Postgres(data, durable=False, roles=ROLES) as server:
        assert not is_let_in(server, user="postgres", password="")
        assert value(server, "SELECT x FROM kept") == 2
        assert value(server, "SELECT current_user", "reader") == "reader"


def lose(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_text("")


def cut(file: Path) -> None:
    file.write_text(file.read_text()[:-9])


def fill_with_nuls(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def show(file: Path) -> None:
    file.chmod(0o640)


@pytest.mark.parametrize("damage", [lose, empty, cut, fill_with_nuls, show])
def test_a_password_file_that_is_damaged_or_was_shown_is_made_anew(data: Path, damage: Callable[[Path], None]) -> None:
    with Postgres(data, durable=False, roles=ROLES) as server:
        before = urlsplit(server.url).password
    damage(password_file(data))
    with Postgres(data, durable=False, roles=ROLES) as server:
        assert urlsplit(server.url).password != before
        assert not is_let_in(server, user="postgres", password=before or "")
        assert value(server, "SELECT x FROM kept") == 1
        assert value(server, "SELECT current_user", "writer") == "writer"
    assert password_file(data).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", ["", "host all all 127.0.0.1/32 trust\n"])
def test_access_rules_that_a_power_cut_or_somebody_left_are_written_again(data: Path, left: str) -> None:
    (data / "pg_hba.conf").write_text(left)
    with Postgres(data, durable=False, roles=ROLES) as server:
        assert not is_let_in(server, user="postgres", password="")
        assert value(server, "SELECT x FROM kept") == 1


def test_who_cannot_read_the_passwords_of_a_server_in_use_does_not_harm_it(data: Path, tmp_path: Path) -> None:
    with Postgres(data, durable=False, roles=ROLES) as server:
        aside = shutil.move(password_file(data), tmp_path / "aside")
        with pytest.raises(PostgresInUseError), Postgres(data, durable=False, roles=ROLES):
            pass
        shutil.move(aside, password_file(data))
        assert value(server, "SELECT 1") == 1


def test_the_passwords_are_in_no_list_of_processes_and_in_no_log(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, commands = open_folder / "watched", []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            commands.append(f"{command} {options['env']}")
            super().__init__(command, **options)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    with Postgres(data, durable=False, roles=ROLES) as server:
        passwords = [urlsplit(server.url_for(role)).password or "" for role in ("postgres", *ROLES)]
        said = "\n".join([*commands, server.log.read_text(), repr(server), repr(vars(server))])
    assert "--single" in said
    assert [password for password in passwords if password in said] == []
