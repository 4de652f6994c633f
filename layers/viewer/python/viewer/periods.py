"""The periods that are chosen most, how a period is parted for a drawing, and how numbers changed: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reading.periods import Period
from viewer.themes import last_day

MOST_DAYS_DRAWN, MOST_WEEKS_DRAWN = 62, 104  # more columns than that are too thin on a phone
DAYS_A_WEEK = 7


def usual_periods(today: date) -> dict[str, Period]:
    """Return the periods that can be chosen with one click, by their names."""
    month = today.replace(day=1)
    past = Period((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
    days = {f"days_{days}": Period(today - timedelta(days=days - 1), today) for days in (7, 30, 90)}
    return days | {"this_month": Period(month, today), "last_month": past}


def step_of(period: Period) -> str:
    """Return how a period is parted: one of reading.overview.STEPS."""
    if period.days <= MOST_DAYS_DRAWN:
        return "day"
    return "week" if period.days <= MOST_WEEKS_DRAWN * DAYS_A_WEEK else "month"


def fill_steps(period: Period, step: str, rows: Sequence[dict[str, Any]]) -> list[tuple[date, dict[str, Any]]]:
    """Return each step of a period with its row, an empty one where there is none.

    A period that is parted by months goes from its first row to its last: it may be longer than all that is stored.
    """
    found = {row["begins_on"]: row for row in rows}
    if step == "month":
        first, last = (rows[0]["begins_on"], rows[-1]["begins_on"]) if rows else (period.last, period.first)
    else:
        first, last = period.first, period.last
    steps, at = [], first
    while at <= last:
        steps.append((at, found.get(at, {})))
        at = _next(at, step)
    return steps


def _next(at: date, step: str) -> date:
    if step == "day":
        return at + timedelta(days=1)
    return at + timedelta(days=DAYS_A_WEEK - at.weekday()) if step == "week" else last_day(at) + timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A number of a period and of the one before."""

    now: int
    before: int

    @property
    def percent(self) -> int | None:
        """Return the change in percent; None where there was nothing before."""
        return round(100 * (self.now - self.before) / self.before) if self.before else None


@dataclass(frozen=True)
class Share:
    """How many chats were judged, and with how many of them something went wrong."""

    judged: int
    wrong: int

    @property
    def percent(self) -> int | None:
        """Return the share in percent; None where no chat was judged."""
        return round(100 * self.wrong / self.judged) if self.judged else None
