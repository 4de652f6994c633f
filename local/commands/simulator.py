"""Serve the simulated Wildberries alone.

Serves WB's addresses, limits and errors until Ctrl-C. What it prints is a
stores file.

example:
  ./chats simulator --stores 20 > grown.toml                  (one terminal)
  WB_API_URL=http://127.0.0.1:8080 \\
      ./chats sync --stores grown.toml                        (another one)
"""

import argparse
import json
import signal
import sys
from typing import TYPE_CHECKING

from local.arguments import add_port, whole_number
from local.errors import UsageError

if TYPE_CHECKING:
    from local.simulator.model import World

EVENTS = 600  # of each generated store
MOST_STORES, MOST_EVENTS = 10_000, 1_000_000  # More would not fit into the memory of a small machine.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to serve, and what."""
    add_port(parser, default=8080)
    stores, events = whole_number(1, MOST_STORES), whole_number(0, MOST_EVENTS)
    parser.add_argument("--stores", type=stores, metavar="N", help="N generated stores instead of the five")
    about = f"events of each generated store (default: {EVENTS})"
    parser.add_argument("--events", type=events, metavar="N", help=about)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; what is printed is a stores file."""
    from local.engine.clock import WallClock
    from local.simulator.server import Simulator

    if arguments.events is not None and arguments.stores is None:
        raise UsageError("--events sets the size of generated stores: give --stores N too.")
    world, port = _world(arguments), arguments.port
    try:
        simulator = Simulator(world, WallClock(), port=port)
    except OSError as error:
        raise UsageError(f"Port {port} is not available ({error.strerror}). Choose another with --port.") from None
    try:
        with simulator:
            print(_stores_file(world, simulator.url, known_without_file=arguments.stores is None), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0


def _world(arguments: argparse.Namespace) -> "World":
    from datetime import UTC, datetime

    from local.simulator.world import grown_world, small_world

    now = datetime.now(UTC)
    if arguments.stores is None:
        return small_world(now)
    return grown_world(now, arguments.stores, EVENTS if arguments.events is None else arguments.events)


def _stores_file(world: "World", url: str, known_without_file: bool) -> str:
    """Return the stores as TOML, under comments that say how to sync them."""
    how = "sync" if known_without_file else "sync --stores THIS_OUTPUT_AS_A_FILE"
    heading = (
        f"# A simulated Wildberries with {len(world.stores)} stores on {url} (Ctrl-C ends it).\n"
        f"# Sync from it in another terminal:  WB_API_URL={url} ./chats {how}\n"
    )
    entries = (
        f'[[stores]]\nid = "{store.id}"\nname = {json.dumps(store.name, ensure_ascii=False)}\ntoken = "{store.token}"\n'
        for store in world.stores
    )
    return "\n".join((heading, *entries))
