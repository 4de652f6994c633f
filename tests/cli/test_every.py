"""`sync --every`: a line a run, whatever becomes of a run, until it is stopped."""

import signal
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.arguments import span
from local.engine.clock import VirtualClock, WallClock
from local.errors import UsageError
from local.simulator.model import World
from local.simulator.server import Simulator
from local.sync.repeating import Ended, Syncing, repeat
from tests.support.given import a_store, events_of
from tests.support.program import Program, run, stores_file
from tests.support.stored import rows
from tests.support.waiting import wait_until

HOUR, WEEK = 3600, 7 * 86_400
NOON = 1_790_000_000.0


def a_row(store: str = "shop", status: str = "success", added: int = 1, labels: int | None = 1) -> dict[str, Any]:
    return {"store_id": store, "status": status, "messages_added": added, "chats_classified": labels}


class Week:
    """Runs that take a minute, each ended as the test says, until a week is over."""

    def __init__(self, *ends: Ended, takes: float = 60, usual: Ended | None = None) -> None:
        self.clock, self.stopping = VirtualClock(NOON), threading.Event()
        self.begun: list[float] = []
        self.said: list[str] = []
        self._ends, self._takes, self._usual = list(ends), takes, usual or Ended([a_row()])

    def run(self) -> Ended:
        self.begun.append(self.clock.now())
        self.clock.wait(self._takes, threading.Event())
        if self.clock.now() + HOUR >= NOON + WEEK:
            self.stopping.set()
        return self._ends.pop(0) if self._ends else self._usual

    def go_on(self) -> None:
        repeat(HOUR, self.run, self.clock, self.stopping, self.said.append)


def test_a_week_of_hours_is_a_run_and_a_line_each_hour_though_some_fail() -> None:
    failed = Ended(failure="error: The database could not be reached.")
    week = Week(Ended([a_row()]), failed, failed)
    week.go_on()
    assert [moment - NOON for moment in week.begun] == [hour * HOUR for hour in range(WEEK // HOUR)]
    assert len(week.said) == WEEK // HOUR
    assert ["The database could not be reached; took 60 s" in line for line in week.said[:4]] == [
        *(False, True, True, False)
    ]
    assert all("next at" in line for line in week.said[:-1])
    assert week.said[-1].endswith("stopped")


def test_a_run_longer_than_the_time_is_followed_by_the_next_at_once() -> None:
    week = Week(takes=5 * HOUR)
    week.go_on()
    assert [later - sooner for sooner, later in zip(week.begun, week.begun[1:], strict=False)] == [5 * HOUR] * 33


def test_a_line_says_what_came_of_each_store() -> None:
    parts = [a_row(status="partial", added=500), a_row(added=20, labels=None), a_row("b", "error", 0, 0)]
    week = Week(
        Ended(parts),
        Ended([a_row(name, "error", 0, 0) for name in "abcde"]),
        Ended([a_row()], (), "error: b: no run could be recorded."),
    )
    week.go_on()
    assert "  1 of 2 stores ok (b: error); 520 new messages, 1 label; took 60 s; next at " in week.said[0]
    assert "0 of 5 stores ok (a: error, b: error, c: error, and 2 more);" in week.said[1]
    assert "1 of 1 store ok; 1 new message, 1 label; error: b: no run could be recorded; took" in week.said[2]


def test_a_warning_is_said_once_until_it_changes() -> None:
    ninth, eighth = (Ended([a_row()], (f"warning: The token of shop expires in {days} days.",)) for days in (9, 8))
    week = Week(ninth, ninth, eighth, eighth, Ended([a_row()]), eighth)
    week.go_on()
    said = [line[-7:-1] for line in week.said if line.startswith("warning")]
    assert said == ["9 days", "8 days", "8 days"]


def test_what_cannot_work_as_it_was_typed_ends_at_once_but_not_later() -> None:
    wrong = Ended(failure="error: There is no file.", wrong_use=True)
    first, later = Week(wrong), Week(Ended([a_row()]), wrong)
    with pytest.raises(UsageError, match=r"^There is no file\.$"):
        first.go_on()
    later.go_on()
    assert (first.said, len(later.said)) == ([], WEEK // HOUR)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1m", 60), ("30m", 1800), ("1h", 3600), ("1d", 86_400), ("720h", 2_592_000)]
)
def test_times(text: str, seconds: int) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["0m", "1", "h", "1s", "1.5h", "31d", "1h30m", " 1h", "٣h", "9" * 5000 + "h"])
def test_no_times(text: str) -> None:
    done = run("sync", "--every", text, environment={})
    assert done.returncode == 2
    assert "is not a time such as 30m, 1h or 1d" in done.stderr


@pytest.mark.parametrize("option", ["--full", "--json", "--same-store=a"])
def test_what_is_for_one_sync_is_refused(option: str) -> None:
    done = run("sync", "--every", "1h", option, environment={})
    assert (done.returncode, "is for one sync" in done.stderr) == (2, True)


def test_real_syncs_one_after_another_survive_a_broken_file_a_killed_run_and_a_database_that_is_away(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a store that gets a message before each sync, when three of seven fail, then no message is missing."""
    store = a_store(events_of(7))
    file = Path(stores_file(tmp_path, [store]))
    whole, said = file.read_text(encoding="utf-8"), []
    syncing = Syncing(["--stores", str(file), "--classifier", "keywords"])
    with Simulator(World((store,)), WallClock(), limits=False) as wb:
        monkeypatch.setenv("WB_API_URL", wb.url)

        def say(line: str) -> None:
            """Prepare the next run."""
            said.append(line)
            wb.add_event(store.id, events_of(20)[6 + len(said)])
            file.write_text("[[ nonsense" if len(said) == 1 else whole, encoding="utf-8")
            monkeypatch.setenv("DATABASE_URL", "postgresql://a@127.0.0.1:1/b" if len(said) == 3 else emptied)
            if len(said) == 5:
                threading.Thread(target=kill_another_child, args=[set(psutil.Process().children())]).start()
            if len(said) == 7:
                syncing.stopping.set()

        repeat(HOUR, syncing.run, VirtualClock(), syncing.stopping, say)
    assert "1 of 1 store ok; 7 new messages, 3 labels" in said[0]
    assert "cannot be used: it is not valid TOML" in said[1]
    assert "1 of 1 store ok; 2 new messages" in said[2]
    assert "Check DATABASE_URL" in said[3]
    assert "1 of 1 store ok; 2 new messages" in said[4]
    assert "ended by signal 9" in said[5]
    assert "1 of 1 store ok; 2 new messages" in said[6]
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 13}]


def kill_another_child(before: set[psutil.Process]) -> None:
    """Kill the first process that this one starts beside these, before it has done anything."""
    wait_until(lambda: set(psutil.Process().children()) - before)
    for child in set(psutil.Process().children()) - before:
        child.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_waits_for_the_next_run(emptied: str, tmp_path: Path, number: signal.Signals) -> None:
    store = a_store(events_of(3))
    with Simulator(World((store,)), WallClock()) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        arguments = ("--stores", stores_file(tmp_path, [store]), "--every", "1d")
        with Program("sync", *arguments, environment=environment) as program:
            program.until("next at")
            program.send(number)
            assert program.ended() == 0
    assert "1 of 1 store ok; 3 new messages" in program.seen
    assert len(program.seen.splitlines()) == 1


def test_ctrl_c_ends_a_run_in_order(emptied: str, tmp_path: Path) -> None:
    store = a_store(events_of(200))
    with Simulator(World((store,)), WallClock(), events_page_size=5) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        arguments = ("--stores", stores_file(tmp_path, [store]), "--every", "1d")
        with Program("sync", *arguments, environment=environment, terminal=True) as program:
            wait_until(lambda: len(wb.requests) > 5)
            program.press(b"\x03")
            assert program.ended() == 0
    (row,) = rows("SELECT status, error_type FROM sync_logs")
    assert row == {"status": "error", "error_type": "Interrupted"}
    assert program.seen.rstrip().endswith("stopped")
