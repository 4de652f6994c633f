"""200 stores, one of them with 200,000 events: nothing grows with a store's size but the number of steps."""

import json
from datetime import UTC, datetime

from local.simulator.world import grown_world
from tests.support.machine import Machine
from tests.support.sampling import is_whole
from tests.support.stored import rows

EVENTS = 20
# Stores, and events of the first one; the usual run tries a tenth of it (tests/support/sampling.py).
WHOLE, TENTH = (200, 200_000), (20, 20_000)
LARGEST_STATE_BYTES = 262_144  # a quota of Step Functions: the input or result of a task, state or execution
LARGEST_HISTORY_EVENTS = 25_000  # a quota of Step Functions: one execution's history
LARGEST_MEMORY_MB = 512  # the functions' MemorySize


def test_two_hundred_stores_and_one_huge_one_stay_within_the_limits_of_aws(machine: Machine) -> None:
    stores, largest_store = WHOLE if is_whole() else TENTH
    world = grown_world(datetime.now(UTC), stores, EVENTS, largest=largest_store)
    with machine.wildberries(*world.stores, limits=False):
        synced = machine.sync()
    assert {run["status"] for run in synced.runs.values()} == {"success"}
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": largest_store + (stores - 1) * EVENTS}]
    assert len(synced.result.history) < LARGEST_HISTORY_EVENTS / 100
    assert max(child.events for child in synced.result.children) < LARGEST_HISTORY_EVENTS / 10
    largest = max(len(json.dumps(data)) for call in synced.invocations for data in (call.payload, call.result))
    assert largest < LARGEST_STATE_BYTES / 4
    usage = machine.engine.lambdas.invocations
    assert {name: used.peak_memory_mb for name, used in usage.items() if used.peak_memory_mb > LARGEST_MEMORY_MB} == {}
