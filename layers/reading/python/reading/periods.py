"""A period of days, the one before it, and both as conditions of a statement."""

from dataclasses import dataclass
from datetime import date, timedelta

from reading.conditions import ZONE


@dataclass(frozen=True)
class Period:
    """Days of Moscow's, the first and the last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return the number of its days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """Return the period of the same length that ends where this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


# Values of a statement that counts a period and the one before.
BEFORE, FIRST, BEHIND = (f"CAST(:{name} AS timestamp) AT TIME ZONE '{ZONE}'" for name in ("before", "first", "behind"))


def period_values(period: Period) -> dict[str, date]:
    """Return what BEFORE, FIRST and BEHIND stand for: the first days of both periods, and the day after the last."""
    return {"before": period.before.first, "first": period.first, "behind": period.last + timedelta(days=1)}


def in_both(moment: str) -> str:
    """Return the condition that a moment lies in a period or in the one before."""
    return f"{moment} >= {BEFORE} AND {moment} < {BEHIND}"


def in_current(moment: str) -> str:
    """Return the condition that a moment lies in the period itself, where it lies in one of both."""
    return f"{moment} >= {FIRST}"
