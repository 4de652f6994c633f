"""What the alarms on stale stores and ending tokens are told, measured from the table at the start of an execution."""

import json
from typing import Any

import pytest

from database import stores
from database.connection import Database, transaction
from functions.list_stores import app as list_stores
from tests.deploy.test_prepare_database import Context
from tests.support.given_rows import a_run, save


def a_store(database: Database, name: str, success: str | None, token: str | None, active: bool = True) -> None:
    """Register a store whose last success and token's end are this long ago, or from now."""
    stores.register(database, name, name, active)
    database.run(
        """
        UPDATE stores SET last_success_at = now() - CAST(:success AS interval),
                          token_expires_at = now() + CAST(:token AS interval), created_at = now() - interval '5 hours'
        WHERE id = :id
        """,
        id=name,
        success=success,
        token=token,
    )


def test_the_oldest_success_and_the_shortest_token_of_the_active_stores_count(database: Database) -> None:
    a_store(database, "fresh", "1 hour", "100 days 1 hour")
    a_store(database, "stale", "30 hours", "40 days 1 hour")
    a_store(database, "paused", "900 hours", "1 day", active=False)
    found = stores.freshness(database)
    assert (found["stores"], round(found["oldest_success_hours"]), found["token_days_left"]) == (2, 30, 40)


def test_a_store_that_never_succeeded_counts_from_its_beginning(database: Database) -> None:
    a_store(database, "new", None, None)
    found = stores.freshness(database)
    assert (round(found["oldest_success_hours"]), found["token_days_left"]) == (5, None)


def test_an_expired_token_has_less_than_no_days_left(database: Database) -> None:
    a_store(database, "expired", "1 hour", "-36 hours")
    assert stores.freshness(database)["token_days_left"] == -2


def test_no_store_is_no_reason_for_an_alarm(database: Database) -> None:
    assert stores.freshness(database) == {
        "stores": 0,
        "oldest_success_hours": 0.0,
        "token_days_left": None,
        "open_problems": 0,
    }


def test_open_problems_of_active_stores_count(database: Database) -> None:
    for name, active in (("shop", True), ("paused", False)):
        a_store(database, name, "1 hour", None, active)
        save(database, a_run(database, name), "junk", store=name)
        database.run("UPDATE stores SET active = :active WHERE id = :id", id=name, active=active)
    assert stores.freshness(database)["open_problems"] == 1


def test_list_stores_emits_them(
    emptied: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as database:
        a_store(database, "stale", "30 hours", "12 days 1 hour")
    monkeypatch.setattr(list_stores, "write_stores_to_sync", lambda name, ids: "key")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "ChatHistorySync")
    monkeypatch.setattr(list_stores.metrics.provider, "namespace", "ChatHistorySync")
    list_stores.handler({"execution_name": "test", "input": {}}, Context())
    emitted: dict[str, Any] = {}
    for line in capsys.readouterr().out.splitlines():
        emitted |= json.loads(line) if '"_aws"' in line else {}
    assert emitted["ActiveStores"] == [1.0]
    assert [round(hours) for hours in emitted["OldestSuccessHours"]] == [30]
    assert emitted["TokenDaysLeft"] == [12.0]
    assert emitted["OpenProblems"] == [0.0]
