"""Tables for the terminal."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

FILE_WIDTH = 120  # Where the output is no terminal; rich would take 80 and cut the tables.
console = Console(highlight=False, width=None if sys.stdout.isatty() else FILE_WIDTH)
STYLES = {"success": "green", "partial": "yellow", "error": "red", "skipped": "dim", "running": "cyan"}
EXPIRY_WARNING_DAYS = 30
CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
CONTROL_PICTURES |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


def visible(text: str | None) -> str:
    """Return a text of WB's that cannot command the terminal: control characters become their pictures."""
    return (text or "").translate(CONTROL_PICTURES)


def show_runs(runs: Sequence[Mapping[str, Any]], transitions: int | None = None) -> None:
    """Print rows of sync_logs, and below them what each store that is not a success should know."""
    table = Table(title="sync_logs", title_justify="left")
    for column in ("run", "store", "status", "type"):
        table.add_column(column, no_wrap=True)
    for column in ("chats synced", "messages added", "chats classified", "WB requests", "waited s", "took s"):
        table.add_column(column, justify="right")
    for run in runs:
        table.add_row(*_run_cells(run))
    console.print(table)
    for run in runs:
        if run["error_message"]:
            status = Text(f"{run['store_id']} ({run['status']}): ", style=STYLES.get(run["status"], ""))
            console.print(status + Text(run["error_message"], style="default"))
    if transitions is not None:
        console.print(f"{transitions} state transitions.", style="dim")


def _run_cells(run: Mapping[str, Any]) -> tuple[str | Text, ...]:
    ended = run["completed_at"] or datetime.now(UTC)
    return (
        str(run["id"]),
        visible(run["store_id"]),
        Text(run["status"], style=STYLES.get(run["status"], "")),
        run["sync_type"],
        f"{run['chats_synced']} of {run['chats_total']}",
        str(run["messages_added"]),
        str(run["chats_classified"]),
        str(run["wb_requests"]),
        str(run["waited_seconds"]),
        f"{(ended - run['started_at']).total_seconds():.1f}",
    )


def show_stores(stores: Sequence[Mapping[str, Any]]) -> None:
    """Print the stores with the health of their tokens and how far each has been read."""
    table = Table(title="stores", title_justify="left")
    for column in ("store", "name", "token", "expires", "read up to", "last success"):
        table.add_column(column)
    for column in ("chats", "messages"):
        table.add_column(column, justify="right")
    for store in stores:
        table.add_row(
            visible(store["id"]),
            visible(store["name"]),
            store["token_type"] or "not seen yet",
            _expiry(store["token_expires_at"]),
            _minute(_from_cursor(store["events_cursor"])) or "the beginning",
            _minute(store["last_success_at"]) or "never",
            str(store["total_chats"]),
            str(store["messages"]),
        )
    console.print(table)


def _expiry(expires_at: datetime | None) -> Text:
    if expires_at is None:
        return Text("unknown", style="dim")
    days = (expires_at - datetime.now(UTC)).days
    if days < 0:
        return Text(f"expired {expires_at:%d.%m.%Y}", style="red")
    return Text(f"in {days} days", style="yellow" if days < EXPIRY_WARNING_DAYS else "")


def _from_cursor(cursor: int | None) -> datetime | None:
    return None if cursor is None else datetime.fromtimestamp(cursor / 1000, UTC)


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone():%d.%m.%Y %H:%M}" if moment else ""
