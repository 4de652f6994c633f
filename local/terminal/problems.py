"""Open problems as a person reads them: what is missing, since when, and what to do next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from database.problems import EVENT, GAP, LIST, STRETCH
from local.terminal.next_commands import name_command, name_sync
from local.terminal.tables import console, count_of, format_cursor, format_minute, show_table, visible

KINDS = {
    EVENT: "event not stored",
    STRETCH: "events missing",
    GAP: "newest message missing",
    LIST: "list not compared",
}
NONE_OPEN = "No open problems: nothing is known to be missing."


def show_problems(problems: Sequence[Mapping[str, Any]], total: int, stack: str | None) -> None:
    """Print the newest of `total` open problems, and what to do next."""
    if not problems:
        console.sentence(NONE_OPEN)
        return
    columns = ("id", "store", "problem", "what is known", "since")
    show_table(count_of(total, "open problem"), columns, map(_cells, problems), figures=("tries",), whole="id")
    console.print()
    if older := total - len(problems):
        console.sentence(f"Older ones that are not listed: {older}. --store ID lists those of one store.")
    retry, dismiss = name_command("problems --retry", stack), name_command("problems --dismiss ID --reason TEXT", stack)
    console.sentence(f"Each sync tries again. {retry} tries at once; what will never come: {dismiss}.")
    gaps = [problem for problem in problems if problem["kind"] == GAP]
    if gaps:
        again = name_sync(gaps[0]["store_id"], stack, full=True)
        console.sentence(f"If a newest message stays missing, read the store's whole history again: {again}.")


def show_retried(stores: Sequence[Mapping[str, Any]], stack: str | None) -> None:
    """Print what a retry solved in each store, and which sync does what is left."""
    for store in stores:
        said = f"{count_of(store['solved'], 'problem')} solved." if store["solved"] else "nothing could be solved yet."
        if store["stretches"]:
            again = f"{count_of(store['stretches'], 'stretch', 'stretches')} of WB's events again"
            said += f" {name_sync(store['store_id'], stack)} reads {again}."
        console.sentence(f"{visible(store['store_id'])}: {said}")


def _cells(problem: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(problem["id"]),
        visible(problem["store_id"]),
        KINDS.get(problem["kind"], visible(problem["kind"])),
        _known(problem),
        format_minute(problem["opened_at"], "\n"),
        str(problem["tries"]),
    )


def _known(problem: Mapping[str, Any]) -> str:
    """Return what is known of a problem: dates and numbers, reasons of ours, and ids."""
    details, subject = problem["details"], visible(problem["subject"])
    if problem["kind"] == STRETCH:
        after = format_cursor(details.get("after")) or "the beginning"
        held = visible(f"{details.get('held')} of {details.get('announced')} announced events")
        return f"{held}, from {after} to {format_cursor(details.get('until'))}"
    if problem["kind"] == GAP:
        return f"chat {subject}: at WB one of {_listed_at(details)}"
    if problem["kind"] == LIST:
        return visible(details.get("sentence"))
    return f"event {subject}: {visible(details.get('reason'))}"


def _listed_at(details: Mapping[str, Any]) -> str:
    return format_minute(datetime.fromisoformat(details["listed_at"])) if details.get("listed_at") else "a later time"
