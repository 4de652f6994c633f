"""Freeing a store from a run that is dead."""

import pytest

from database import leases, rate_limits, run_ends, stores
from database.connection import transaction
from local import cli
from tests.support.stored import rows


def test_the_running_run_of_a_store_is_closed_and_no_other(capsys: pytest.CaptureFixture[str], emptied: str) -> None:
    with transaction() as database:
        for store_id in ("a", "b"):
            stores.register(database, store_id, "ИП Проба", active=True)
            leases.open_run(database, store_id, f"execution-{store_id}", full=False)
    assert cli.main(["release", "a"]) == 0
    assert "a: its run was closed" in capsys.readouterr().out
    assert rows("SELECT store_id, status FROM sync_logs ORDER BY store_id") == [
        {"store_id": "a", "status": "error"},
        {"store_id": "b", "status": "running"},
    ]
    assert cli.main(["release", "a"]) == 1
    assert "a: no run was active" in capsys.readouterr().out


def test_a_remembered_limit_is_forgotten_and_the_next_run_does_not_wait(
    capsys: pytest.CaptureFixture[str], emptied: str
) -> None:
    with transaction() as database:
        stores.register(database, "a", "ИП Проба", active=True)
        first = leases.open_run(database, "a", "execution-1", full=False)
        assert first.id is not None
        for method in (rate_limits.CHATS, rate_limits.EVENTS):
            rate_limits.save_wait(database, first.id, method, 3600)
        run_ends.close_runs_of_execution(database, "execution-1", "Interrupted", "A test stopped it.")
        assert leases.open_run(database, "a", "execution-2", full=False).wait_seconds == 3600
        run_ends.close_runs_of_execution(database, "execution-2", "Interrupted", "A test stopped it.")
    assert cli.main(["release", "a"]) == 0
    assert "a: no run was active; its limits at WB are forgotten." in capsys.readouterr().out
    with transaction() as database:
        opened = leases.open_run(database, "a", "execution-3", full=False)
        assert opened.id is not None
        assert opened.wait_seconds == 0
        assert rate_limits.seconds_until_ready(database, opened.id) == 0
    assert cli.main(["release", "a"]) == 0
    assert "its run was closed; the next one continues from the cursor; no limit" in capsys.readouterr().out
