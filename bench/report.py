"""What was measured, for people: a table, a JSON file, and a picture."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # a picture in a file needs no screen

from matplotlib import pyplot as plt
from rich import box
from rich.table import Table

from bench.figures import Figures
from bench.functions import FunctionCost
from bench.peer import Loss, Peer, SideBySide
from bench.save_path import SaveFigures
from local.terminal.tables import console

COLUMNS = (
    "wall s", "of it start", "bucket s", "goal s", "loader s", "WB requests", "429s", "transitions", "invocations",
    "billed s", "peak MB", "history", "payload B", "writes",
)  # fmt: skip

SIZES_MB = (256, 512, 1024)  # of memory, for each of which a function's billed time is told
SAVE_COLUMNS = ("saving bursts of", "messages a second")
FUNCTION_COLUMNS = (
    "import ms", "first ms", "warm ms", "waits ms", "peak MB", "memory MB",
    *(f"billed ms at {size}" for size in SIZES_MB), *(f"GB-s x 1000 at {size}" for size in SIZES_MB),
)  # fmt: skip
PEER_COLUMNS = ("bucket s", "dlt s", "ours s", "ours / dlt", "goal", "dlt's 429s", "our 429s", "goal met")
LOSS_COLUMNS = ("program", "exit code", "WB requests", "messages missing", "of them told")
LOSSES = "Beside dlt: what is missing after"

BEGIN, END = "<!-- figures: written by make bench -->", "<!-- /figures -->"


def machine() -> str:
    """Return what the figures were measured on, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def show(
    measured: Sequence[Figures], saved: Sequence[SaveFigures], costs: Sequence[FunctionCost], peer: Peer | None
) -> None:
    """Print the tables, those that have rows, and which goals were missed."""
    _print(f"Runs ({machine()})", ("scenario", *COLUMNS), [(one.scenario, *_cells(one)) for one in measured])
    _print("Save path", SAVE_COLUMNS, [_save_cells(save) for save in saved])
    _print("Functions", ("function", *FUNCTION_COLUMNS), [(cost.name, *_cost_cells(cost)) for cost in costs])
    side_by_side, losses = (peer.side_by_side, peer.losses) if peer else ((), ())
    if peer:
        _print(_beside(peer), ("stores x events", *PEER_COLUMNS), list(map(_peer_cells, side_by_side)))
        _print(LOSSES, ("after", *LOSS_COLUMNS), list(map(_loss_cells, losses)))
    if measured or side_by_side:
        console.sentence(_missed_goals(measured, side_by_side))


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = Table(title=title, box=box.SIMPLE)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def write(
    folder: Path,
    measured: Sequence[Figures],
    saved: Sequence[SaveFigures],
    costs: Sequence[FunctionCost],
    peer: Peer,
) -> None:
    """Write performance.json, performance.png and the tables of performance.md into the folder."""
    content = {
        "machine": machine(),
        "runs": [asdict(one) for one in measured],
        "save": [asdict(one) for one in saved],
        "functions": [asdict(one) for one in costs],
        "peer": asdict(peer),
    }
    (folder / "performance.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    _draw(folder / "performance.png", measured)
    page = folder / "performance.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{_markdown(measured, saved, costs, peer)}\n{END}{after}", encoding="utf-8")


def _markdown(
    measured: Sequence[Figures], saved: Sequence[SaveFigures], costs: Sequence[FunctionCost], peer: Peer
) -> str:
    largest = max(measured, key=lambda one: one.invocations)
    parts = [
        f"{machine()}.",
        _table(("stores x events", *COLUMNS), [(one.scenario, *_cells(one)) for one in measured]),
        f"{_beside(peer)}:",
        _table(("stores x events", *PEER_COLUMNS), list(map(_peer_cells, peer.side_by_side))),
        f"{LOSSES}:",
        _table(("after", *LOSS_COLUMNS), list(map(_loss_cells, peer.losses))),
        _missed_goals(measured, peer.side_by_side),
        _table(SAVE_COLUMNS, [_save_cells(save) for save in saved]),
        "Workers of the functions, in the largest run:",
        _table(
            ("function", "invocations", "cold starts", "billed s", "peak MB"),
            [
                (name, f"{used.invocations}", f"{used.cold_starts}", f"{used.billed_ms / 1000:.1f}",
                 f"{used.peak_memory_mb}")
                for name, used in largest.functions.items()
            ],
        ),
        "Cold and warm, in a first run of one store of 3,000 events and in an unchanged one:",
        _table(("function", *FUNCTION_COLUMNS), [(cost.name, *_cost_cells(cost)) for cost in costs]),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ("---", *["--:"] * (len(columns) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(one: Figures) -> list[str]:
    return [
        f"{one.wall_s:.1f}", f"{one.start_s:.1f}", _seconds(one.bucket_s), _seconds(one.goal_s), _seconds(one.loader_s),
        f"{one.wb_requests}", f"{one.refused}", f"{one.transitions}", f"{one.invocations}",
        f"{one.billed_ms / 1000:.1f}", f"{one.peak_memory_mb}", f"{one.longest_history}", f"{one.largest_payload}",
        "yes" if one.rows_written else "no",
    ]  # fmt: skip


def _save_cells(save: SaveFigures) -> list[str]:
    return [f"{save.burst:,}", f"{save.messages_a_second:,.0f}"]


def _beside(peer: Peer) -> str:
    return f"Beside dlt {peer.dlt_version}, each as a command of its own, without labels"


def _peer_cells(one: SideBySide) -> tuple[str, ...]:
    return (
        one.work, _seconds(one.bucket_s), f"{one.dlt_s:.1f}", f"{one.ours_s:.1f}", f"{one.ratio:.2f}",
        f"at most {one.most_ratio}", f"{one.dlt_refused}", f"{one.ours_refused}", "yes" if one.is_met else "no",
    )  # fmt: skip


def _loss_cells(loss: Loss) -> tuple[str, ...]:
    return (
        loss.after, loss.program, f"{loss.exit_code}", f"{loss.requests}", f"{loss.missing}", f"{loss.told}",
    )  # fmt: skip


def _missed_goals(measured: Sequence[Figures], side_by_side: Sequence[SideBySide]) -> str:
    walls = [
        f"{one.scenario} ({one.wall_s:.1f} s, at most {one.goal_s:.1f} s)"
        for one in measured
        if one.goal_s is not None and one.wall_s > one.goal_s
    ]
    ratios = [
        f"{one.work} beside dlt ({one.ratio:.2f}, at most {one.most_ratio}; {one.ours_refused} 429s)"
        for one in side_by_side
        if not one.is_met
    ]
    return f"Goals missed: {'; '.join([*walls, *ratios])}." if walls or ratios else "All goals were met."


def _cost_cells(cost: FunctionCost) -> list[str]:
    times = (cost.import_ms, cost.first_ms, cost.warm_ms, cost.wait_ms, cost.peak_memory_mb, cost.memory_mb)
    billed = [cost.billed_ms(size) for size in SIZES_MB]
    used = [None if ms is None else ms * size / 1024 for ms, size in zip(billed, SIZES_MB, strict=True)]
    return ["" if value is None else f"{value:.0f}" for value in (*times, *billed, *used)]


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _draw(path: Path, measured: Sequence[Figures]) -> None:
    """Time and cost over the events of one store, and over the number of stores."""
    limited = [one for one in measured if one.bucket_s is not None and "unchanged" not in one.scenario]
    figure, (time_axes, cost_axes, stores_axes) = plt.subplots(1, 3, figsize=(16, 5))
    single = sorted((one for one in limited if one.stores == 1), key=lambda one: one.events)
    events = [one.events for one in single]
    time_axes.plot(events, [one.wall_s for one in single], "o-", label="measured")
    time_axes.plot(events, [one.bucket_s for one in single], "--", label="WB's bucket alone")
    time_axes.plot(events, [one.goal_s for one in single], ":", label="bucket x 1.05 + 10 s")
    time_axes.plot(events, [one.loader_s for one in single], "s-", label="plain sequential loader")
    time_axes.set(xlabel="events of one store", ylabel="seconds", title="Time over events")
    time_axes.legend()
    cost_axes.plot(events, [one.transitions for one in single], "o-", label="state transitions")
    cost_axes.plot(events, [one.billed_ms / 1000 for one in single], "s-", label="billed seconds")
    cost_axes.set(xlabel="events of one store", title="Cost over events")
    cost_axes.legend()
    same = sorted((one for one in limited if one.events == 600 * one.stores), key=lambda one: one.stores)
    stores = [one.stores for one in same]
    stores_axes.plot(stores, [one.wall_s for one in same], "o-", label="seconds")
    stores_axes.plot(stores, [one.transitions / one.stores for one in same], "s-", label="transitions a store")
    stores_axes.plot(stores, [one.peak_memory_mb for one in same], "^-", label="peak MB of a worker")
    stores_axes.set(xlabel="stores of 600 events, at once", title="Time, cost and memory over stores")
    stores_axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)
