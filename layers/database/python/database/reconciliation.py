"""The end of a run: is what WB lists stored here? Only then it is a success."""

from dataclasses import dataclass, replace

from database import run_ends, stores
from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED
from database.leases import renew_lease
from database.messages import retry_quarantined
from database.problems import EVENT, LIST, STRETCH, close_gaps, count_open, open_gaps


@dataclass(frozen=True)
class Reconciled:
    """What a run ended with. chats_synced + gaps = chats_total. `labels_stopped` says why chats are unlabelled.

    `quarantined` events and `stretches` of the stream are missing; `problems` counts all that is open, gaps included.
    `unchecked` says why WB's list could not be compared with what is stored, if it could not.
    """

    status: str
    chats_total: int
    chats_synced: int
    gaps: int
    quarantined: int
    chats_unlabelled: int
    labels_stopped: str | None = None
    stretches: int = 0
    problems: int = 0
    unchecked: str | None = None


def close_run(database: Database, store_id: str, run_id: int) -> Reconciled:
    """Compare the store with WB's list, refresh its statistics, and close its run as success or partial.

    The list was fetched before the walk over the events, and the walk ended at WB's empty page: a listed message that
    is newer than all stored ones is missing, whereas one that arrived after the walk cannot be in the list. A run that
    is a part of a long history has not read to that page: nothing is compared.
    Repeated, it returns the same numbers.

    Raises:
        LeaseLostError: The run is no longer running, and was not closed by this function either.
    """
    end = read_end(database, run_id)
    if end and end.status != "running":
        return end
    renew_lease(database, run_id, 0)
    if end:
        run_ends.end_part(database, store_id, run_id)
        return replace(end, status="partial")
    retry_quarantined(database, store_id)
    open_gaps(database, store_id, run_id)
    close_gaps(database, store_id)
    reconciled = _compare_with_list(database, store_id, run_id)
    _save_end(database, run_id, reconciled)
    stores.refresh_statistics(database, store_id)
    if reconciled.unchecked is None:  # the walk reached its end, and could check itself; problems have their own alarm
        database.run("UPDATE stores SET last_success_at = now() WHERE id = :id", id=store_id)
    return reconciled


def read_end(database: Database, run_id: int) -> Reconciled | None:
    """Return what the run ended with as success or partial; "running" where it is to end as a part; else None."""
    rows = database.rows(
        """
        SELECT status, chats_total, chats_synced, gaps, quarantined, stretches, problems, list_unchecked AS unchecked,
               chats_to_classify - chats_classified AS chats_unlabelled, labels_stopped
        FROM sync_logs
        WHERE id = :id AND (status IN ('success', 'partial') OR status = 'running' AND read_up_to IS NOT NULL)
        """,
        id=run_id,
    )
    return Reconciled(**rows[0]) if rows else None


def _compare_with_list(database: Database, store_id: str, run_id: int) -> Reconciled:
    rows = database.rows(
        f"""
        SELECT count(*)::integer AS chats_total,
               (count(*) FILTER (WHERE {IS_GAP}))::integer AS gaps,
               (SELECT chats_to_classify - chats_classified FROM sync_logs WHERE id = :run) AS chats_unlabelled,
               (SELECT labels_stopped FROM sync_logs WHERE id = :run) AS labels_stopped,
               (SELECT details ->> 'sentence' FROM problems
                WHERE store_id = :store AND kind = '{LIST}' AND closed_at IS NULL) AS unchecked
        FROM chats WHERE store_id = :store AND {IS_LISTED}
        """,  # noqa: S608 - constants
        store=store_id,
        run=run_id,
    )
    total, gaps, unlabelled, stopped, unchecked = rows[0].values()
    problems = count_open(database, store_id)
    return Reconciled(
        status="partial" if problems or unlabelled or stopped else "success",
        chats_total=total,
        chats_synced=total - gaps,
        gaps=gaps,
        quarantined=problems.get(EVENT, 0),
        stretches=problems.get(STRETCH, 0),
        problems=sum(problems.values()),
        unchecked=unchecked,
        chats_unlabelled=unlabelled,
        labels_stopped=stopped,
    )


def _save_end(database: Database, run_id: int, reconciled: Reconciled) -> None:
    database.run(
        """
        UPDATE sync_logs
        SET status = :status, completed_at = now(), chats_total = :total, chats_synced = :synced, gaps = :gaps,
            quarantined = :quarantined, stretches = :stretches, problems = :problems, list_unchecked = :unchecked,
            error_message = :message
        WHERE id = :id
        """,
        id=run_id,
        status=reconciled.status,
        total=reconciled.chats_total,
        synced=reconciled.chats_synced,
        gaps=reconciled.gaps,
        quarantined=reconciled.quarantined,
        stretches=reconciled.stretches,
        problems=reconciled.problems,
        unchecked=reconciled.unchecked,
        message=_what_is_missing(reconciled),
    )


def _what_is_missing(reconciled: Reconciled) -> str | None:
    parts = (
        (reconciled.gaps, "chats whose newest message WB lists but did not send"),
        (reconciled.quarantined, "events that could not be stored (see the problems)"),
        (reconciled.stretches, "stretches of which WB sent less than it announced (see the problems)"),
        (reconciled.chats_unlabelled, "chats left unlabelled until the next run"),
    )
    missing = "; ".join(f"{number} {what}" for number, what in parts if number)
    return ". ".join(filter(None, (missing, reconciled.unchecked, reconciled.labels_stopped))) or None
