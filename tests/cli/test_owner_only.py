"""What a local installation keeps is its owner's alone, whatever the umask, also where an older one left it open."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.engine.clock import WallClock
from local.owner_only import INSTALLED, OTHERS
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.waiting import wait_until

ENTERED_ONLY = 0o711  # by root's Postgres, which is another user's


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Return what others may read, write or list of what is kept, without the installed code."""
    top = stat.S_IMODE(folder.stat().st_mode)
    inside = [path for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in INSTALLED]
    found = [str(path) for path in inside if not path.is_symlink() and path.lstat().st_mode & OTHERS]
    return found + ([str(folder)] if top != (ENTERED_ONLY if os.geteuid() == 0 else stat.S_IRWXU) else [])


def test_a_sync_leaves_nothing_open_to_others(copy: Path, tmp_path: Path, no_umask: None) -> None:
    store = a_store(events_of(200))
    kept = copy / ".local"
    with Simulator(World((store,)), WallClock(), events_page_size=5) as wb:
        file = stores_file(tmp_path, [store])
        with Program("sync", "--stores", file, root=copy, environment={"WB_API_URL": wb.url}) as syncing:
            syncing.until("waits for WB until")
            wait_until(lambda: list((kept / "run").glob("*.json")))
            assert open_to_others(kept) == []
    names = {path.name for path in (kept / "logs").iterdir()}
    assert "fetch_history.log" in names
    data = (kept / "postgres").resolve()
    assert data.stat().st_mode & OTHERS == 0
    assert data.with_name(f"{data.name}.log").stat().st_mode & OTHERS == 0


def test_an_installation_from_before_is_closed_by_the_next_command(copy: Path, no_umask: None) -> None:
    kept = copy / ".local"
    (kept / "logs").mkdir()
    (kept / "run").mkdir()
    for name in ("logs/a.log", "run/live.json", "postgres.lock", "setup-run"):
        (kept / name).write_text("from before", encoding="utf-8")
    kept.chmod(0o777)
    before = (kept / "layers").resolve().stat().st_mode
    assert open_to_others(kept) != []
    run("status", root=copy, environment={})
    assert open_to_others(kept) == []
    assert (kept / "layers").resolve().stat().st_mode == before  # what is behind a link is another's


@pytest.mark.parametrize(("mode", "said"), [(0o644, True), (0o640, True), (0o600, False)])
def test_a_stores_file_that_others_read_is_said_and_the_sync_goes_on(
    emptied: str, tmp_path: Path, mode: int, said: bool
) -> None:
    store = a_store(events_of(3))
    folder = tmp_path / "my shops"
    folder.mkdir()
    file = stores_file(folder, [store])
    Path(file).chmod(mode)
    with Simulator(World((store,)), WallClock()) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        done = run("sync", "--stores", file, environment=environment)
    warning = (
        f"warning: Other users of this machine may read the tokens in {file}. Close it to them: chmod 600 '{file}'"
    )
    assert (done.returncode, warning in done.stderr.splitlines()) == (0, said), done.stderr
    assert store.token not in done.stderr + done.stdout


def test_a_stores_file_without_a_token_may_be_read(emptied: str, tmp_path: Path) -> None:
    file = tmp_path / "shops.toml"
    file.write_text('[[stores]]\nid = "shop"\nname = "a"\ntoken_env = "SHOP"\n', encoding="utf-8")
    file.chmod(0o644)
    store = a_store(events_of(3))
    with Simulator(World((store,)), WallClock()) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied, "SHOP": store.token}
        done = run("sync", "--stores", str(file), environment=environment)
    assert (done.returncode, "chmod" in done.stderr) == (0, False)


def test_a_token_file_on_stdin_that_others_read_is_said(tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_text("junk", encoding="utf-8")
    said = []
    for mode in (0o644, 0o600):
        file.chmod(mode)
        with file.open() as token:
            done = run("store", "token", "shop", "--stack", "none", environment={}, stdin=token)
        assert done.returncode == 2
        said.append("chmod 600" in done.stderr)
    assert said == [True, False]
