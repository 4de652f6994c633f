"""The state machine's file, played by two interpreters of the Amazon States Language. Neither is AWS's own."""

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from chatsync.contracts import Result
from tests.interpreters.first_interpreter import Played, ScriptedEngine
from tests.interpreters.scenarios import (
    CAUSE,
    LACKING_A_FIELD_HERE,
    LACKING_A_FIELD_ON_AWS,
    SCENARIOS,
    Call,
    Failure,
    Scenario,
)
from tests.support.project import ROOT

PACKAGE = ROOT / ".local" / "tools" / "aws-local-stepfunctions"
DRIVER = ROOT / "tests" / "interpreters" / "second_interpreter.mjs"


@pytest.fixture(scope="module")
def engine() -> Iterator[ScriptedEngine]:
    engine = ScriptedEngine()
    with pytest.MonkeyPatch.context() as patch, engine:
        patch.setattr(random, "uniform", lambda least, most: most)  # a retry's jitter
        yield engine


@pytest.fixture(scope="module")
def first(engine: ScriptedEngine) -> dict[str, Played]:
    """Every scenario, played by the local engine."""
    return {scenario.name: engine.play(scenario) for scenario in [*SCENARIOS, LACKING_A_FIELD_HERE]}


@pytest.fixture(scope="module")
def second(engine: ScriptedEngine) -> dict[str, Played]:
    """Every scenario, played by the second interpreter."""
    scenarios = [for_node(scenario) for scenario in [*SCENARIOS, LACKING_A_FIELD_ON_AWS]]
    task = json.dumps({"definition": json.loads(engine.stack.definition), "scenarios": scenarios})
    done = subprocess.run(["node", DRIVER, PACKAGE], input=task, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return {played["name"]: Played(**played) for played in json.loads(done.stdout)}


def for_node(scenario: Scenario) -> dict[str, Any]:
    id_ = f"arn:aws:states:eu-central-1:123456789012:execution:local-sync:{scenario.name}"
    return {
        "name": scenario.name,
        "execution": {"Id": id_, "Name": scenario.name},
        "input": scenario.execution_input or {},
        "stores": [{"store_id": store} for store in scenario.stores],
        "calls": [{"function": call.function, **answer_of(call)} for call in scenario.calls],
    }


def answer_of(call: Call) -> dict[str, Any]:
    if isinstance(call.answer, Failure):
        return asdict(call.answer)
    return {"answer": call.answer.as_result() if isinstance(call.answer, Result) else call.answer}


def steps_of(scenario: Scenario) -> list[str | int]:
    return [step.function if isinstance(step, Call) else step for step in scenario.steps]


def steps_taken(played: Played) -> list[str | float]:
    return [entry["call"] if "call" in entry else entry["seconds"] for entry in played.trace]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_local_engine_takes_the_scenarios_steps(first: dict[str, Played], scenario: Scenario) -> None:
    played = first[scenario.name]
    assert steps_taken(played) == steps_of(scenario)
    assert (played.error, len(played.children)) == (scenario.error, len(scenario.stores))


@pytest.mark.second
@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_both_interpreters_do_the_same(first: dict[str, Played], second: dict[str, Played], name: str) -> None:
    assert comparable(second[name]) == comparable(first[name])


@pytest.mark.second
def test_an_answer_that_lacks_a_field_is_caught_here_and_not_on_aws(
    first: dict[str, Played], second: dict[str, Played]
) -> None:
    name = LACKING_A_FIELD_ON_AWS.name
    assert steps_taken(second[name]) == steps_of(LACKING_A_FIELD_ON_AWS)
    assert steps_taken(first[name]) == steps_of(LACKING_A_FIELD_HERE)


def comparable(played: Played) -> Any:
    """Return it without the words that AWS puts around a cause."""

    def without_words(found: dict[str, Any]) -> dict[str, Any]:
        return {key: CAUSE in value if key.lower() == "cause" else value for key, value in found.items()}

    return json.loads(json.dumps(asdict(played)), object_hook=without_words)
