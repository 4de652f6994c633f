"""Shares of causes and how they changed: pure arithmetic over what reading/themes.py counts."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chatsync.taxonomy import NOTHING

MOST_MONTHS = 60


@dataclass(frozen=True, kw_only=True)
class CauseShare:
    """A cause's chats of a month, their share of the judged ones in percent, and its change in percentage points.

    `change` is None where no chat of the month before was judged.
    """

    cause: str
    chats: int
    percent: int
    change: int | None


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What went wrong with a product: its chats of a month and of the one before, and the causes, the commonest first.

    `unjudged` chats have no cause, and are in no share. "Nothing went wrong" is a cause too, and stands last.
    """

    chats: int
    chats_before: int
    unjudged: int
    causes: list[CauseShare]

    @property
    def wrong(self) -> list[CauseShare]:
        """Return the causes without "nothing went wrong"."""
        return [share for share in self.causes if share.cause != NOTHING]

    @property
    def wrong_chats(self) -> int:
        """Return with how many chats something went wrong."""
        return sum(share.chats for share in self.wrong)


def sum_up_theme(rows: Sequence[Mapping[str, Any]]) -> Theme:
    """Return what the rows of causes say: each with its `cause`, `chats` and `chats_before`."""
    judged = [row for row in rows if row["cause"] is not None]
    total, total_before = (sum(row[name] for row in judged) for name in ("chats", "chats_before"))
    shares = [_share(row, total, total_before) for row in judged if row["chats"] or row["chats_before"]]
    return Theme(
        chats=sum(row["chats"] for row in rows),
        chats_before=sum(row["chats_before"] for row in rows),
        unjudged=sum(row["chats"] for row in rows) - total,
        causes=sorted(shares, key=lambda share: (share.cause == NOTHING, -share.chats, share.cause)),
    )


def _share(row: Mapping[str, Any], total: int, total_before: int) -> CauseShare:
    percent = _percent(row["chats"], total)
    change = percent - _percent(row["chats_before"], total_before) if total_before else None
    return CauseShare(cause=row["cause"], chats=row["chats"], percent=percent, change=change)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from the last back to the first, at most MOST_MONTHS."""
    months = [last.replace(day=1)]
    while months[-1] > first and len(months) < MOST_MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def last_day(month: date) -> date:
    """Return the last day of the month that a date lies in."""
    return month.replace(day=monthrange(month.year, month.month)[1])
