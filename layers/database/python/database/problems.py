"""The table `problems`: all that is known to be missing or damaged, one open row for each subject.

A run is a success only if its store has no open problem. A problem is closed as solved once what it is about is stored,
or as dismissed by a person with a reason; a dismissed one is opened again only when its details have changed.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from chatsync.errors import ProblemUnknownError
from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED
from database.json_rows import json_rows

EVENT = "event"  # could not be stored; its raw is in quarantined_events under the subject
STRETCH = "stretch"  # of the stream, of which WB sent less than it announced; the subject is its first cursor
GAP = "gap"  # a chat whose newest message WB lists and did not send
LIST = "list"  # WB's list, which could not be compared with what is stored
THE_LIST = "list"  # its subject: there is one a store
BEGINNING = "beginning"  # the subject of a stretch that starts with the seller's first event


@dataclass(frozen=True)
class Problem:
    """A problem to be opened. `details` has counts, cursors (ms) and reasons, never a buyer's words."""

    kind: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


def open_problems(database: Database, store_id: str, run_id: int, problems: Sequence[Problem]) -> None:
    """Open these problems, or bring the details of those that are open up to date."""
    if not problems:
        return
    database.run(
        """
        INSERT INTO problems AS known (store_id, kind, subject, details, run_id)
        SELECT :store, kind, subject, details, CAST(:run AS bigint)
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS met(kind text, subject text, details jsonb)
        WHERE NOT EXISTS (SELECT FROM problems AS past
                          WHERE past.store_id = :store AND past.kind = met.kind AND past.subject = met.subject
                            AND past.closed_as = 'dismissed' AND past.details = met.details)
        ON CONFLICT (store_id, kind, subject) WHERE closed_at IS NULL
        DO UPDATE SET details = excluded.details WHERE known.details <> excluded.details
        """,
        store=store_id,
        run=run_id,
        rows=json_rows([vars(problem) for problem in {(each.kind, each.subject): each for each in problems}.values()]),
    )


def save_list_problem(database: Database, store_id: str, run_id: int, sentence: str | None) -> None:
    """Open the problem that WB's list could not be compared, with a sentence that says how many; None closes it."""
    if sentence:
        open_problems(database, store_id, run_id, [Problem(LIST, THE_LIST, {"sentence": sentence})])
        return
    database.run(
        f"""
        UPDATE problems SET closed_at = now(), closed_as = 'solved'
        WHERE store_id = :store AND kind = '{LIST}' AND closed_at IS NULL
        """,  # noqa: S608 - a constant
        store=store_id,
    )


def open_gaps(database: Database, store_id: str, run_id: int) -> None:
    """Open a problem for each chat of which WB lists a newer message than is stored."""
    database.run(
        f"""
        INSERT INTO problems AS known (store_id, kind, subject, details, run_id)
        SELECT store_id, '{GAP}', id, gap.details, CAST(:run AS bigint)
        FROM chats CROSS JOIN LATERAL (SELECT jsonb_build_object('listed_at', listed_message_at) AS details) AS gap
        WHERE store_id = :store AND {IS_LISTED} AND {IS_GAP}
          AND NOT EXISTS (SELECT FROM problems AS past
                          WHERE past.store_id = :store AND past.kind = '{GAP}' AND past.subject = chats.id
                            AND past.closed_as = 'dismissed' AND past.details = gap.details)
        ON CONFLICT (store_id, kind, subject) WHERE closed_at IS NULL
        DO UPDATE SET details = excluded.details WHERE known.details <> excluded.details
        """,  # noqa: S608 - constants
        store=store_id,
        run=run_id,
    )


def close_events(database: Database, store_id: str, event_ids: AbstractSet[str]) -> None:
    """Close the problems of events that came whole at last, and are stored."""
    is_open = f"store_id = :store AND kind = '{EVENT}' AND closed_at IS NULL"
    # Nearly always none is open: the ids of a whole burst are not sent to learn that.
    rows = database.rows(f"SELECT subject FROM problems WHERE {is_open}", store=store_id)  # noqa: S608 - a constant
    if solved := event_ids & {row["subject"] for row in rows}:
        database.run(
            f"""
            UPDATE problems SET closed_at = now(), closed_as = 'solved'
            WHERE {is_open} AND subject = ANY(CAST(:ids AS text[]))
            """,  # noqa: S608 - a constant
            store=store_id,
            ids=sorted(solved),
        )


def close_gaps(database: Database, store_id: str) -> None:
    """Close the problems whose chat has all that WB lists."""
    database.run(
        f"""
        UPDATE problems SET closed_at = now(), closed_as = 'solved'
        WHERE store_id = :store AND kind = '{GAP}' AND closed_at IS NULL
          AND NOT EXISTS (SELECT FROM chats WHERE chats.store_id = problems.store_id
                          AND chats.id = subject AND {IS_LISTED} AND {IS_GAP})
        """,  # noqa: S608 - constants
        store=store_id,
    )


def dismiss_problem(database: Database, problem_id: int, reason: str, by: str) -> None:
    """Close an open problem by a person's decision.

    Raises:
        ProblemUnknownError: No open problem has this id.
    """
    dismissed = database.run(
        """
        UPDATE problems SET closed_at = now(), closed_as = 'dismissed', reason = :reason, closed_by = :by
        WHERE id = :id AND closed_at IS NULL
        """,
        id=problem_id,
        reason=reason,
        by=by,
    )
    if not dismissed:
        raise ProblemUnknownError(f"No open problem has the id {problem_id}. `./chats problems` lists the open ones.")


def stores_with_problems(database: Database, store_ids: list[str] | None) -> list[str]:
    """Return the ids of the stores that have open problems, of these or of all (None), in order."""
    rows = database.rows(
        """
        SELECT DISTINCT store_id FROM problems
        WHERE closed_at IS NULL AND (CAST(:stores AS text[]) IS NULL OR store_id = ANY(CAST(:stores AS text[])))
        ORDER BY store_id
        """,
        stores=store_ids,
    )
    return [row["store_id"] for row in rows]


def count_open(database: Database, store_id: str) -> dict[str, int]:
    """Return how many problems of each kind are open."""
    rows = database.rows(
        "SELECT kind, count(*)::integer AS problems FROM problems "
        "WHERE store_id = :store AND closed_at IS NULL GROUP BY kind",
        store=store_id,
    )
    return {row["kind"]: row["problems"] for row in rows}
