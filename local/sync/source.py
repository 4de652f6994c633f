"""Which stores are synced, and from which Wildberries: the owner's from the real one, or a simulator's."""

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.engine.clock import WallClock
from local.errors import UsageError
from local.installation.stores_file import Store, read_stores_file
from wildberries.client import LOOPBACK

if TYPE_CHECKING:
    from local.simulator.model import World

ADDRESS = re.compile(r"https?://[^/?#\s]+/?")
LISTED = 10


@dataclass(frozen=True)
class Source:
    """Stores, and the address of their Wildberries (None: what the template says, the real one)."""

    stores: list[Store]
    url: str | None
    simulated: bool

    @property
    def store_ids(self) -> list[str]:
        """The stores' ids, in their order."""
        return [store.id for store in self.stores]

    @property
    def place(self) -> str:
        """Where the stores are, for people."""
        if self.url is None:
            return "Wildberries"
        return "a simulated Wildberries" if self.simulated else self.url


def read_stores(path: Path | None, store_ids: list[str] | None) -> list[Store]:
    """Return the stores of the file, or the simulator's; only these, if any are named.

    Raises:
        UsageError: The file cannot be used, or it lacks one of these stores.
    """
    stores = read_stores_file(path) if path else _simulated_stores()
    there = sorted(store.id for store in stores)
    if missing := [store_id for store_id in store_ids or [] if store_id not in there]:
        more = f", and {len(there) - LISTED} more" if len(there) > LISTED else ""
        listing = f"{', '.join(there[:LISTED])}{more}"
        raise UsageError(f"No store {missing[0]!r} in {path or 'the simulator'}. There are: {listing}.")
    return [store for store in stores if not store_ids or store.id in store_ids]


@contextmanager
def wildberries(path: Path | None, store_ids: list[str] | None) -> Iterator[Source]:
    """Yield the stores with their Wildberries: WB_API_URL if set, else the real one for a file, else a simulator.

    Raises:
        UsageError: As read_stores, or WB_API_URL is not an address.
    """
    stores, url = read_stores(path, store_ids), _given_url()
    if path or url:
        yield Source(stores, url, simulated=path is None)
        return
    from local.simulator.server import Simulator  # noqa: PLC0415 - who syncs stores of his own needs none of it

    with Simulator(_simulated_world(), WallClock(), closed=True) as simulator:
        yield Source(stores, simulator.url, simulated=True)


def _simulated_stores() -> list[Store]:
    return [Store(store.id, store.name, store.token) for store in _simulated_world().stores]


@functools.cache
def _simulated_world() -> "World":
    from local.simulator.world import small_world  # noqa: PLC0415

    return small_world(datetime.now(UTC))


def _given_url() -> str | None:
    url = os.environ.get("WB_API_URL")
    if url and not _is_address(url):
        raise UsageError("WB_API_URL must be an address such as http://127.0.0.1:8080, without a path.")
    if url and urlsplit(url).scheme == "http" and urlsplit(url).hostname not in LOOPBACK:
        raise UsageError("WB_API_URL must start with https:// (or name this machine): the tokens go there.")
    return url


def _is_address(url: str) -> bool:
    try:
        return bool(ADDRESS.fullmatch(url)) and urlsplit(url).port != 0
    except ValueError:  # a bracket without its other half, or a port that is none
        return False
