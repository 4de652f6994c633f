"""Whatever the stream, the pages, the crashes and the order: the tables end as the set of events."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from database import stores
from database.connection import transaction
from local.engine.clock import VirtualClock
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.properties.steps import Functions, dying_after, execution, expire_leases
from tests.properties.streams import History, histories
from tests.properties.told import Told
from tests.support.given import a_store
from tests.support.sampling import examples
from wildberries import walk

A, B, TAKEOVER = "a", "b", "takeover"
MOST_STEPS = 500


@examples(200)
@given(histories())
def test_broken_off_anywhere_and_run_again_the_tables_are_the_set_of_events(emptied: str, history: History) -> None:
    with new_store(history) as (store_id, functions, told):
        for session in history.sessions:
            told.grow(session)
            with dying_after(session.crash_after):
                list(execution(functions, session.full))
            told.check(session.full)
            expire_leases(store_id)
        # Only a full run is promised to find what appears late.
        list(execution(functions, full=history.has_late_events))
        told.check(full=history.has_late_events)
        told.check_the_end(history)


@examples(100)
@given(histories(most_sessions=1), st.lists(st.sampled_from((A, A, A, B, B, B, TAKEOVER)), max_size=40))
def test_two_executions_in_any_order_of_steps_store_the_set_of_events(
    emptied: str, history: History, order: list[str]
) -> None:
    with new_store(history) as (store_id, functions, told):
        told.grow(history.sessions[0])
        both = {A: execution(functions), B: execution(functions)}
        for who in (*order, *[A] * MOST_STEPS, *[B] * MOST_STEPS):
            if who == TAKEOVER:
                expire_leases(store_id)
            elif next(both[who], None):
                told.check(full=False)
        list(execution(functions))
        told.check_the_end(history)


@contextmanager
def new_store(history: History) -> Iterator[tuple[str, Functions, Told]]:
    """Register a store, and serve it an empty stream with the history's pages and bursts."""
    store = a_store()
    with transaction() as database:
        stores.register(database, store.id, store.name, active=True)
    with (
        Simulator(World((store,)), VirtualClock(), limits=False, events_page_size=history.page_size) as simulator,
        patch.object(walk, "BURST_EVENTS", history.burst_events),
    ):
        yield store.id, Functions(store, simulator.url), Told(store, simulator)
