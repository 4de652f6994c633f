"""The same through the real machine: with WB's limits and waits, worker processes, S3, and labels."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from chatsync.label_version import label_version
from database.connection import transaction
from database.labels.stale_chats import read_stale_chats
from local.engine.lambdas import Invocation
from tests.properties.steps import expire_leases
from tests.properties.streams import History, histories
from tests.properties.told import Told
from tests.support.given import a_store
from tests.support.machine import Machine
from tests.support.sampling import examples
from tests.support.stored import rows

STEPS = 12  # about as many invocations as an execution has
LOST, UNBEGUN, STOPPED = "the answer is lost", "it never begins", "the execution is stopped"
DIED = Invocation(
    {"errorType": "Runtime.ExitError", "errorMessage": "broken"}, failed=True, billed_ms=0, cold=False, peak_memory_mb=0
)


class Trouble:
    """Something happens to one invocation of an execution, or to none."""

    def __init__(self, machine: Machine, what: str, when: int | None) -> None:
        self._machine = machine
        self._invoke = machine.engine.lambdas.invoke
        self._what = what
        self._left = when

    def invoke(self, function: str, payload: object) -> Invocation:
        """Stand in for the Lambda service."""
        self._left = None if self._left is None else self._left - 1
        if self._left != 0 or self._what == LOST:
            done = self._invoke(function, payload)
            return DIED if self._left == 0 else done
        if self._what == STOPPED:
            self._machine.engine.stop()
        return DIED


@examples(30)
@given(histories(most_sessions=2, most_groups=8), st.lists(st.sampled_from((LOST, UNBEGUN, STOPPED)), min_size=2))
def test_through_the_machine_too_the_tables_are_the_set_of_events(
    machine: Machine, history: History, troubles: list[str]
) -> None:
    store = a_store()
    with machine.wildberries(store, page_size=history.page_size) as simulator:
        told = Told(store, simulator)
        for session, what in zip(history.sessions, troubles, strict=False):
            told.grow(session)
            when = None if session.crash_after is None else 1 + session.crash_after % STEPS
            with patch.object(machine.engine.lambdas, "invoke", Trouble(machine, what, when).invoke):
                machine.sync([store.id], full=session.full)
            told.check(session.full)
            expire_leases(store.id)
        run = machine.sync([store.id], full=history.has_late_events).runs[store.id]
        told.check_the_end(history)
    assert run["chats_to_classify"] == run["chats_classified"]
    assert rows("SELECT id FROM chats WHERE messages_total > 0 AND tag IS NULL") == []
    with transaction() as database:
        assert read_stale_chats(database, store.id, label_version("keywords"), limit=100).total == 0
