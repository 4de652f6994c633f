"""`view` beside `sync`: whoever comes first has the kept database, and neither stops the other."""

import http.client
from pathlib import Path

from tests.cli.program import Program, run
from tests.viewer.serving import Site, serving

TRIES = 5


def status(site: Site, path: str = "/runs") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", path)
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
            # The sync's server may end with it at this very moment: then the view says so once, and starts its own.
            assert any('href="/run?id=2"' in status(later)[1] for _ in range(TRIES))
            assert sync.ended() == 0, sync.seen
            assert any("success" in status(later, "/run?id=2")[1] for _ in range(TRIES))
