"""When things are said in a simulated world: its first and last moments, and people's hours."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

from local.simulator.story import Line

MINUTE = 60_000  # all times here are unix milliseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BEGIN = int(datetime(2025, 12, 1, tzinfo=UTC).timestamp() * 1000)
END = int(datetime(2026, 10, 31, 18, tzinfo=UTC).timestamp() * 1000)
"""The last moment. Worlds are fixed in time, so that an id never comes back with another content on another day."""

MOSCOW = 3 * HOUR
MORNING = 8 * HOUR
CLIENT_AGAIN = (MINUTE // 6, 4 * MINUTE)  # the shortest and the longest time until the same buyer writes on
ANSWER = (2 * MINUTE, 20 * HOUR)
PATIENCE = (10 * HOUR, 3 * DAY)  # until a buyer asks whether anybody is there


def times(lines: Iterable[Line], rng: Random) -> list[int]:
    """Return when each line of one conversation is said, all between BEGIN and END."""
    at = BEGIN + int((END - BEGIN) * rng.random() ** 0.75)  # the store grows
    moments: list[int] = []
    before = ""
    for line in lines:
        at = _awake(at + _pause(*_pause_before(line, before), rng), rng)
        moments.append(at)
        before = line.by
    late = max(0, moments[-1] - END)
    return [max(BEGIN, moment - late) for moment in moments]


def _pause_before(line: Line, before: str) -> tuple[int, int]:
    """Return the shortest and the longest pause before a line, when `before` spoke last."""
    if line.waited:
        return PATIENCE
    return CLIENT_AGAIN if line.by == before == "client" else ANSWER


def _pause(shortest: int, longest: int, rng: Random) -> int:
    """Return a pause that is mostly short and sometimes long."""
    return int(shortest * math.exp(rng.random() * math.log(longest / shortest)))


def _awake(at: int, rng: Random) -> int:
    """Return this time, or one in the morning when people in Moscow are asleep."""
    into_day = (at + MOSCOW) % DAY
    return at if into_day >= MORNING else at - into_day + MORNING + int(rng.random() * 2 * HOUR)
