"""A seller's stores through the real command: what is printed, what is stored, and how it is stopped."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import psutil

from database.bursts import MOST_FETCHES
from database.connection import transaction
from local.engine.clock import WallClock
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator
from local.simulator.tokens import TokenKind
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.stored import rows

PAGE_SIZE = 5
MANY = 200  # events: the syncing waits for WB again and again, in all longer than a test's other steps take
BURST = 10  # requests WB answers at once; the events of one burst are stored before the wait that follows


def wildberries(*stores: SimulatedStore, limits: bool) -> Simulator:
    return Simulator(World(stores), WallClock(), limits=limits, events_page_size=PAGE_SIZE)


def test_json_is_alone_on_stdout_and_a_failed_store_makes_the_exit_code_1(emptied: str, tmp_path: Path) -> None:
    healthy, refused, unwanted = a_store(events_of(7)), a_store(token="junk"), a_store()
    file = stores_file(tmp_path, [healthy, refused, unwanted])
    wanted = ("--store", healthy.id, "--store", refused.id)
    with wildberries(healthy, limits=True) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        arguments = ("--stores", file, *wanted, "--full", "--classifier", "none", "--json")
        done = run("sync", *arguments, environment=environment)
    assert done.returncode == 1
    ended = {row["store_id"]: row for row in json.loads(done.stdout)}
    assert ended.keys() == {healthy.id, refused.id}
    assert (ended[healthy.id]["status"], ended[healthy.id]["sync_type"]) == ("success", "full")
    assert (ended[healthy.id]["messages_added"], ended[healthy.id]["chats_classified"]) == (7, 0)
    assert "no readable JWT" in ended[refused.id]["error_message"]
    assert "3 chats listed" in done.stderr
    assert healthy.token not in done.stdout + done.stderr


def test_a_history_too_long_for_one_run_is_read_by_several_at_once(emptied: str, tmp_path: Path) -> None:
    """Given runs that may fetch once, when a store needs three fetches, then one command makes three runs of it."""
    store = a_store(events_of(60))
    file = stores_file(tmp_path, [store])
    with transaction() as database:
        database.run(f"ALTER TABLE sync_logs ALTER COLUMN fetches SET DEFAULT {MOST_FETCHES - 1}")
    try:
        with wildberries(store, limits=True) as wb:
            environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
            done = run("sync", "--stores", file, "--json", environment=environment)
    finally:
        with transaction() as database:
            database.run("ALTER TABLE sync_logs ALTER COLUMN fetches SET DEFAULT 0")
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)
    assert [row["status"] for row in runs] == ["partial"] * (len(runs) - 1) + ["success"]
    assert len(runs) > 1
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 60}]


def test_what_a_base_token_means_is_said_before_the_first_sync_and_before_a_full_one(
    emptied: str, tmp_path: Path
) -> None:
    base, personal = a_store(events_of(60), kind=TokenKind.BASE), a_store(events_of(3))
    file = stores_file(tmp_path, [base, personal])
    said = []
    with wildberries(base, personal, limits=False) as wb:
        for options in ((), (), ("--full",)):
            done = run("sync", "--stores", file, *options, environment={"WB_API_URL": wb.url, "DATABASE_URL": emptied})
            assert done.returncode == 0, done.stderr
            said.append([line for line in done.stdout.splitlines() if "This is a Base token" in line])
    (first,), later, (full,) = said
    assert first.startswith(f"{base.id}: This is a Base token, which WB answers once an hour")
    assert "takes at least an hour; 10,000 messages take more than eight days" in first
    assert "labelled every 12 hours. With a Personal token it takes minutes" in first
    assert later == []
    assert "takes at least 2 hours" in full


def test_another_sellers_token_is_refused_until_the_owner_says_that_it_is_the_same_seller(
    emptied: str, tmp_path: Path
) -> None:
    # Given a store with a history
    store = a_store(events_of(7))
    changed = replace(store, token=a_store().token, events=events_of(9))
    environment = {"DATABASE_URL": emptied}
    with wildberries(store, limits=False) as wb:
        file = stores_file(tmp_path, [store])
        assert run("sync", "--stores", file, environment=environment | {"WB_API_URL": wb.url}).returncode == 0
    # When its entry gets another seller's token
    file = stores_file(tmp_path, [changed])
    with wildberries(changed, limits=False) as wb:
        environment["WB_API_URL"] = wb.url
        done = run("sync", "--stores", file, environment=environment)
        # Then nothing is asked with it, and the run says what to do
        assert done.returncode == 1
        assert wb.requests == []
        (failed,) = rows("SELECT error_type, error_message FROM sync_logs WHERE status = 'error'")
        assert failed["error_type"] == "SellerChangedError"
        assert "./chats sync ... --same-store ID" in failed["error_message"]
        # And with the owner's word the store goes on, also without it from then on
        wrong = run("sync", "--stores", file, "--same-store", "other", environment=environment)
        assert (wrong.returncode, "--same-store names 'other'" in wrong.stderr) == (2, True)
        allowed = ("--same-store", store.id)
        assert run("sync", "--stores", file, *allowed, environment=environment).returncode == 0
        assert run("sync", "--stores", file, environment=environment).returncode == 0
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 9}]


def test_ctrl_c_in_a_wait_closes_the_run_and_the_next_one_goes_on_from_the_cursor(emptied: str, tmp_path: Path) -> None:
    # Given a store with more events than WB gives at once, on a terminal
    store = a_store(events_of(PAGE_SIZE * BURST + 7))
    file = stores_file(tmp_path, [store])
    with wildberries(store, limits=True) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        with Program("sync", "--stores", file, environment=environment, terminal=True) as syncing:
            # When Ctrl-C is pressed while it waits for WB
            syncing.until("waits for WB until")
            syncing.press(b"\x03")
            exit_code = syncing.ended()
    # Then it ends as asked for, and says so
    assert exit_code == 1
    assert "Nothing is lost" in syncing.seen
    assert "Traceback" not in syncing.seen
    (stopped,) = rows("SELECT status, error_type, messages_added FROM sync_logs")
    assert (stopped["status"], stopped["error_type"]) == ("error", "Interrupted")
    stored = rows("SELECT count(*) AS n FROM chat_messages")[0]["n"]
    assert stored == stopped["messages_added"] > 0
    # And the next run reads only what the first one had not stored
    with wildberries(store, limits=False) as wb:
        done = run("sync", "--stores", file, environment={"WB_API_URL": wb.url, "DATABASE_URL": emptied})
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows("SELECT chats_classified AS n FROM sync_logs WHERE status = 'success'") == [{"n": 3}]
    first = next(request for request in wb.requests if request.method == "events")
    assert first.path.rpartition("next=")[2].isdigit()
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": PAGE_SIZE * BURST + 7}]
    assert rows("SELECT messages_added AS n FROM sync_logs WHERE status = 'success'") == [
        {"n": PAGE_SIZE * BURST + 7 - stored}
    ]


def test_a_living_syncs_run_is_left_alone_and_a_killed_ones_is_taken_over(copy: Path, tmp_path: Path) -> None:
    # Given a sync into the kept database that waits for WB
    store, other = a_store(events_of(MANY)), a_store(events_of(7))
    file = stores_file(tmp_path, [store, other])
    the_store, the_other = ("--store", store.id), ("--store", other.id)
    with wildberries(store, other, limits=True) as wb:
        environment = {"WB_API_URL": wb.url}
        with Program("sync", "--stores", file, *the_store, root=copy, environment=environment) as syncing:
            syncing.until("waits for WB until")
            # When others look at the database, sync another store, or want the same one
            status = run("status", root=copy, environment=environment)
            beside = run("sync", "--stores", file, *the_other, "--json", root=copy, environment=environment)
            rival = run("sync", "--stores", file, *the_store, "--json", root=copy, environment=environment)
            running = run("sql", "--csv", "SELECT status FROM sync_logs ORDER BY id", root=copy, environment={})
            # And it is killed
            syncing.send(signal.SIGKILL)
            assert syncing.ended() == -signal.SIGKILL
    assert (status.returncode, "running" in status.stdout) == (0, True)
    assert (beside.returncode, json.loads(beside.stdout)[0]["status"]) == (0, "success"), beside.stderr
    assert (rival.returncode, json.loads(rival.stdout)[0]["status"]) == (1, "skipped"), rival.stderr
    assert running.stdout.split() == ["status", "running", "success", "skipped"]
    # Then the next sync takes over
    with wildberries(store, limits=False) as wb:
        arguments = ("--stores", file, *the_store, "--classifier", "none", "--json")
        done = run("sync", *arguments, root=copy, environment={"WB_API_URL": wb.url})
    assert done.returncode == 0, done.stderr
    assert 0 < json.loads(done.stdout)[0]["messages_added"] < MANY
    after = run("status", root=copy, environment={})
    assert "stopped reporting" in after.stdout
    assert str(MANY) in after.stdout
    # And nothing of them runs any more, or is left
    assert [process for process in psutil.process_iter(["cmdline"]) if _is_about(process, copy)] == []
    assert list((copy / ".local" / "run").iterdir()) == []


def _is_about(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in part for part in process.info["cmdline"] or [])
