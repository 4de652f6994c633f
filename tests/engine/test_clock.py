import threading
from collections.abc import Callable

import pytest

from local.engine.clock import LOOK_AGAIN_SECONDS, VirtualClock, WallClock, seconds_running

HOUR, DAY = 3600.0, 86_400.0


def test_virtual_time_moves_by_a_wait_and_remembers_it() -> None:
    clock = VirtualClock(start=1000.0)
    clock.wait(3600, threading.Event())
    clock.wait(0.5, threading.Event())
    assert clock.now() == 4600.5
    assert clock.waits == [3600, 0.5]


def test_virtual_time_stands_still_once_stopped() -> None:
    clock, stop = VirtualClock(start=1000.0), threading.Event()
    stop.set()
    clock.wait(3600, stop)
    assert clock.now() == 1000.0
    assert clock.waits == []


def test_virtual_time_adds_up_over_threads() -> None:
    clock = VirtualClock(start=0.0)
    threads = [threading.Thread(target=clock.wait, args=(10, threading.Event())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.now() == 200.0


def test_an_hour_on_the_wall_ends_when_stopped() -> None:
    clock, stop = WallClock(), threading.Event()
    waiting = threading.Thread(target=clock.wait, args=(3600, stop))
    waiting.start()
    stop.set()
    waiting.join(timeout=10)
    assert not waiting.is_alive()


class FakeTime(threading.Event):
    """A stop that is never set; a wait on it lets both of the computer's times pass, and may do something to them."""

    def __init__(self, wall: float = 1_790_000_000.0) -> None:
        super().__init__()
        self.wall, self.running, self.steps = wall, 0.0, 0
        self.happens: dict[int, Callable[[], None]] = {}

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert 0 < timeout <= LOOK_AGAIN_SECONDS
        self.steps += 1
        self.pass_by(timeout)
        self.happens.get(self.steps, lambda: None)()
        return False

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.running += seconds

    def set_by(self, seconds: float) -> None:
        self.wall += seconds

    def clock(self) -> WallClock:
        return WallClock(lambda: self.wall, lambda: self.running)


def test_a_wait_lasts_its_length() -> None:
    fake = FakeTime()
    fake.clock().wait(3600.5, fake)
    assert fake.running == 3600.5


@pytest.mark.parametrize("slept", [HOUR, 8 * HOUR, 30 * DAY])
def test_a_wait_is_over_when_the_computer_wakes_behind_its_moment(slept: float) -> None:
    fake = FakeTime()
    fake.happens[10] = lambda: fake.pass_by(slept)
    fake.clock().wait(HOUR, fake)
    assert fake.steps == 10


def test_a_sleep_that_ends_before_is_a_part_of_the_wait() -> None:
    fake = FakeTime()
    fake.happens[10] = lambda: fake.pass_by(HOUR / 2)
    fake.clock().wait(HOUR, fake)
    assert fake.running == HOUR


def test_a_machine_that_is_halted_with_all_its_timers_goes_on_by_the_clock() -> None:
    """As the virtual machine of WSL2 is while Windows sleeps: only its clock is corrected afterwards."""
    fake = FakeTime()
    fake.happens[10] = lambda: fake.set_by(8 * HOUR)
    fake.clock().wait(HOUR, fake)
    assert fake.steps == 10


@pytest.mark.parametrize("back", [-0.5, -HOUR, -DAY, -365 * DAY])
def test_a_clock_that_is_set_back_makes_no_wait_longer(back: float) -> None:
    fake = FakeTime()
    fake.happens[10] = lambda: fake.set_by(back)
    fake.clock().wait(HOUR, fake)
    assert fake.running == HOUR


def test_a_stop_ends_a_wait_of_many_steps_at_once() -> None:
    stop = FakeTime()
    stop.wait = lambda timeout=None: True  # type: ignore[method-assign]
    stop.clock().wait(HOUR, stop)
    assert stop.running == 0


def test_the_computers_own_times_go_forward() -> None:
    before = seconds_running()
    WallClock().wait(0.02, threading.Event())
    assert seconds_running() - before >= 0.02
