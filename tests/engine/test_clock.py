import threading

from local.engine.clock import VirtualClock, WallClock


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
