"""`make bench`: measures, prints a table, and writes docs/performance.json, .png and the tables of .md.

With names of scenarios (such as 1x600, save, functions, peer) only these are measured, and nothing is written.
"""

import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(folder) for folder in sorted((ROOT / "layers").glob("*/python"))]

from bench import report  # noqa: E402
from bench.figures import Figures  # noqa: E402
from bench.functions import function_costs  # noqa: E402
from bench.loader import loader_seconds  # noqa: E402
from bench.machine import database, first_and_unchanged_run  # noqa: E402
from bench.peer import beside_dlt  # noqa: E402
from bench.save_path import save_path  # noqa: E402
from bench.world import stores_of  # noqa: E402
from local.terminal.tables import console  # noqa: E402

LIMITED = ((1, 600), (3, 600), (50, 600), (200, 20), (1, 3000), (1, 12_000))
UNLIMITED = (200, 20, 200_000)  # stores, events of each, events of the first


def main(wanted: list[str]) -> None:
    """Measure the scenarios, side by side in one run."""
    peer = None
    if not wanted or "peer" in wanted:
        console.sentence("Beside dlt ...")
        peer = beside_dlt()
    measured: list[Figures] = []
    for stores, events in LIMITED:
        if not wanted or f"{stores}x{events}" in wanted:
            measured += _limited(stores, events)
    if not wanted or "200" in wanted:
        stores, events, largest = UNLIMITED
        console.sentence(f"{stores} stores, one with {largest} events, limits lifted ...")
        measured += first_and_unchanged_run("200, one 200,000", stores_of(stores, events, largest), limits=False)
    saved = save_path() if not wanted or "save" in wanted else []
    costs = function_costs() if not wanted or "functions" in wanted else []
    report.show(measured, saved, costs, peer)
    if peer and not wanted:
        report.write(ROOT / "docs", measured, saved, costs, peer)


def _limited(stores: int, events: int) -> list[Figures]:
    world, name = stores_of(stores, events), f"{stores} x {events}"
    console.sentence(f"{name} ...")
    first, unchanged = first_and_unchanged_run(name, world)
    with database():
        return [replace(first, loader_s=loader_seconds(world)), unchanged]


if __name__ == "__main__":
    main(sys.argv[1:])
