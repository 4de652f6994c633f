"""A function's result has the fields that the state machine or people read, and no other."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from local.engine.stack import load_stack
from tests.chatsync.results import READ_BY_PEOPLE, RESULTS
from tests.support.project import ROOT

WHOLE = "$.Payload"


def tasks(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each Task state with the name of its function."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name.lower().replace(" ", "_"), state
        yield from tasks(state.get("ItemProcessor", {}).get("States", {}))


TASKS = dict(tasks(json.loads(load_stack(ROOT, {}).definition)["States"]))


def read_by_machine(function: str) -> set[str]:
    """Return the fields that the state takes over from its function's result."""
    state = TASKS[function]
    if state.get("OutputPath") == WHOLE:
        return {field.name for field in fields(RESULTS[function])}
    return {path.removeprefix(f"{WHOLE}.") for path in state.get("ResultSelector", {}).values()}


def test_each_function_of_the_machine_has_a_result() -> None:
    assert set(RESULTS) == set(TASKS)


@pytest.mark.parametrize("function", RESULTS)
def test_no_field_is_there_that_nobody_reads(function: str) -> None:
    read = read_by_machine(function) | READ_BY_PEOPLE.get(function, set())
    assert {field.name for field in fields(RESULTS[function])} == read


def test_a_run_is_the_same_after_each_save() -> None:
    of_run = [TASKS[name]["ResultSelector"] for name in ("open_run", "save_history")]
    assert of_run[0] == of_run[1]
    assert {f"{name}.$" for name in (field.name for field in fields(RESULTS["open_run"]))} == set(of_run[0])
