"""Tables for people. They fit on 80 columns; nothing in them is cut, and nothing WB sent can command the terminal."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatsync.hidden_characters import SHOWN_IN_A_LINE
from chatsync.token_expiry import ends_soon

STYLES = {"success": "green", "partial": "yellow", "error": "red", "skipped": "dim", "running": "cyan"}
FILE_WIDTH = 120  # Where the output is no terminal.
NOTHING_SYNCED = "No store was synced yet. `make run` syncs the simulator's."


class Terminal(Console):
    """A console that takes every text as it is."""

    def __init__(self, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else FILE_WIDTH
        super().__init__(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)

    def sentence(self, text: Text | str) -> None:
        """Print a sentence: wrapped between words on a terminal, one line elsewhere."""
        self.print(text, soft_wrap=not self.is_terminal)


console = Terminal()


def visible(text: str | None) -> str:
    """Return a text of WB's on one line that cannot command the terminal: what would do so becomes visible."""
    return (text or "").translate(SHOWN_IN_A_LINE)


def show_runs(runs: Sequence[Mapping[str, Any]], title: str) -> None:
    """Print rows of sync_logs, and below them what each store that is not a success should know."""
    counts = ("chats\nsynced", "messages\nadded", "chats\nlabelled", "WB\nrequests", "waited", "took")
    show_table(title, ("run", "store", "status"), map(_run_cells, runs), figures=counts, whole="status")
    console.print()
    for run in runs:
        _show_error(run["id"], run["store_id"], run["status"], run["error_message"])
    for run in runs:
        for sentence in _about_labels(run):
            console.sentence(f"run {run['id']}, {visible(run['store_id'])}: {sentence}")


def show_last_errors(stores: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]) -> None:
    """Print what each store should know of its last run, where that is not among these runs."""
    shown = {run["id"] for run in runs}
    for store in stores:
        if store["run_id"] not in shown:
            _show_error(store["run_id"], store["id"], store["run_status"], store["error_message"])


def _show_error(run_id: int, store_id: str, status: str, sentence: str | None) -> None:
    if sentence:
        run = Text(f"run {run_id}, {visible(store_id)}: ", style=STYLES.get(status, ""))
        console.sentence(run + Text(visible(sentence), style="default"))


def show_stores(stores: Sequence[Mapping[str, Any]], total: int, problems_command: str) -> None:
    """Print some of `total` stores with the health of their tokens and how far each has been read.

    `problems_command` says what their open problems are.
    """
    columns = ("store", "token", "read up to", "last\nsuccess")
    show_table("stores", columns, map(_store_cells, stores), figures=("chats", "messages", "problems"), whole="token")
    console.print()
    if left := total - len(stores):
        console.sentence(f"Stores that are not listed: {left}.")
    if problems := sum(store["problems"] for store in stores):
        console.sentence(f"{count_of(problems, 'problem')} open: {problems_command} says what is missing.")


def show_gaps(chats: Sequence[Mapping[str, Any]], total: int) -> None:
    """Print the newest of `total` chats of which WB lists a newer message than is stored."""
    if not chats:
        console.sentence("No gaps: no chat in WB's lists has a newer message than is stored.")
        return
    rows = [
        (
            *_visible(chat, "id", "store_id"),
            format_minute(chat["listed_message_at"]),
            format_minute(chat["last_message_at"]) or "nothing",
        )
        for chat in chats
    ]
    have = "chat has" if total == 1 else "chats have"
    title = f"{total} {have} a newer message at WB than stored"
    show_table(title, ("id", "store", "at WB", "stored"), rows, whole="id")
    if older := total - len(chats):
        console.print()
        console.sentence(f"Older ones that are not listed: {older}.")


def show_chats(chats: Sequence[Mapping[str, Any]]) -> None:
    """Print the ids of chats, with what tells one from the other."""
    rows = []
    for chat in chats:
        chat_id, client, store = _visible(chat, "id", "client_name", "store_name")
        rows.append((chat_id, client or "(no name)", store, format_minute(chat["last_message_at"])))
    show_table("last active", ("id", "buyer", "store", "last message"), rows, whole="id")


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows of a person's own query."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in columns:
        table.add_column(visible(name), overflow="fold")
    for row in rows:
        table.add_row(*map(visible, row))
    console.print(table)


def show_figures(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of figures; its first column says of what."""
    show_table(title, columns[:1], rows, figures=columns[1:], whole=columns[0])
    console.print()


def show_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    figures: Sequence[str] = (),
    whole: str | None = None,
) -> None:
    """Print a table; the column `whole` and the figures, which stand last, are never broken into lines."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    table.padding, table.pad_edge = (0, 1, 0, 0), False
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == whole)
    for column in figures:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _visible(row: Mapping[str, Any], *names: str) -> list[str]:
    return [visible(row[name]) for name in names]


def _run_cells(run: Mapping[str, Any]) -> tuple[str | Text, ...]:
    ended = run["completed_at"] or datetime.now(UTC)
    status = Text(run["status"], style=STYLES.get(run["status"], ""))
    return (
        str(run["id"]),
        visible(run["store_id"]),
        status + "\n(full)" if run["sync_type"] == "full" else status,
        f"{run['chats_synced']}/{run['chats_total']}",
        str(run["messages_added"]),
        str(run["chats_classified"]),
        str(run["wb_requests"]),
        _duration(run["waited_seconds"]),
        _duration(round((ended - run["started_at"]).total_seconds())),
    )


def _store_cells(store: Mapping[str, Any]) -> tuple[str | Text, ...]:
    return (
        Text(visible(store["id"])) + Text(f"\n{visible(store['name'])}", style="dim"),
        _token(store["token_type"], store["token_expires_at"]),
        format_cursor(store["events_cursor"], "\n") or "nothing yet",
        format_minute(store["last_success_at"], "\n") or "never",
        str(store["total_chats"]),
        str(store["messages"]),
        Text(str(store["problems"]), style="yellow" if store["problems"] else ""),
    )


def _about_labels(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a run's labels cost, what a new version of the classifier costs, and what its budgets left."""
    if tokens := run["label_tokens_in"] + run["label_tokens_out"]:
        yield f"its labels took {tokens:,} tokens, {dollars(run['label_cost_microusd'])}."
    if run["relabelling"]:
        yield run["relabelling"]
    if run["budget_reached"]:
        yield run["budget_reached"]
    if run["chats_unanswered"]:
        chats = count_of(run["chats_unanswered"], "chat")
        yield f"the model's server never answered for {chats}: not sent again until the words or the model change."


def count_of(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun, such as "1 store" and "2 stores"; `things` is a plural that is no mere -s."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def dollars(micro: int | None) -> str:
    """Return an amount of millionths of a US dollar for people; None is a price that nobody knows."""
    return "price not known (see PRICES_FILE)" if micro is None else f"${micro / 1_000_000:,.4f}"


def _duration(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds // 60
    if hours:
        return f"{hours} h {minutes % 60:02}"
    return f"{minutes} min" if minutes >= 10 else f"{seconds} s"  # noqa: PLR2004 - two digits of either say enough


def _token(kind: str | None, expires_at: datetime | None) -> Text:
    if kind is None:
        return Text("not seen yet", style="dim")
    if expires_at is None:
        return Text(f"{visible(kind)}\nexpiry unknown")
    days = (expires_at - datetime.now(UTC)).days
    if days < 0:
        return Text(f"{visible(kind)}\n") + Text(f"expired\n{expires_at.astimezone():%d.%m.%Y}", style="red")
    left = Text(f"{days} days left", style="yellow" if ends_soon(days) else "")
    return Text(f"{visible(kind)}\n") + left


def format_cursor(cursor: int | None, between: str = " ") -> str:
    """Return a cursor (ms) of WB's stream as a time of this machine; nothing where there is none."""
    return "" if cursor is None else format_minute(datetime.fromtimestamp(cursor / 1000, UTC), between)


def format_minute(moment: datetime | None, between: str = " ") -> str:
    """Return a time of this machine with its date; nothing where there is none."""
    return f"{moment.astimezone():%d.%m.%Y}{between}{moment.astimezone():%H:%M}" if moment else ""


def name_zones(moments: Iterable[datetime]) -> str:
    """Return in which time zone these are shown, such as UTC+03:00; in summer and winter it may be another."""
    offsets = {f"{moment.astimezone():%z}" for moment in moments}
    return " and ".join(f"UTC{offset[:3]}:{offset[3:]}" for offset in sorted(offsets))
