"""Freeing a store from a run that is dead."""

import pytest

from database import leases, stores
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
