"""Beside dlt: the same events through `./chats sync` and through dlt_pipeline.py, what each takes and what each loses.

Ours runs without labels here, as dlt gives none. Both write into a Postgres that is running already.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.trial import Program, Trial, TrialRun, trial
from bench.world import bucket_seconds, stores_of
from local.paths import KEPT, ROOT
from local.simulator.model import SimulatedStore
from local.simulator.named_faults import order
from local.simulator.server import EVENTS_PAGE_SIZE

DLT_PYTHON = KEPT / "tools" / "dlt" / "bin" / "python"
DLT_LOCK = ROOT / "tests" / "deploy" / "tools" / "dlt.txt"
DLT = Program(
    name="dlt",
    command=(str(DLT_PYTHON), str(ROOT / "bench" / "dlt_pipeline.py")),
    table="wildberries.events",
    id_column="event_id",
    # It wants a password, where this Postgres asks for none, and would tell its makers of each run.
    environment={
        "DESTINATION__POSTGRES__CREDENTIALS__PASSWORD": "unused",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": "dlt",  # below the trial's own folder
    },
)
CHATS = str(ROOT / "chats")
OURS = Program(
    name="ours",
    command=(CHATS, "sync", "--classifier", "none", "--stores"),
    table="chat_messages",
    id_column="id",
    environment={},
    # The database of DATABASE_URL may have other users: there a dead run keeps its store until somebody frees it.
    release=(CHATS, "release", "store-001"),
    problems=(CHATS, "problems"),
)
PROGRAMS = (DLT, OURS)

UNCHANGED_MOST = 3.0  # times dlt's wall
KILLED_EVENTS = 3000  # of one store: ours saves them in a handful of bursts, dlt all at once
KILLED_AFTER_REQUESTS = KILLED_EVENTS // EVENTS_PAGE_SIZE // 2
WITHHELD_EVENTS = 600


@dataclass(frozen=True)
class Work:
    """One scenario: stores with this many events each, synced twice, and the goal for the first sync.

    `most` is how many times dlt's wall ours may take at most.
    """

    stores: int
    events: int
    limits: bool
    most: float


WORKS = (
    Work(3, 600, limits=True, most=1.5),
    Work(1, 3000, limits=True, most=1.1),
    Work(1, 20_000, limits=False, most=1.0),
)


@dataclass(frozen=True)
class SideBySide:
    """What both took for the same events. Seconds (s) are wall time; `bucket_s` is None where limits were lifted."""

    work: str
    bucket_s: float | None
    dlt_s: float
    ours_s: float
    most_ratio: float
    dlt_refused: int
    ours_refused: int

    @property
    def ratio(self) -> float:
        """Ours in dlt's walls."""
        return self.ours_s / self.dlt_s

    @property
    def is_met(self) -> bool:
        """Whether ours is as fast as its goal, without a 429."""
        return self.ratio <= self.most_ratio and not self.ours_refused


@dataclass(frozen=True)
class Loss:
    """What a program lacked at the end of a run: messages, and how many of these are of chats that it names itself.

    `requests` is what the run asked of WB.
    """

    after: str
    program: str
    exit_code: int
    requests: int
    missing: int
    told: int


@dataclass(frozen=True)
class Peer:
    """All that was measured beside this version of dlt."""

    dlt_version: str
    side_by_side: Sequence[SideBySide]
    losses: Sequence[Loss]


def beside_dlt() -> Peer:
    """Measure both. Raises RuntimeError if dlt is not installed, or if one of them fails where nothing went wrong."""
    if not DLT_PYTHON.exists():
        raise RuntimeError("dlt is not installed. Run `make .local/tools/dlt` once.")
    version = re.search(r"^dlt==(\S+)", DLT_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    side_by_side = [figures for work in WORKS for figures in _side_by_side(work)]
    # Nothing is timed here, so both may run at once.
    with ThreadPoolExecutor(len(PROGRAMS)) as pool:
        killed = zip(*pool.map(_killed, PROGRAMS), strict=True)
    withheld = zip(*map(_withheld, PROGRAMS), strict=True)
    losses = [loss for each in (*killed, *withheld) for loss in each]
    return Peer(version[1] if version else "", side_by_side, losses)


def _side_by_side(work: Work) -> list[SideBySide]:
    stores = stores_of(work.stores, work.events)
    name = f"{work.stores} x {work.events}{'' if work.limits else ', no limits'}"
    dlt, ours = (_first_and_unchanged(program, stores, work.limits) for program in PROGRAMS)
    goals = ((name, work.most), (f"{name}, unchanged", UNCHANGED_MOST))
    return [
        SideBySide(
            work=done,
            bucket_s=bucket_seconds(our_run.requests) if work.limits else None,
            dlt_s=dlt_run.seconds,
            ours_s=our_run.seconds,
            most_ratio=most,
            dlt_refused=dlt_run.refused,
            ours_refused=our_run.refused,
        )
        for (done, most), dlt_run, our_run in zip(goals, dlt, ours, strict=True)
    ]


def _first_and_unchanged(program: Program, stores: Sequence[SimulatedStore], limits: bool) -> list[TrialRun]:
    with trial(program, stores, limits) as going:
        runs = []
        for _ in range(2):
            runs.append(going.run())
            going.require_whole(runs[-1])
        return runs


def _killed(program: Program) -> list[Loss]:
    with trial(program, stores_of(1, KILLED_EVENTS)) as going:
        killed = going.run_until_killed(KILLED_AFTER_REQUESTS)
        losses = [_loss(f"kill -9 in the middle of 1 x {KILLED_EVENTS}", going, killed)]
        going.ask(program.release)
        return [*losses, _loss("started again", going, going.run())]


def _withheld(program: Program) -> list[Loss]:
    (store,) = stores_of(1, WITHHELD_EVENTS)
    with trial(program, [store], limits=False) as going:
        order(going.wb, "withheld-chat", store.id)
        losses = [_loss(f"WB withholds a chat of 1 x {WITHHELD_EVENTS}", going, going.run())]
        going.wb.withhold_events(store.id, None)
        return [*losses, _loss("WB sends it, next run", going, going.run())]


def _loss(after: str, going: Trial, run: TrialRun) -> Loss:
    missing = going.missing()
    words = run.words + going.ask(going.program.problems)
    return Loss(
        after=after,
        program=going.program.name,
        exit_code=run.exit_code,
        requests=len(run.requests),
        missing=len(missing),
        told=sum(event.chat_id in words for event in missing),
    )
