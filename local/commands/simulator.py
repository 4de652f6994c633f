"""`python -m local simulator`: the simulated Wildberries alone, with its stores' tokens."""

import argparse
import json
import signal
import sys
from datetime import UTC, datetime

from local.engine.clock import WallClock
from local.errors import UsageError
from local.simulator.server import Simulator
from local.simulator.world import World, grown_world, small_world

EVENTS = 600  # of each grown store


def run(asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C; what is printed is a stores file."""
    if asked.events is not None and asked.stores is None:
        raise UsageError("--events is about grown stores: give --stores N too.")
    world = _world(asked)
    try:
        simulator = Simulator(world, WallClock(), port=asked.port)
    except OSError as error:
        raise UsageError(f"Port {asked.port} cannot be used ({error.strerror}). Choose another with --port.") from None
    try:
        with simulator:
            print(_stores_file(world, simulator.url, asked.stores is None), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0


def _world(asked: argparse.Namespace) -> World:
    now = datetime.now(UTC)
    if asked.stores is None:
        return small_world(now)
    return grown_world(now, asked.stores, EVENTS if asked.events is None else asked.events)


def _stores_file(world: World, url: str, known_without_file: bool) -> str:
    """Return the stores as TOML, under comments that say how to sync them."""
    how = "sync" if known_without_file else "sync --stores THIS_OUTPUT_AS_A_FILE"
    heading = (
        f"# A simulated Wildberries with {len(world.stores)} stores on {url} (Ctrl-C ends it).\n"
        f"# Sync from it in another terminal:  WB_API_URL={url} python -m local {how}\n"
    )
    entries = (
        f'[[stores]]\nid = "{store.id}"\nname = {json.dumps(store.name, ensure_ascii=False)}\ntoken = "{store.token}"\n'
        for store in world.stores
    )
    return "\n".join((heading, *entries))
