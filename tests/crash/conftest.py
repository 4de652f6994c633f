"""One breakable machine for the crash tests, and the table of what they broke."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.crash.crashing import MODES, CrashingMachine, Undisturbed
from tests.support.one_engine import OneEngine


@dataclass
class Tally:
    """How many points were broken, by mode, function and kind, and how many of these ended otherwise."""

    broken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    wrong: int = 0
    notes: list[str] = field(default_factory=list)


TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """What the tests of this session broke."""
    return pytestconfig.stash.setdefault(TALLY, Tally())


@pytest.fixture
def crashing(one_engine: OneEngine, emptied: str) -> CrashingMachine:
    """The machine behind its proxies."""
    machine: CrashingMachine = one_engine.get("crashing", lambda undo: CrashingMachine(emptied, undo))
    return machine


@pytest.fixture
def undisturbed(crashing: CrashingMachine) -> Undisturbed:
    """The first execution, whose workers are all cold."""
    return _first(crashing)


@pytest.fixture
def unlabelled(crashing: CrashingMachine) -> Iterator[Undisturbed]:
    """An execution without labels, whose last save closes its run; those of the test have none either."""
    crashing.classify = False
    yield _first(crashing)
    crashing.classify = True


def _first(crashing: CrashingMachine) -> Undisturbed:
    if crashing.classify not in crashing.first:
        ended = crashing.crash()
        crashing.first[crashing.classify] = Undisturbed(ended, crashing.points.reached)
    return crashing.first[crashing.classify]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was broken."""
    tally = config.stash.get(TALLY, None)
    if tally is None:
        return
    rows = sorted({(function, kind) for _, function, kind in tally.broken})
    terminalreporter.section("crash points")
    terminalreporter.line(f"{'function':<18}{'kind':<14}" + "".join(f"{mode:>8}" for mode in MODES))
    for function, kind in rows:
        counts = "".join(f"{tally.broken[mode, function, kind]:>8}" for mode in MODES)
        terminalreporter.line(f"{function:<18}{kind:<14}{counts}")
    totals = [sum(count for key, count in tally.broken.items() if key[0] == mode) for mode in MODES]
    terminalreporter.line(f"{'all':<32}" + "".join(f"{total:>8}" for total in totals))
    for note in tally.notes:
        terminalreporter.line(note)
    terminalreporter.line(f"{sum(totals)} crashes, {tally.wrong} of them ended otherwise than undisturbed.")
