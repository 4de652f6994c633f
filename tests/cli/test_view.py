"""`view` beside `sync`: they use the kept database at once, and neither stops the other."""

import http.client
import os
import signal
from pathlib import Path

import pytest

from local.engine.clock import WallClock
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.project import ROOT, own_copy
from tests.support.serving import Site, serving
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import chat_address

TRIES = 5
PAGE_SIZE, EVENTS = 5, 60  # more pages than WB answers at once: the sync waits for WB twice, four seconds each


def status(site: Site, path: str = "/runs") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", path, headers={"Cookie": site.cookie})
    answered = connection.getresponse()
    return answered.status, answered.read().decode()


def test_a_sync_runs_beside_a_view_that_was_first_and_one_that_comes_later(copy: Path) -> None:
    one_store = ("sync", "--store", "chay-lipa", "--classifier", "none")
    with serving(root=copy) as first:
        assert status(first)[0] == 200
        done = run(*one_store, root=copy, environment={})
        assert done.returncode == 0, done.stderr
        assert 'href="/run?id=1"' in status(first)[1]
        done = run("status", root=copy, environment={})
        assert done.returncode == 0, done.stderr
    with Program(*one_store, root=copy, environment={}) as sync:
        sync.until("listed")
        with serving(root=copy) as later:
            assert 'href="/run?id=2"' in status(later)[1]
            assert sync.ended() == 0, sync.seen
            assert "success" in status(later, "/run?id=2")[1]


def test_ones_own_tags_are_found_from_the_folder_where_view_is_started(emptied: str, tmp_path: Path) -> None:
    ours = (ROOT / "layers" / "chatsync" / "python" / "chatsync" / "taxonomy.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(ours.replace('"size_fit"', '"my_own_tag"'), encoding="utf-8")
    given(a_message(1, "Где мой заказ?", 60))
    with serving(emptied, TAXONOMY_FILE=os.path.relpath(own, own_copy())) as site:
        shown = status(site, chat_address())
    assert (shown[0], "my_own_tag" in shown[1]) == (200, True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_sync_keeps_the_server_of_a_view_that_ends_before_it(
    copy: Path, tmp_path: Path, number: signal.Signals
) -> None:
    store = a_store(events_of(EVENTS))
    sync = ("sync", "--stores", stores_file(tmp_path, [store]), "--classifier", "none")
    # Given a sync that uses the server of a view
    with (
        Simulator(World((store,)), WallClock(), events_page_size=PAGE_SIZE) as wb,
        Program("view", "--port", "0", root=copy, environment={}) as view,
    ):
        view.until("Ctrl-C")
        with Program(*sync, root=copy, environment={"WB_API_URL": wb.url}) as syncing:
            syncing.until("waits for WB until")
            # When the view ends before it
            view.send(number)
            view.ended()
            # And somebody looks at the database
            looked = run("status", root=copy, environment={})
            # Then the sync goes on
            assert syncing.ended() == 0, syncing.seen
    assert (looked.returncode, "running" in looked.stdout) == (0, True), looked.stderr
    # And has stopped the server
    assert not (copy / ".local" / "postgres" / "postmaster.pid").exists()
    assert str(EVENTS) in run("status", root=copy, environment={}).stdout


def test_a_view_starts_a_server_again_that_was_killed(copy: Path) -> None:
    with serving(root=copy) as site:
        assert status(site)[0] == 200
        os.kill(int((copy / ".local" / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert any(status(site)[0] == 200 for _ in range(TRIES))
        assert run("status", root=copy, environment={}).returncode == 1  # no store yet
