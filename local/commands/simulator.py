"""Serve the simulated Wildberries alone.

Serves WB's addresses, limits and errors until Ctrl-C. What it prints is a
stores file. It keeps to WB's published description, and adds only what WB was
seen to send on product cards; --fault lets it send other things.

examples:
  ./chats simulator --stores 20 > grown.toml                  (one terminal)
  WB_API_URL=http://127.0.0.1:8080 \\
      ./chats sync --stores grown.toml                        (another one)
  ./chats simulator --fault nan --fault short-page:turgunov
"""

import argparse
import json
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from local.arguments import add_port, whole_number
from local.errors import UsageError
from local.simulator.named_faults import NAMED_FAULTS, FaultsCollideError, names_as_text, order

if TYPE_CHECKING:
    from local.simulator.model import World
    from local.simulator.server import Simulator

EVENTS = 600  # of each generated store
MOST_STORES, MOST_EVENTS = 10_000, 1_000_000  # More would not fit into the memory of a small machine.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to serve, and what."""
    add_port(parser, default=8080)
    stores, events = whole_number(1, MOST_STORES), whole_number(0, MOST_EVENTS)
    parser.add_argument("--stores", type=stores, metavar="N", help="N generated stores instead of the five")
    about = f"events of each generated store (default: {EVENTS})"
    parser.add_argument("--events", type=events, metavar="N", help=about)
    about = "a fault from the list below, for one store or for all (may be repeated)"
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[:STORE]", help=about)
    parser.epilog = f"faults:\n{names_as_text()}\n\n{parser.epilog or ''}"


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; what is printed is a stores file."""
    from local.engine.clock import WallClock
    from local.simulator.server import Simulator

    if arguments.events is not None and arguments.stores is None:
        raise UsageError("--events sets the size of generated stores: give --stores N too.")
    world, port = _world(arguments), arguments.port
    faults = [_fault(text, world) for text in arguments.fault]
    try:
        simulator = Simulator(world, WallClock(), port=port)
    except OSError as error:
        raise UsageError(f"Port {port} is not available ({error.strerror}). Choose another with --port.") from None
    try:
        with simulator:
            _order_faults(simulator, faults)
            print(_stores_file(world, simulator, known_without_file=arguments.stores is None), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0


def _fault(text: str, world: "World") -> tuple[str, list[str]]:
    """Return a fault's name and the ids of its stores."""
    name, _, store_id = text.partition(":")
    known = [store.id for store in world.stores]
    if name not in NAMED_FAULTS:
        raise UsageError(f"There is no fault {name!r}. ./chats simulator --help lists them.")
    if store_id and store_id not in known:
        raise UsageError(f"--fault {text}: there is no store {store_id!r} here.")
    return name, [store_id] if store_id else known


def _order_faults(simulator: "Simulator", faults: list[tuple[str, list[str]]]) -> None:
    for name, store_ids in faults:
        for store_id in store_ids:
            try:
                order(simulator, name, store_id)
            except FaultsCollideError as error:
                raise UsageError(f"--fault {name}: {error}") from None


def _world(arguments: argparse.Namespace) -> "World":
    from datetime import UTC, datetime

    from local.simulator.world import grown_world, small_world

    now = datetime.now(UTC)
    if arguments.stores is None:
        return small_world(now)
    return grown_world(now, arguments.stores, EVENTS if arguments.events is None else arguments.events)


def _stores_file(world: "World", simulator: "Simulator", known_without_file: bool) -> str:
    """Return the stores as TOML, under comments that say how to sync them."""
    url = simulator.url
    stores = tuple(replace(store, token=simulator.token(store.id)) for store in world.stores)
    is_known = known_without_file and stores == world.stores
    how = "sync" if is_known else "sync --stores THIS_OUTPUT_AS_A_FILE"
    heading = (
        f"# A simulated Wildberries with {len(world.stores)} stores on {url} (Ctrl-C ends it).\n"
        f"# Sync from it in another terminal:  WB_API_URL={url} ./chats {how}\n"
    )
    entries = (
        f'[[stores]]\nid = "{store.id}"\nname = {json.dumps(store.name, ensure_ascii=False)}\ntoken = "{store.token}"\n'
        for store in stores
    )
    return "\n".join((heading, *entries))
