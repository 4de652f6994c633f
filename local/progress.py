"""What each store is doing while an execution runs: a live table on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from local.engine.observation import InvocationEnded, InvocationStarted, Observation, Waiting
from local.tables import visible

REFRESHES_A_SECOND = 5
FINAL = {"close_run", "fail_run"}


@dataclass
class StoreProgress:
    """A store's line."""

    name: str
    doing: str = "waits for its turn"
    chats: int = 0
    requests: int = 0
    messages: int = 0


class Progress:
    """Follows an execution's observations, which arrive from the interpreter's threads."""

    def __init__(self, names: Mapping[str, str], quiet: bool) -> None:
        self._console = Console(file=sys.stderr if quiet else sys.stdout, highlight=False)
        self._stores = {store_id: StoreProgress(name) for store_id, name in names.items()}
        self._lock = threading.Lock()
        live = self._console.is_terminal and not quiet
        self._live = (
            Live(get_renderable=self._table, console=self._console, refresh_per_second=REFRESHES_A_SECOND)
            if live
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def observe(self, seen: Observation) -> None:
        """Take in one observation."""
        if seen.store_id not in self._stores:
            return
        with self._lock:
            store = self._stores[seen.store_id]
            said = _follow(store, seen)
        if said and self._live is None:
            self._console.print(
                f"{time.strftime('%H:%M:%S')}  {visible(store.name)}: {said}", markup=False, soft_wrap=True
            )

    def _table(self) -> Table:
        table = Table(box=None)
        for column in ("store", "doing"):
            table.add_column(column)
        for column in ("chats", "WB requests", "new messages"):
            table.add_column(column, justify="right")
        with self._lock:
            for store in self._stores.values():
                table.add_row(
                    visible(store.name), store.doing, str(store.chats), str(store.requests), str(store.messages)
                )
        return table


def _follow(store: StoreProgress, seen: Observation) -> str | None:
    """Bring the store's line up to date; return a sentence where something worth a plain line happened."""
    if isinstance(seen, Waiting):
        until = time.strftime("%H:%M:%S", time.localtime(seen.until))
        store.doing = f"waits for WB until {until}" if seen.reason == "wait" else f"tries again at {until}"
        return store.doing
    if isinstance(seen, InvocationStarted):
        store.doing = seen.function.replace("_", " ")
        return None
    if seen.failed:
        return f"{seen.function.replace('_', ' ')} failed ({_error_type(seen)})"
    return _ended(store, seen.function, seen.result if isinstance(seen.result, dict) else {})


def _ended(store: StoreProgress, function: str, result: Mapping[str, Any]) -> str | None:
    store.requests += result.get("requests", 0)
    if function == "open_run" and result["status"] == "skipped":
        store.doing = "skipped: another run is going on"
        return store.doing
    if function == "save_chats" and not result["wait_seconds"]:
        store.chats = result["chats"]
        return f"{store.chats} chats listed"
    if function == "save_events":
        store.messages += result["added"]
        return f"{store.requests} WB requests, {store.messages} new messages"
    if function == "list_chat_pages" and result["chats"]:
        return f"{result['chats']} chats to label"
    if function in FINAL:
        store.doing = result.get("status") or f"error: {result['message']}"
        return store.doing
    return None


def _error_type(seen: InvocationEnded) -> str:
    return str(seen.result.get("errorType", "unknown")) if isinstance(seen.result, dict) else "unknown"
