"""How tests are run: marked and put together by what they use, sampled by a printed seed, their time told by folder.

A pytest plugin, named by tests/conftest.py.
"""

import inspect
import signal
from collections import Counter, defaultdict
from typing import Any

import hypothesis
import pytest

from tests.support.project import remove_own_copy
from tests.support.sampling import ALL, choose_seed, seed

# Whoever uses one of these fixtures, or calls one of these classes or functions, starts an engine or a program.
MACHINES = {"machine", "shared_machine", "crashing", "engine", "lambdas", "copy", "served"}
STARTS = {"Program", "run", "serving", "Engine", "LambdaService"}
ENGINES = ("tests.support.", "local.engine.")
BROWSERS = {"browser"}
# With several processes, tests of one group run in the same one: they share what is dear, or a name in the database.
GROUPS = {"machine": "machine", "shared_machine": "machine", "crashing": "crash", "browser": "browser"}
TOGETHER = {"deploy"}
# What takes longest begins first, so that the processes end at about the same time.
LONGEST_FIRST = ("machine", "cli", "browser", "crash", "properties", "engine", "template", "viewer", "deploy")

TIMES: dict[str, float] = defaultdict(float)
TESTS: Counter[str] = Counter()


def pytest_configure() -> None:
    """Choose the samples; let Ctrl-C reach the programs: a shell's background job begins with SIGINT ignored."""
    choose_seed()
    # How long an example takes on a machine that is full says nothing.
    hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("patient")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    remove_own_copy()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests, and say which belong into one process."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & MACHINES or _starts_machine(item):
            item.add_marker("machine")
        if fixtures & BROWSERS:
            item.add_marker("browser")
    if hasattr(config, "workerinput"):
        items.sort(key=_place)
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what the test's folder took."""
    folder = _folder(report.nodeid)
    TIMES[folder] += report.duration
    TESTS[folder] += report.when == "call"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the time went, and how to draw the same samples again."""
    if len(TIMES) > 1:
        terminalreporter.section("seconds by folder")
        for folder, seconds in sorted(TIMES.items(), key=lambda entry: -entry[1]):
            terminalreporter.line(f"{folder:<14}{TESTS[folder]:>6} tests{seconds:>8.1f} s")
    terminalreporter.line(f"Samples drawn by TEST_SEED={seed()} (TEST_SEED={ALL} tries everything).")


def _starts_machine(item: pytest.Item) -> bool:
    """Return whether the test itself uses what starts an engine or a program."""
    test: Any = getattr(item, "function", None)
    code = getattr(inspect.unwrap(test), "__code__", None) if test else None
    used = [getattr(getattr(item, "module", None), name, None) for name in code.co_names] if code else []
    return any(getattr(thing, "__name__", "") in STARTS and thing.__module__.startswith(ENGINES) for thing in used)


def _folder(nodeid: str) -> str:
    """Return tests/FOLDER's name, of a test's id."""
    return nodeid.partition("::")[0].split("/")[1]


def _group(item: pytest.Item) -> str:
    fixtures = set(getattr(item, "fixturenames", ()))
    folder = _folder(item.nodeid)
    found = sorted({group for fixture, group in GROUPS.items() if fixture in fixtures})
    if found:
        return found[0]
    if folder == "cli" and item.get_closest_marker("machine"):
        return item.nodeid.replace("@", "")
    return folder if folder in TOGETHER else item.nodeid.partition("::")[0]


def _place(item: pytest.Item) -> int:
    names = (_group(item), _folder(item.nodeid))
    return min((LONGEST_FIRST.index(name) for name in names if name in LONGEST_FIRST), default=len(LONGEST_FIRST))
