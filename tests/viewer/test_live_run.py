"""A sync that goes on: what is written down of it, and what its page shows of it."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from database.connection import transaction
from local.engine.observation import InvocationEnded, InvocationStarted, Observation, Waiting
from local.sync.live_run import LiveRun
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.waiting import wait_until
from tests.support.web_pages import Pages
from viewer.machine_picture import PICTURE


def started(store: str, function: str, execution: str = "arn:1") -> InvocationStarted:
    return InvocationStarted(function, {"store_id": store, "execution_id": execution})


def ended(store: str, function: str, failed: bool = False, **result: Any) -> InvocationEnded:
    return InvocationEnded(function, {"store_id": store}, result, failed, 1)


def written(live: LiveRun, folder: Path) -> dict[str, Any]:
    """Return what is written down; the writer is another thread."""
    file = folder / "live.json"
    with live.written_to(file):
        wait_until(file.exists)
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        assert file.stat().st_mode & 0o077 == 0
    assert not file.exists()
    return found


def test_each_store_is_counted_where_it_is(tmp_path: Path) -> None:
    live = LiveRun(["a", "b", "c", "d", "e", "f"])
    observed: list[Observation] = [
        *(started(store, "open_run") for store in "abcde"),
        started("a", "fetch_history"),
        Waiting(9, 1_795_359_719.0, "wait", {"store_id": "b"}, "Wait for rate limit"),
        ended("c", "close_run", status="success"),
        ended("f", "save_history", status="partial"),
        ended("d", "fail_run", status="error"),
        ended("e", "open_run", status="skipped"),
        started("unknown", "open_run"),
        started("a", "fetch_history", execution="ignored"),
    ]
    for seen in observed:
        live.observe(seen)
    found = written(live, tmp_path)
    assert found["states"] == {
        "Fetch history": 1,
        "Wait for rate limit": 1,
        "Close run": 1,
        "Run closed": 1,
        "Store failed": 1,
        "Skip store": 1,
    }
    assert found["execution_id"] == "arn:1"
    assert found["not_begun"] == 0
    assert found["stores"]["b"] == {"state": "Wait for rate limit", "until": 1_795_359_719.0}


@pytest.fixture
def live_file(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


def write(file: Path, execution: str, age_seconds: float = 0, state: str = "Wait for rate limit") -> None:
    stores = {"shop": {"state": state, "until": time.time() + 9}}
    content = {
        "execution_id": execution,
        "written_at": time.time() - age_seconds,
        "states": {"Wait for rate limit": 7, "Fetch history": 2},
        "stores": stores,
        "not_begun": 3,
    }
    file.write_text(json.dumps(content), encoding="utf-8")


def test_a_run_that_goes_on_shows_the_machine_with_its_stores(pages: Pages, live_file: Path, monkeypatch: Any) -> None:
    run = given(a_message(1, "Вопрос", 60))
    monkeypatch.setenv("LIVE_RUNS_FOLDER", str(live_file.parent))
    write(live_file, rows("SELECT execution_id FROM sync_logs")[0]["execution_id"])
    page = pages.get(f"/run?id={run}")
    body = page.body
    counts = re.findall(r'<g class="node \w+ busy">\s*<title>([^<]+)</title>.*?class="count"[^>]*>(\d+)<', body, re.S)
    assert sorted(counts) == [("Fetch history", "2"), ("Wait for rate limit", "7")]
    assert body.count('<g class="node ') == PICTURE.read_text(encoding="utf-8").count('<g class="node ')
    assert 'role="img" aria-label="Fetch history: 2. Wait for rate limit: 7."' in body
    assert "Now: <strong>Wait for rate limit</strong> until" in body
    assert "3 stores wait for their turn." in body
    assert 'data-refresh="' in body
    assert '<noscript><meta http-equiv="refresh"' in body


# As a power cut may leave a file.
BROKEN = {"cut": '{"execution_id"', "NULs": "\0" * 100, "other JSON": "[1]"}


@pytest.mark.parametrize("what", ["another execution", "dead", "cut", "NULs", "other JSON", "missing"])
def test_no_graph_where_no_sync_of_the_run_goes_on(pages: Pages, live_file: Path, monkeypatch: Any, what: str) -> None:
    run = given(a_message(1, "Вопрос", 60))
    monkeypatch.setenv("LIVE_RUNS_FOLDER", str(live_file.parent))
    execution = rows("SELECT execution_id FROM sync_logs")[0]["execution_id"]
    if what == "another execution":
        write(live_file, "other")
    elif what == "dead":
        write(live_file, execution, age_seconds=60)
    elif what in BROKEN:
        live_file.write_text(BROKEN[what], encoding="utf-8")
    body = pages.get(f"/run?id={run}").body
    assert '<g class="node' not in body
    assert "data-refresh" not in body


def test_of_two_syncs_each_has_its_own_run(pages: Pages, live_file: Path, monkeypatch: Any) -> None:
    """Given a second sync that skipped the store, then the first one's state is shown, on its run's page and all."""
    run = given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        database.run("UPDATE sync_logs SET status = 'running', completed_at = NULL WHERE id = :id", id=run)
    monkeypatch.setenv("LIVE_RUNS_FOLDER", str(live_file.parent))
    write(live_file.with_name("a.json"), "other", state="Skip store")
    write(live_file.with_name("b.json"), rows("SELECT execution_id FROM sync_logs")[0]["execution_id"])
    assert "Now: <strong>Wait for rate limit</strong> until" in pages.get(f"/run?id={run}").body
    assert "Wait for rate limit until" in pages.get("/").body
    with transaction() as database:  # the second one's row, which is the store's last
        database.run(
            "INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until, completed_at)"
            " SELECT store_id, seller_key, 'other', sync_type, 'skipped', now(), now() FROM sync_logs"
        )
    assert "Wait for rate limit until" in pages.get("/").body
    live_file.with_name("b.json").unlink()
    assert "Skip store" not in pages.get("/").body
