"""Numbers as shapes: where each bar of a drawing is. The templates write them as SVG, with the numbers in words.

What is across is in percent and what is up in pixels: a drawing fills any width and keeps its height and its letters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 160
WHOLE = 100
BAR_SHARE = 0.8  # of a column's width; the rest parts it from the next
MOST_TICKS = 6  # that fit on a phone
SHARE_WIDTH = 1000
BAR_HEIGHT = 14
PARTS_DRAWN = 6  # more shades than that nobody tells apart
HOUR = 3600
# Seconds that an answer took at most, for each shade of the picture by weekday and hour; the last shade is for longer.
SHADES = (HOUR // 4, HOUR, 4 * HOUR, 24 * HOUR)
HOURS_A_DAY, DAYS_A_WEEK, CELL_HEIGHT = 24, 7, 22


@dataclass(frozen=True)
class Bar:
    """A rectangle; `x` and `width` are in percent, `kind` is its CSS class, `label` what it says."""

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
    ticks: list[tuple[float, str]]
    top: int


def stack_columns(
    columns: Sequence[tuple[str, Mapping[str, int]]], kinds: Mapping[str, str], titles: Mapping[str, str]
) -> Columns:
    """Return columns of numbers, each under its name, stacked in the order of `kinds` (part -> CSS class).

    `titles` name the parts.
    """
    top = max((sum(numbers.values()) for _, numbers in columns), default=0)
    step = WHOLE / max(1, len(columns))
    bars: list[Bar] = []
    for place, (name, numbers) in enumerate(columns):
        floor = float(HEIGHT)
        for part, kind in kinds.items():
            number = numbers.get(part, 0)
            height = HEIGHT * number / top if top else 0
            floor -= height
            if number:
                label = f"{name}: {titles[part]} {number}"
                bars.append(Bar(x=place * step, y=floor, width=step * BAR_SHARE, height=height, kind=kind, label=label))
    every = -(-len(columns) // MOST_TICKS) or 1
    ticks = [(place * step, name) for place, (name, _) in enumerate(columns) if place % every == 0]
    return Columns(bars, ticks, top)


def shade_hours(seconds: Mapping[tuple[int, int], int | None], labels: Mapping[tuple[int, int], str]) -> list[Bar]:
    """Return the cells of a week, a row for each weekday (1: Monday), a column for each hour, by how long it took."""
    width = WHOLE / HOURS_A_DAY
    return [
        Bar(
            x=hour * width,
            y=(weekday - 1) * CELL_HEIGHT,
            width=width,
            height=CELL_HEIGHT,
            kind=_shade(seconds.get((weekday, hour))),
            label=labels.get((weekday, hour), ""),
        )
        for weekday in range(1, DAYS_A_WEEK + 1)
        for hour in range(HOURS_A_DAY)
    ]


def _shade(seconds: int | None) -> str:
    if seconds is None:
        return "hnone"
    return f"h{sum(seconds > most for most in SHADES)}"


def rank_kinds(parts: Sequence[str]) -> dict[str, str]:
    """Return the CSS class of each part, those first that come first; the later ones share one."""
    return {part: f"c{min(place, PARTS_DRAWN)}" for place, part in enumerate(parts)}


def lay_side_by_side(parts: Sequence[tuple[str, int, str]], whole: int) -> list[Bar]:
    """Return numbers beside each other, each of the parts (CSS class, number, label) as a share of the whole."""
    at, bars = 0.0, []
    for kind, number, label in parts:
        width = WHOLE * number / whole if whole else 0.0
        bars.append(Bar(x=at, y=0, width=width, height=BAR_HEIGHT, kind=kind, label=label))
        at += width
    return bars


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
    kinds = rank_kinds([tag for tag, _ in ordered])
    at, parts = 0.0, []
    for tag, number in ordered:
        width = SHARE_WIDTH * number / total if total else 0
        parts.append(Share(tag=tag, number=number, x=at, width=width, kind=kinds[tag]))
        at += width
    return parts
