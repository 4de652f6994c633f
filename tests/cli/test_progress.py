"""Live progress: what each store does, in lines and as a table that fits on the terminal."""

import time
from typing import Any

import pytest
from rich.cells import cell_len

from local.engine.observation import InvocationEnded, InvocationStarted, Waiting
from local.sync.progress import Progress

LONG_NAME = "ИП Гарифуллина А.Р. (Малышок) [red]"


def started(function: str, store_id: str = "shop") -> InvocationStarted:
    return InvocationStarted(function, {"store_id": store_id})


def ended(function: str, result: Any, store_id: str = "shop", failed: bool = False) -> InvocationEnded:
    return InvocationEnded(function, {"store_id": store_id}, result, failed, billed_ms=1)


def waiting(until: float, reason: Any = "wait") -> Waiting:
    return Waiting(1, until, reason, {"store_id": "shop"})


def picture(progress: Progress, width: int = 80, height: int = 24) -> list[str]:
    progress.console.width, progress.console.height = width, height
    with progress.console.capture() as captured:
        progress.console.print(progress.draw())
    return captured.get().splitlines()


def test_each_step_worth_it_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress, noon = (
        Progress({"shop": LONG_NAME}, on_stderr=True),
        time.mktime((*time.localtime()[:3], 12, 0, 5, 0, 0, -1)),
    )
    for seen in (
        started("open_run"),
        ended("fetch_history", {"requests": 11}),
        ended("save_history", {"status": "running", "listed": True, "chats": 1, "added": 450}),
        waiting(noon),
        ended("fetch_history", {"errorType": "WildberriesUnavailableError"}, failed=True),
        waiting(noon, "retry"),
        ended("fetch_history", {"requests": 2}),
        ended(
            "save_history",
            {"status": "running", "listed": True, "chats": None, "added": 9, "pages": [{}], "to_label": 30},
        ),
        ended("save_labels", {"labels": 25}),
        ended("close_run", {"status": "partial"}),
    ):
        progress.observe(seen)
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(f"{LONG_NAME}: ")[1] for line in said.err.splitlines()] == [
        "1 chat listed",
        "11 WB requests, 450 new messages",
        "waits for WB until 12:00:05",
        "Fetch history failed (WildberriesUnavailableError)",
        "tries again at 12:00:05",
        "13 WB requests, 459 new messages",
        "30 chats to label",
        "25 of 30 labelled",
        "partial",
    ]


def test_a_run_that_its_save_closed_ends_with_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress({"shop": "А"}, on_stderr=True)
    progress.observe(ended("fetch_history", {"requests": 2}))
    progress.observe(ended("save_history", {"status": "success", "listed": True, "chats": 3, "added": 0}))
    said = [line.split("А: ")[1] for line in capsys.readouterr().err.splitlines()]
    assert said == ["3 chats listed", "2 WB requests, 0 new messages", "success"]


def test_the_table_fits_on_80_columns_with_the_whole_wait(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress({"shop": LONG_NAME, "other": "Б"}, on_stderr=False)
    progress.observe(ended("save_history", {"listed": True, "added": 200_000}))
    progress.observe(waiting(time.time() + 1))
    progress.observe(ended("fail_run", {"message": "The token expired. " * 9}, store_id="other"))
    lines = picture(progress)
    assert max(map(cell_len, lines)) <= 80
    assert lines[0].split() == ["store", "doing", "chats", "requests", "messages"]
    assert time.strftime("%H:%M:", time.localtime(time.time() + 1)) in lines[1]
    assert lines[1].rstrip().endswith("200000")
    assert "error: The token expired." in lines[2]


def test_a_wait_until_another_day_names_the_day() -> None:
    progress = Progress({"shop": "А"}, on_stderr=True)
    far = time.time() + 3 * 24 * 3600
    progress.observe(waiting(far))
    assert time.strftime("until %d.%m. %H:%M", time.localtime(far)) in "\n".join(picture(progress))


def test_a_wait_until_another_year_names_the_year() -> None:
    progress = Progress({"shop": LONG_NAME}, on_stderr=True)
    far = time.time() + 400 * 24 * 3600
    progress.observe(waiting(far))
    assert time.strftime("until %d.%m.%Y %H:%M", time.localtime(far)) in "\n".join(picture(progress))


def test_hundreds_of_stores_show_those_at_work_and_count_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress({f"shop-{number}": f"Магазин {number}" for number in range(200)}, on_stderr=False)
    progress.observe(started("fetch_history", "shop-150"))
    for number in range(40):
        progress.observe(ended("close_run", {"status": "success"}, f"shop-{number}"))
    lines = picture(progress)
    assert len(lines) <= 24
    assert lines[1].startswith("Магазин 150")
    assert lines[-1] == "... and 181 more. Of all 200, 40 ended and 159 wait for their turn."


def test_a_store_that_is_not_ours_and_an_odd_answer_are_no_trouble() -> None:
    progress = Progress({"shop": "А"}, on_stderr=True)
    for seen in (
        started("report", "other"),
        ended("open_run", None),
        ended("save_history", {}),
        ended("close_run", {}),
    ):
        progress.observe(seen)
    assert "А" in picture(progress)[1]
