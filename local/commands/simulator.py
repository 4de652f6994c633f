"""`python -m local simulator`: the simulated Wildberries alone, with its stores' tokens."""

import argparse
import signal
from datetime import UTC, datetime

from local.engine.clock import WallClock
from local.errors import UsageError
from local.simulator.server import Simulator
from local.simulator.world import World, grown_world, small_world
from local.tables import console


def run(asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    world = _world(asked)
    try:
        simulator = Simulator(world, WallClock(), port=asked.port)
    except OSError as error:
        raise UsageError(f"Port {asked.port} cannot be used ({error.strerror}). Choose another with --port.") from None
    with simulator:
        console.print(f"A simulated Wildberries with {len(world.stores)} stores on {simulator.url} (Ctrl-C ends it).")
        console.print(f"Sync from it in another terminal:  WB_API_URL={simulator.url} python -m local sync")
        for store in world.stores:
            console.print(
                f'\n[[stores]]\nid = "{store.id}"\nname = "{store.name}"\ntoken = "{store.token}"',
                markup=False,
                soft_wrap=True,
            )
        _wait_for_interrupt()
    return 0


def _world(asked: argparse.Namespace) -> World:
    now = datetime.now(UTC)
    return small_world(now) if asked.stores is None else grown_world(now, asked.stores, asked.events)


def _wait_for_interrupt() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopped.")
