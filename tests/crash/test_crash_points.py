"""Broken at every single point, one at a time, a run ends with the same database as an undisturbed one."""

from collections.abc import Callable
from itertools import filterfalse, pairwise

import pytest

from tests.crash.conftest import Tally
from tests.crash.crashing import DROP, KILL, RETRY, CrashingMachine, Ended, Undisturbed
from tests.crash.points import AFTER, ANSWER, ONLY_COLD, S3, SSM, STATEMENT, WILDBERRIES, Point
from tests.support.sampling import sample

IN_ORDER = [
    "list_stores",
    "open_run",
    "fetch_history",
    "save_history",
    "classify_chats",
    "save_labels",
    "close_run",
    "report",
]

REQUESTS = {WILDBERRIES, S3, SSM}
# How many are tried at a time (tests/support/sampling.py); of commits each one is.
SAMPLED_REQUESTS = 1
SAMPLED_POINTS = 3


def test_the_undisturbed_run_is_complete_and_reaches_the_same_points_each_time(
    crashing: CrashingMachine, undisturbed: Undisturbed
) -> None:
    assert undisturbed.ended.statuses == ("partial",)  # for its poison event
    assert (undisturbed.ended.added, undisturbed.ended.labelled) == (24, 4)
    assert list(dict.fromkeys(point.function for point in undisturbed.points)) == IN_ORDER
    assert crashing.crash() == undisturbed.ended
    # A token is kept for a minute, and read again on a slow machine; and who was killed last may not have run since.
    assert [point for point in crashing.points.reached if point.kind not in ONLY_COLD] == undisturbed.warm


@pytest.mark.parametrize("function", IN_ORDER)
def test_killed_at_any_commit_or_request_the_next_execution_ends_as_if_undisturbed(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally, function: str
) -> None:
    points = list(filter(lasting(undisturbed), deadly(undisturbed, function)))
    requests = [point for point in points if point.kind in REQUESTS]
    drawn = sample(requests, SAMPLED_REQUESTS, f"kill {function}")
    break_one_at_a_time(
        crashing, undisturbed, tally, KILL, [point for point in points if point not in requests or point in drawn]
    )


def test_killed_at_any_other_statement_the_next_execution_ends_as_if_undisturbed(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally
) -> None:
    points = [point for name in IN_ORDER for point in filterfalse(lasting(undisturbed), deadly(undisturbed, name))]
    break_one_at_a_time(crashing, undisturbed, tally, KILL, sample(points, SAMPLED_POINTS, "kill"))


@pytest.mark.parametrize("mode", [KILL, RETRY])
def test_dead_while_the_last_save_closes_the_run_it_ends_as_if_undisturbed(
    crashing: CrashingMachine, unlabelled: Undisturbed, tally: Tally, mode: str
) -> None:
    assert "close_run" not in {point.function for point in unlabelled.points}
    points = deadly(unlabelled, "save_history")
    last = max(point.invocation for point in points)
    closing = [point for point in points if point.invocation == last and point.kind not in ONLY_COLD]
    drawn = sample(closing, SAMPLED_POINTS, f"close {mode}")
    break_one_at_a_time(crashing, unlabelled, tally, mode, drawn)


def test_dead_at_any_statement_or_request_the_machine_tries_again_and_ends_as_if_undisturbed(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally
) -> None:
    points = [point for name in IN_ORDER for point in deadly(undisturbed, name)]
    break_one_at_a_time(crashing, undisturbed, tally, RETRY, sample(points, SAMPLED_POINTS, "retry"))


def test_cut_off_at_any_message_the_execution_itself_ends_as_if_undisturbed(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally
) -> None:
    points = [point for point in undisturbed.points if point.kind != ANSWER]
    break_one_at_a_time(crashing, undisturbed, tally, DROP, sample(points, SAMPLED_POINTS, "drop"))


def deadly(undisturbed: Undisturbed, function: str) -> list[Point]:
    """Return the points of the function that differ for a worker that dies at them.

    Dead before an exchange leaves the same world as dead after the one before it, so "before" is only looked at where
    an invocation begins. A worker that lives on notices the difference: it is cut off at every one.
    """
    first = {(point.function, point.invocation): point for point in reversed(undisturbed.points)}.values()
    points = (point for point in undisturbed.points if point.function == function)
    return [point for point in points if point.side == AFTER or point in first]


def lasting(undisturbed: Undisturbed) -> Callable[[Point], bool]:
    """Choose the points just before and after something outlives the worker: commits, and requests."""
    statements = [point for point in undisturbed.points if point.kind == STATEMENT and point.side == AFTER]
    commits = {after for pair in pairwise(statements) if pair[1].what.endswith("COMMIT") for after in pair}
    return lambda point: point in commits or point.kind in REQUESTS


def break_one_at_a_time(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally, mode: str, points: list[Point]
) -> None:
    """Fail with the points after whose crash the run ended otherwise than the undisturbed one, and how."""
    wrong: list[str] = []
    for point in points:
        if point.kind in ONLY_COLD:
            crashing.cool(point.function)
        ended = crashing.crash((mode, point.__eq__))
        assert crashing.points.broken == [point]
        tally.broken[mode, point.function, point.kind] += 1
        wrong += [f"{mode} {point}: {what}" for what in differences(mode, ended, undisturbed.ended)]
    tally.wrong += len(wrong)
    assert not wrong, "\n".join(wrong)


def differences(mode: str, ended: Ended, undisturbed: Ended) -> list[str]:
    """Return what a run that was broken left otherwise than the undisturbed one."""
    found = []
    if ended.tables != undisturbed.tables:
        lines = (set(undisturbed.tables.splitlines()), set(ended.tables.splitlines()))
        found.append(f"missing rows {sorted(lines[0] - lines[1])}, other rows {sorted(lines[1] - lines[0])}")
    if not told_once(ended.statuses) or (mode != KILL and len(ended.statuses) > 1):
        found.append(f"the runs ended as {ended.statuses}")
    if ended.failed:
        found.append(f"the last execution did not succeed in {ended.failed}")
    if (ended.added, ended.labelled) != (undisturbed.added, undisturbed.labelled):
        found.append(f"the runs say {ended.added} messages, {ended.labelled} labels")
    return found


def told_once(statuses: tuple[str, ...]) -> bool:
    """Return whether the poison event made each run partial that reached its end, after those that were killed."""
    before, _, after = " ".join(statuses).partition("partial")
    return "partial" in statuses and set(before.split()) <= {"error"} and set(after.split()) <= {"partial"}
