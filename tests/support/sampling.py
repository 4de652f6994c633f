"""What is too much for every run (crash points, random histories) is sampled by a seed that each run prints.

TEST_SEED=123 draws the sample of that run again; TEST_SEED=all tries everything, which `make check` does.
"""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import hypothesis

ALL = "all"
VARIABLE = "TEST_SEED"
SHARE = 6  # of hypothesis' examples one in so many is tried

Thing = TypeVar("Thing")


def choose_seed() -> None:
    """Set a seed for this run and the processes it starts, unless one is given."""
    os.environ.setdefault(VARIABLE, str(random.randrange(1_000_000)))


def seed() -> str:
    """Return the seed, or ALL."""
    return os.environ[VARIABLE]


def is_whole() -> bool:
    """Return whether everything is tried."""
    return seed() == ALL


def sample(things: Sequence[Thing], most: int, what: str) -> list[Thing]:
    """Return some of them in their order, or all; `what` names the choice, so that each is drawn for itself."""
    if is_whole() or len(things) <= most:
        return list(things)
    places = random.Random(f"{seed()}/{what}").sample(range(len(things)), most)
    return [things[place] for place in sorted(places)]


def examples(most: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let hypothesis try so many examples, the same each time; in a sample fewer, drawn by the seed."""

    def choose(test: Callable[..., Any]) -> Callable[..., Any]:
        if is_whole():
            return hypothesis.settings(max_examples=most)(test)
        return hypothesis.seed(int(seed()))(hypothesis.settings(max_examples=most // SHARE)(test))

    return choose
