"""One engine for all tests that run the state machine."""

from collections.abc import Iterator

import pytest

from tests.sync.machine import Machine


@pytest.fixture(scope="session")
def _machine(functions_url: str) -> Iterator[Machine]:
    machine = Machine(functions_url)
    with machine.engine:
        yield machine


@pytest.fixture
def machine(_machine: Machine, emptied: str) -> Machine:
    """The state machine over an empty database."""
    return _machine
