"""Times beside dlt are of the same work: who has lost an event is not timed, and a missed goal is no met one."""

import shutil
from contextlib import closing

import pytest

from bench.peer import SideBySide
from bench.trial import Program, trial
from database.connection import connect, read_address
from tests.support.given import a_store, events_of

LOADER = Program(name="loader", command=[str(shutil.which("true"))], table="loaded", id_column="id", environment={})


def test_a_program_that_lacks_one_event_is_not_timed() -> None:
    store = a_store(events_of(9))
    with trial(LOADER, [store], limits=False) as going, closing(connect(read_address(going.database_url))) as database:
        run = going.run()
        assert len(going.missing()) == 9
        database.run("CREATE TABLE loaded (id text)")
        for event in store.events[1:]:
            database.run("INSERT INTO loaded VALUES (:id)", id=event.id)
        assert going.missing() == [store.events[0]]
        with pytest.raises(RuntimeError, match="loader: 1 events are missing; nothing was measured"):
            going.require_whole(run)
        database.run("INSERT INTO loaded VALUES (:id)", id=store.events[0].id)
        going.require_whole(run)


@pytest.mark.parametrize(("ours_s", "ours_refused", "is_met"), [(15.0, 0, True), (15.1, 0, False), (9.0, 1, False)])
def test_a_goal_is_met_within_its_ratio_and_without_a_429(ours_s: float, ours_refused: int, is_met: bool) -> None:
    figures = SideBySide(
        work="3 x 600",
        bucket_s=5.0,
        dlt_s=10.0,
        ours_s=ours_s,
        most_ratio=1.5,
        dlt_refused=9,
        ours_refused=ours_refused,
    )
    assert figures.is_met is is_met
