"""What a person set for AWS, proxies and Python's libraries reaches no local run: neither breaks it nor hears of it.

The names are read from the libraries themselves, so that those which a new version reads are tried as well.
"""

import importlib.util
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import botocore.session
import pytest
from botocore.loaders import Loader

from local.engine.clock import WallClock
from local.engine.sealed import is_setting_of_libraries
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, events_of
from tests.support.program import run, stores_file
from tests.support.stored import rows

LIBRARIES = (
    "boto3",
    "botocore",
    "flask",
    "jmespath",
    "moto",
    "requests",
    "responses",
    "s3transfer",
    "urllib3",
    "werkzeug",
)
READ = re.compile(r"""(?:os\.environ(?:\.\w+)?|os\.getenv|getenv)\s*[\[(]\s*f?["'](\w+)["']""")
NAMED = re.compile(r"""["']((?:AWS|BOTO|BOTOCORE)_[A-Z0-9_]+)["']""")
PROXIES = {f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO", "FTP")}
USED = ("s3", "ssm", "secretsmanager", "stepfunctions")
SERVICES = ("S3", "SSM", "SECRETS_MANAGER", "SFN", "STEP_FUNCTIONS", "STS")
# No such variable changes what is sent, or where to.
HARMLESS = {
    "PYTHONSTARTUP": "only `flask shell` reads it",
    "SSLKEYLOGFILE": "where this process speaks TLS at all it is to the owner's own Postgres",
    "FOO": "an example in botocore's documentation",
    "YOURAPPLICATION_SETTINGS": "an example in Flask's documentation",
    "TESTS_SKIP_REQUIRES_DOCKER": "of moto's own tests",
    "VALIDATE_LAMBDA_S3": "of moto's Lambda, which the engine does not use",
    "MAX_SHARED_ACCOUNTS": "of moto's RDS, which the engine does not use",
    "DEFAULT_CONTAINER_REGISTRY": "of moto's Lambda, which the engine does not use",
}


def read_by_libraries() -> set[str]:
    """Return the names of the variables that the engine's libraries read, from their tables and their sources."""
    tables = [entry[1] for entry in botocore.session.Session.SESSION_VARIABLES.values()]
    names = {name for each in tables if each for name in ([each] if isinstance(each, str) else each)}
    for library in LIBRARIES:
        found = importlib.util.find_spec(library)
        assert found is not None
        for source in Path(str(found.origin)).parent.rglob("*.py"):
            text = source.read_text(encoding="utf-8")
            names |= set(READ.findall(text)) | (set(NAMED.findall(text)) if "boto" in library else set())
    return names


def hostile(value: str, home: Path) -> dict[str, str]:
    """Return all of them set to one value, beside a home folder."""
    endpoints = {f"AWS_ENDPOINT_URL_{service}" for service in SERVICES}
    proxies = PROXIES | {name.lower() for name in PROXIES}
    names = (read_by_libraries() - HARMLESS.keys()) | endpoints | proxies | {"BOTO_CONFIG", "AWS_PROFILE"}
    return dict.fromkeys(sorted(names), value) | {"HOME": str(home)}


class Listener:
    """Listens and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._count, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listening:
        yield listening


def whole_sync(database: str, folder: Path, environment: dict[str, str]) -> None:
    """Sync a store of 70 messages under these variables; every message is there then, and every chat has its label."""
    store = a_store(events_of(70))
    with Simulator(World((store,)), WallClock()) as wb:
        ours = {"DATABASE_URL": database, "WB_API_URL": wb.url}
        done = run("sync", "--stores", stores_file(folder, [store]), "--json", environment=environment | ours)
        assert done.returncode == 0, done.stdout + done.stderr
        status = run("status", environment=environment | ours)
        assert (status.returncode, store.id in status.stdout) == (0, True), status.stdout + status.stderr
    (ended,) = json.loads(done.stdout)
    assert (ended["status"], ended["messages_added"], ended["chats_classified"]) == ("success", 70, 3)
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 70}]


def test_every_variable_that_a_library_reads_is_kept_out_or_does_no_harm() -> None:
    names = read_by_libraries()
    assert {"AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "TEST_SERVER_MODE", "AWS_PROFILE", "REQUESTS_CA_BUNDLE"} <= names
    assert {name for name in names if not is_setting_of_libraries(name)} == HARMLESS.keys() & names
    assert all(is_setting_of_libraries(name) for name in hostile("", Path("/")) if name != "HOME")
    assert not any(map(is_setting_of_libraries, ("PATH", "DATABASE_URL", "OPENAI_API_KEY", "WB_TOKEN", "LANG")))


def test_nonsense_and_a_broken_config_file_break_nothing(emptied: str, tmp_path: Path) -> None:
    loader = Loader()
    models = {f"models/{name}/{loader.determine_latest_version(name, 'service-2')}" for name in USED}
    for folder in models:
        (tmp_path / ".aws" / folder).mkdir(parents=True)
    for name in ("config", "credentials", *(f"{folder}/service-2.json" for folder in models)):
        (tmp_path / ".aws" / name).write_text("[[ nonsense", encoding="utf-8")
    whole_sync(emptied, tmp_path, hostile("nonsense", tmp_path))


def test_a_broken_config_file_alone_breaks_nothing(emptied: str, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[[ nonsense", encoding="utf-8")
    whole_sync(emptied, tmp_path, {"HOME": str(tmp_path)})


def test_a_server_that_every_variable_names_hears_of_nothing(emptied: str, tmp_path: Path, listener: Listener) -> None:
    whole_sync(emptied, tmp_path, hostile(listener.url, tmp_path))
    assert listener.connections == 0


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "HTTPS_PROXY", "TEST_SERVER_MODE"])
def test_nor_does_it_when_one_alone_is_set(emptied: str, tmp_path: Path, listener: Listener, name: str) -> None:
    whole_sync(emptied, tmp_path, {name: listener.url if name != "TEST_SERVER_MODE" else "true"})
    assert listener.connections == 0


def test_a_profile_with_an_address_of_its_own_is_not_asked(emptied: str, tmp_path: Path, listener: Listener) -> None:
    (tmp_path / ".aws").mkdir()
    config = (
        f"[default]\nendpoint_url = {listener.url}\ncredential_process = touch {tmp_path}/ran\nregion = nowhere-1\n"
    )
    (tmp_path / ".aws" / "config").write_text(config, encoding="utf-8")
    whole_sync(emptied, tmp_path, {"HOME": str(tmp_path)})
    assert listener.connections == 0
    assert not (tmp_path / "ran").exists()
    assert os.environ.get("HOME") != str(tmp_path)
