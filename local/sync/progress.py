"""What each store is doing while an execution runs: a live table on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from rich.cells import cell_len
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from local.engine.observation import InvocationEnded, InvocationStarted, Observation, Waiting
from local.sync.observed import observed_store, state_name
from local.terminal.tables import STYLES, Terminal, visible

REFRESHES_A_SECOND = 5
LINES_AROUND = 5  # the table's heading, the line below it, and what the command itself says
WAITS = "waits for WB until"
LONGEST_DOING = len(f"{WAITS} 12:00:00")
COUNTS = ("chats", "requests", "messages")
GAP = 2  # between two columns
DIGITS = 6
FINAL = {"close_run", "fail_run"}
ENDS = {"success", "partial", "skipped"}  # the status of a run that another function ended
ACTIVE, TURN, ENDED = range(3)  # in the order in which stores are shown where not all find room


@dataclass
class StoreProgress:
    """A store's line."""

    name: str
    phase: int = TURN
    doing: str = "waits for its turn"
    style: str = "dim"
    chats: int = 0
    requests: int = 0
    messages: int = 0
    to_label: int = 0
    labelled: int = 0


class Progress:
    """Follows an execution's observations, which arrive from the interpreter's threads; it prints on `console`."""

    def __init__(self, names: Mapping[str, str], on_stderr: bool) -> None:
        self.console = Terminal(stderr=on_stderr)
        self._stores = {store_id: StoreProgress(visible(name)) for store_id, name in names.items()}
        self._lock = threading.Lock()
        self._live: Live | None = None
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            self._live = Live(get_renderable=self.draw, console=self.console, refresh_per_second=REFRESHES_A_SECOND)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._live:
            self._live.stop()

    def say(self, sentence: str) -> None:
        """Print a sentence about the whole execution."""
        self.console.sentence(sentence)

    def observe(self, observation: Observation) -> None:
        """Take in one observation."""
        store = self._stores.get(observed_store(observation) or "")
        if store is None:
            return
        with self._lock:
            sentences = _follow(store, observation)
        for sentence in sentences if self._live is None else ():
            with suppress(OSError):  # The terminal may be gone; the execution goes on.
                self.console.print(f"{time.strftime('%H:%M:%S')}  {store.name}: {sentence}", soft_wrap=True)

    def draw(self) -> Group:
        """Return the table of all stores, or of those for which the terminal has room, as it is now."""
        with self._lock:
            stores = list(self._stores.values())
            room = max(1, self.console.height - LINES_AROUND)
            shown = stores if len(stores) <= room else sorted(stores, key=lambda store: store.phase)[:room]
            return Group(_table(shown, self.console.width), _rest(stores, len(stores) - len(shown)))


def _table(stores: Sequence[StoreProgress], width: int) -> Table:
    room = width - sum(GAP + max(len(column), DIGITS) for column in COUNTS) - GAP
    doing = max([LONGEST_DOING, *(cell_len(store.doing) for store in stores if store.doing.startswith(WAITS))])
    names = max(1, min(room - doing, max(cell_len(store.name) for store in stores)))
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column("store", no_wrap=True, width=names)
    table.add_column("doing", no_wrap=True, width=max(1, room - names))
    for column in COUNTS:
        table.add_column(column, justify="right", no_wrap=True, min_width=DIGITS)
    for store in stores:
        counts = (str(number) if number else "" for number in (store.chats, store.requests, store.messages))
        table.add_row(Text(store.name), Text(store.doing, style=store.style), *counts)
    return table


def _rest(stores: Sequence[StoreProgress], hidden: int) -> Text:
    ended, waiting = (sum(store.phase == phase for store in stores) for phase in (ENDED, TURN))
    if not hidden:
        return Text()
    return Text(f"... and {hidden} more. Of all {len(stores)}, {ended} ended and {waiting} wait for their turn.")


def _follow(store: StoreProgress, observation: Observation) -> list[str]:
    """Bring the store's line up to date; return a sentence for each thing worth a plain line."""
    if isinstance(observation, Waiting):
        until = _clock(observation.until)
        store.doing = f"{WAITS} {until}" if observation.reason == "wait" else f"tries again at {until}"
        store.style = "yellow"
        return [store.doing]
    state = state_name(observation.function)
    if isinstance(observation, InvocationStarted):
        store.phase, store.doing, store.style = ACTIVE, state, ""
        return []
    result = observation.result if isinstance(observation.result, dict) else {}
    if observation.failed:
        store.doing, store.style = f"{state} failed ({result.get('errorType', 'unknown')})", "red"
        return [store.doing]
    store.requests += result.get("requests", 0)
    sentences = _advanced(store, observation, result)
    if observation.function in FINAL or result.get("status") in ENDS:
        sentences.append(_ended(store, result))
    return sentences


def _ended(store: StoreProgress, result: Mapping[str, Any]) -> str:
    status = result.get("status", "error")
    store.phase, store.style = ENDED, STYLES.get(status, "")
    if status == "error":
        store.doing = f"error: {result.get('message')}"
    elif status == "skipped":
        store.doing = "skipped: another run is on"
    else:
        store.doing = status
    return store.doing


def _advanced(store: StoreProgress, observation: InvocationEnded, result: Mapping[str, Any]) -> list[str]:
    if observation.function == "save_history":
        return list(_saved(store, result))
    if observation.function == "save_labels":
        store.labelled += result.get("labels", 0)
        store.doing = f"{store.labelled} of {store.to_label} labelled"
        return [store.doing]
    return []


def _saved(store: StoreProgress, result: Mapping[str, Any]) -> Iterator[str]:
    if result.get("chats") is not None:
        store.chats = result["chats"]
        yield f"{_chats(store.chats)} listed"
    if result.get("listed"):
        store.messages += result.get("added", 0)
        yield f"{store.requests} WB requests, {store.messages} new messages"
    if result.get("pages"):
        store.to_label = result.get("to_label", 0)
        yield f"{_chats(store.to_label)} to label"


def _chats(number: int) -> str:
    return "1 chat" if number == 1 else f"{number} chats"


def _clock(moment: float) -> str:
    """Return the time of day, with the date where it is not today's, and the year where it is not this one."""
    then, now = time.localtime(moment), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M:%S", then)
    return time.strftime("%d.%m. %H:%M" if then.tm_year == now.tm_year else "%d.%m.%Y %H:%M", then)
