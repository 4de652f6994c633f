"""Stretches of WB's stream that held less than WB announced: problems that a later run solves by reading them again."""

from collections.abc import Mapping, Sequence
from typing import Any

from database.connection import Database
from database.problems import BEGINNING, STRETCH, Problem, open_problems
from database.quarantine import quarantine_events
from database.wb_events import quarantine_row

AUTOMATIC_TRIES = 3  # runs that read a stretch again; then only a person asks for it
MOST_A_RUN = 20  # stretches that a run reads again: each costs a request, an hour with a Base token
FRAGMENT_REASON = "a part of WB's answer that could not be read"


def open_stretches(database: Database, store_id: str, run_id: int, incomplete: Sequence[Mapping[str, Any]]) -> None:
    """Open a problem for each stretch, and keep the fragments of it that could not be read."""
    fragments = [fragment for stretch in incomplete for fragment in stretch["fragments"]]
    rows = [quarantine_row({"fragment": fragment}, FRAGMENT_REASON) for fragment in fragments]
    quarantine_events(database, store_id, run_id, rows)
    open_problems(database, store_id, run_id, [_problem(stretch) for stretch in incomplete])


def _problem(stretch: Mapping[str, Any]) -> Problem:
    after = stretch["after"]
    details = {name: stretch[name] for name in ("after", "until", "announced", "held")}
    return Problem(STRETCH, BEGINNING if after is None else str(after), details)


def close_stretch(database: Database, store_id: str, until: int) -> None:
    """Close the problem of the stretch that ends there: it was read again, and whole."""
    database.run(
        f"""
        UPDATE problems SET closed_at = now(), closed_as = 'solved'
        WHERE store_id = :store AND kind = '{STRETCH}' AND closed_at IS NULL
          AND (details ->> 'until')::bigint = CAST(:until AS bigint)
        """,  # noqa: S608 - a constant
        store=store_id,
        until=until,
    )


def take_stretch(database: Database, store_id: str, run_id: int) -> tuple[int | None, int] | None:
    """Return the next stretch that this run is to read again, as its cursors (ms), and count the try; None at the end.

    What the run itself met is the next one's.
    """
    rows = database.rows(
        f"""
        UPDATE problems SET tries = tries + 1, tried_by_run = CAST(:run AS bigint)
        WHERE id = (
            SELECT id FROM problems
            WHERE store_id = :store AND kind = '{STRETCH}' AND closed_at IS NULL AND tries < {AUTOMATIC_TRIES}
              AND run_id < CAST(:run AS bigint) AND tried_by_run IS DISTINCT FROM CAST(:run AS bigint)
              AND (SELECT count(*) FROM problems
                   WHERE store_id = :store AND tried_by_run = CAST(:run AS bigint)) < {MOST_A_RUN}
            ORDER BY id LIMIT 1)
        RETURNING (details ->> 'after')::bigint AS after, (details ->> 'until')::bigint AS until
        """,  # noqa: S608 - constants
        store=store_id,
        run=run_id,
    )
    return (rows[0]["after"], rows[0]["until"]) if rows else None


def forget_tries(database: Database, store_id: str) -> None:
    """Let the next run read all open stretches of the store again."""
    database.run(
        f"""
        UPDATE problems SET tries = 0
        WHERE store_id = :store AND kind = '{STRETCH}' AND closed_at IS NULL AND tries > 0
        """,  # noqa: S608 - a constant
        store=store_id,
    )
