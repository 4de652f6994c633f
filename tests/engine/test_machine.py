"""The toy state machine, from its file to its functions."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.observation import EngineBrokenError, InvocationEnded, InvocationStarted, Observation, Waiting

STRANGE_PATHS = ("/", "/2018-06-01/runtime/invocation/next", "/moto-api/data.json")
INLINE_ITEMS = 1100  # Python's own limit of recursion ends moto's loop at about 985


@pytest.fixture(scope="module")
def observed() -> list[Observation]:
    return []


def listening_ports() -> set[int]:
    """Return the ports on which this process listens."""
    return {each.laddr.port for each in psutil.Process().net_connections("tcp") if each.status == psutil.CONN_LISTEN}


@pytest.fixture(scope="module")
def other_ports() -> set[int]:
    """The ports of the servers that other tests run in this process."""
    return listening_ports()


@pytest.fixture(scope="module")
def engine(toy: Path, observed: list[Observation], other_ports: set[int]) -> Iterator[Engine]:
    with Engine(toy, VirtualClock(start=1000.0), {"PauseSeconds": "0"}, observe=observed.append) as engine:
        yield engine


def stores(*stores: dict[str, Any]) -> dict[str, Any]:
    return {"stores": list(stores)}


def store_of(observation: Observation) -> object:
    """Return the store that an observation is about: the toy's functions and states name it."""
    data: Any = observation.state_input if isinstance(observation, Waiting) else observation.payload
    return data.get("store_id")


def failures(engine: Engine, store_id: str) -> str:
    """Returns what the state machine told "Fail run" about a store."""
    bucket = engine.stack.buckets["PagesBucket"]
    return engine.s3.get_object(Bucket=bucket, Key=f"failed/{store_id}.json")["Body"].read().decode()


def test_a_run_goes_from_the_list_to_the_report(engine: Engine) -> None:
    result = engine.run(stores({"store_id": "a"}, {"store_id": "b"}), name="first")
    assert (result.status, result.name, result.error) == ("SUCCEEDED", "first", None)
    assert result.arn.endswith(":execution:local-toy:first")
    assert result.output.keys() == {"failed"}
    events = [event["type"] for event in result.history]
    assert (events[0], events[-1]) == ("ExecutionStarted", "ExecutionSucceeded")
    assert "MapRunSucceeded" in events


def test_an_hours_wait_takes_no_time(engine: Engine, observed: list[Observation]) -> None:
    result = engine.run(stores({"store_id": "slow", "wait_seconds": 3600}))
    (wait,) = result.waits
    assert (wait.seconds, wait.reason, store_of(wait)) == (3600, "wait", "slow")
    assert wait.until >= 1000.0 + 3600
    assert wait in observed


def test_a_transient_error_is_retried_after_1_2_4_seconds(engine: Engine) -> None:
    result = engine.run(stores({"store_id": "flaky", "behaviour": "transient"}))
    assert [(wait.seconds, wait.reason, store_of(wait)) for wait in result.waits] == [
        (1, "retry", "flaky"),
        (2, "retry", "flaky"),
        (4, "retry", "flaky"),
    ]
    assert "TransientError" in failures(engine, "flaky")


def test_an_error_is_caught_by_its_class_name(engine: Engine, observed: list[Observation]) -> None:
    before = len(observed)
    engine.run(stores({"store_id": "locked", "behaviour": "locked"}))
    functions = [one.function for one in observed[before:] if isinstance(one, InvocationStarted)]
    assert functions == ["list_stores", "sync_store", "report"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("broken", "ValueError"), ("die", "Runtime.ExitError"), ("hang", "Sandbox.Timedout")],
)
def test_a_failed_store_does_not_fail_the_others(engine: Engine, behaviour: str, error: str) -> None:
    result = engine.run(stores({"store_id": behaviour, "behaviour": behaviour}, {"store_id": "good"}))
    assert result.status == "SUCCEEDED"
    assert f'"Error": "{error}"' in failures(engine, behaviour)
    assert len(result.children) == 2


def test_every_state_is_counted_children_too(engine: Engine) -> None:
    """List stores, Each store, Pause, Report; in each child Sync store, Again?, Each page, Synced and n Read page."""
    result = engine.run(stores({"store_id": "a", "pages": 3}, {"store_id": "b"}))
    assert [child.transitions for child in result.children] == [4 + 3, 4]
    assert result.transitions == 4 + 7 + 4
    assert all(child.events > child.transitions for child in result.children)
    assert all(event["type"] != "PassStateEntered" for event in result.history)


def test_one_worker_of_an_inline_map_takes_more_than_a_thousand_items(engine: Engine) -> None:
    result = engine.run(stores({"store_id": "big", "pages": INLINE_ITEMS}))
    assert result.status == "SUCCEEDED"
    assert result.children[0].transitions == 4 + INLINE_ITEMS


def test_invocations_are_observed_with_payload_and_result(engine: Engine, observed: list[Observation]) -> None:
    before = len(observed)
    engine.run(stores({"store_id": "seen"}))
    mine = [one for one in observed[before:] if not isinstance(one, Waiting) and store_of(one) == "seen"]
    started, ended = mine
    assert isinstance(started, InvocationStarted)
    assert isinstance(ended, InvocationEnded)
    assert (started.function, ended.function, ended.failed) == ("sync_store", "sync_store", False)
    assert isinstance(ended.result, dict)
    assert ended.result["result"] == "synced"
    assert ended.billed_ms >= 1


def test_two_executions_run_at_once(engine: Engine) -> None:
    names, results = ["one", "two"], {}

    def run(name: str) -> None:
        results[name] = engine.run(stores({"store_id": name, "wait_seconds": 5}), name=name)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[name].status for name in names] == ["SUCCEEDED", "SUCCEEDED"]
    assert [[store_of(wait) for wait in results[name].waits] for name in names] == [["one"], ["two"]]


def test_a_name_is_used_once(engine: Engine) -> None:
    engine.run({}, name="unique")
    with pytest.raises(ValueError, match="unique"):
        engine.run({}, name="unique")


def test_an_execution_that_fails_says_why(engine: Engine) -> None:
    result = engine.run({})
    assert (result.status, result.error, result.output) == ("FAILED", "KeyError", None)
    assert "stores" in (result.cause or "")


def test_who_was_told_nothing_gets_nothing(engine: Engine, other_ports: set[int]) -> None:
    """Given the ports on which an engine listens, which other users of the machine reach too, none says a word."""
    engine.put_secret_parameter("/toy/token", "secret")
    assert engine.run(stores({"store_id": "a"})).status == "SUCCEEDED"
    ports = listening_ports() - other_ports
    assert len(ports) > len(STRANGE_PATHS)  # AWS, and a Runtime API for each of the workers
    for port in ports:
        for path in STRANGE_PATHS:
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            asking.request("GET", path)
            answered = asking.getresponse()
            assert (answered.status, answered.read()) == (403, b"")
            asking.close()


def test_secrets_are_kept_and_replaced(engine: Engine) -> None:
    for value in ("old", "new"):
        engine.put_secret_parameter("/toy/token", value)
        engine.put_secret("toy/key", value)
    ssm = boto3.client("ssm", region_name=engine.stack.region)
    secrets = boto3.client("secretsmanager", region_name=engine.stack.region)
    assert ssm.get_parameter(Name="/toy/token", WithDecryption=True)["Parameter"]["Value"] == "new"
    assert secrets.get_secret_value(SecretId="toy/key")["SecretString"] == "new"


def test_there_is_one_engine_a_process(engine: Engine, toy: Path) -> None:
    with pytest.raises(EngineBrokenError, match="Another engine"), Engine(toy, VirtualClock()):
        pass
