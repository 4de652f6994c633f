"""Time-outs that say what happened: a function waits for Postgres, and the state machine for a function that slept."""

import pytest

from chatsync.sleeping_functions import NOT_READY, PAUSE_SECONDS, PAUSES
from database.connection import CONNECT_SECONDS
from tests.template.test_ties import FUNCTIONS, TASKS, TEMPLATE, function_of, layer_of

AT_THE_DATABASE = [name for name in FUNCTIONS if layer_of(name) == "Database"]


@pytest.mark.parametrize("name", AT_THE_DATABASE)
def test_a_function_outlives_a_kept_connection_that_is_silent_and_a_server_that_is_away(name: str) -> None:
    timeout = FUNCTIONS[name]["Properties"].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    assert timeout > 2 * CONNECT_SECONDS


@pytest.mark.parametrize("name", [name for name, state in TASKS.items() if layer_of(function_of(state)) == "Database"])
def test_a_task_waits_for_a_function_in_the_vpc_that_slept(name: str) -> None:
    """Without jitter, which may let all tries come early; their time is within what the commands allow."""
    (waking,) = [retry for retry in TASKS[name]["Retry"] if "Lambda.ResourceNotReadyException" in retry["ErrorEquals"]]
    assert set(waking["ErrorEquals"]) == {f"Lambda.{error}" for error in NOT_READY}
    assert "JitterStrategy" not in waking
    assert waking["BackoffRate"] == 1
    assert 120 <= waking["IntervalSeconds"] * waking["MaxAttempts"] <= PAUSES * PAUSE_SECONDS
