"""How much work a function does, in a figure that no slow machine changes."""

import sys
from collections.abc import Callable


def steps(work: Callable[..., object], *arguments: object) -> int:
    """Return how many functions are called, and generators gone on with, while `work` runs."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work(*arguments)
    finally:
        sys.setprofile(None)
    return calls
