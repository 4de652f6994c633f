"""Numbers as shapes: where each bar of a drawing is. The templates write them as SVG, with the numbers in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WIDTH, HEIGHT = 720, 160
BAR_GAP = 0.2
SHARE_WIDTH = 1000
TAGS_DRAWN = 6  # more shades than that nobody tells apart
REST = ""


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind` is its CSS class, `label` what it says."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str


@dataclass(frozen=True)
class Columns:
    """A drawing of stacked columns; `top` is the number at its upper edge."""

    bars: list[Bar]
    ticks: list[tuple[float, date]]
    top: int


def stack_columns(
    columns: Sequence[tuple[date, Mapping[str, int]]], kinds: Mapping[str, str], titles: Mapping[str, str]
) -> Columns:
    """Return columns of numbers, stacked in the order of `kinds` (part -> CSS class); `titles` name the parts."""
    top = max((sum(numbers.values()) for _, numbers in columns), default=0)
    step = WIDTH / max(1, len(columns))
    bars: list[Bar] = []
    for place, (day, numbers) in enumerate(columns):
        floor = float(HEIGHT)
        for part, kind in kinds.items():
            number = numbers.get(part, 0)
            height = HEIGHT * number / top if top else 0
            floor -= height
            if number:
                label = f"{day:%d.%m}: {titles[part]} {number}"
                width = step * (1 - BAR_GAP)
                bars.append(Bar(x=place * step, y=floor, width=width, height=height, kind=kind, label=label))
    every = max(1, len(columns) // 6)
    ticks = [(place * step, day) for place, (day, _) in enumerate(columns) if place % every == 0]
    return Columns(bars, ticks, top)


@dataclass(frozen=True)
class Share:
    """One part of a bar of shares, with its number."""

    tag: str
    number: int
    x: float
    width: float
    kind: str


def lay_out_shares(counts: Mapping[str, int]) -> list[Share]:
    """Return the parts of a bar, the largest first."""
    ordered = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    total = sum(counts.values())
    at, parts = 0.0, []
    for place, (tag, number) in enumerate(ordered):
        width = SHARE_WIDTH * number / total if total else 0
        parts.append(Share(tag=tag, number=number, x=at, width=width, kind=f"c{min(place, TAGS_DRAWN)}"))
        at += width
    return parts


def group_by_week(rows: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[date, dict[str, int]]], list[str]]:
    """Return the weeks with the chats of each tag, and the tags drawn; the rarer ones are summed up as REST.

    The rows are in the order of the weeks.
    """
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["tag"]] = totals.get(row["tag"], 0) + row["chats"]
    drawn = sorted(totals, key=lambda tag: (-totals[tag], tag))[:TAGS_DRAWN]
    weeks: dict[date, dict[str, int]] = {}
    if rows:
        first, last = rows[0]["week"], rows[-1]["week"]
        weeks = {first + timedelta(weeks=number): {} for number in range((last - first).days // 7 + 1)}
    for row in rows:
        tag = row["tag"] if row["tag"] in drawn else REST
        week = weeks[row["week"]]
        week[tag] = week.get(tag, 0) + row["chats"]
    return sorted(weeks.items()), drawn + ([REST] if len(totals) > len(drawn) else [])
