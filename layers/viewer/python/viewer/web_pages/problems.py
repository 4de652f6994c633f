"""What is known to be missing or damaged, as the pages of stores and of a run list it."""

from datetime import UTC, datetime
from typing import Any

from database.connection import Database
from database.problems import EVENT, GAP, LIST, STRETCH
from reading.problems import list_problems
from viewer.addresses import write_chat

KINDS = (EVENT, STRETCH, GAP, LIST)
MOST_PROBLEMS = 100  # a web page; `./chats problems` lists more


def read_problems(database: Database, store_id: str | None = None) -> dict[str, Any]:
    """Return the newest open problems of a store or of all, and whether there are more."""
    problems = list_problems(database, [store_id] if store_id else None, MOST_PROBLEMS + 1)
    shown = problems[:MOST_PROBLEMS]
    for problem in shown:
        _prepare(problem)
    return {"problems": shown, "more_problems": len(problems) > MOST_PROBLEMS}


def _prepare(problem: dict[str, Any]) -> None:
    """Add what the template shows: moments instead of cursors, and the address of a gap's chat."""
    details = problem["details"]
    problem["after_at"], problem["until_at"] = (_moment(details.get(name)) for name in ("after", "until"))
    listed_at = details.get("listed_at")
    problem["listed_at"] = datetime.fromisoformat(listed_at) if listed_at else None
    problem["chat"] = write_chat(problem["store_id"], problem["subject"]) if problem["kind"] == GAP else ""
    problem["reason"] = details.get("sentence") or details.get("reason") or ""


def _moment(cursor: int | None) -> datetime | None:
    return None if cursor is None else datetime.fromtimestamp(cursor / 1000, UTC)
