"""The table `label_pages`: what each chat page of a run may take, and what it took.

A page reserves when it is listed, and gives back what it did not take when its labels are saved. A reservation counts
as long as its run is running: what a dead run reserved is free once that run is closed. The day is UTC's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatsync.contracts import SaveHistory
from chatsync.errors import ClassifierRefusedError, PricesInvalidError
from chatsync.label_version import label_version
from chatsync.objects import object_key
from chatsync.prices import price_of
from database.connection import Database
from database.json_rows import json_rows
from database.labels.budgets import Budgets, LabelPlan, PlannedChatPage, plan_labels
from database.labels.relabelling import describe_relabelling
from database.labels.spending import spent_today
from database.labels.stale_chats import count_unanswered_chats, read_stale_chats

NOTHING_TO_LABEL = LabelPlan([], 0, None)
LOCK = 0x6C61626C  # "labl": two stores that list their chats at once reserve one after the other.


@dataclass(frozen=True)
class ReservedChatPages:
    """The pages by the key of the object that is to hold each one's transcripts, and how many chats a budget leaves.

    `left` is None where nobody asked: no labels were wanted, or the operator's own taxonomy or prices stopped them.
    """

    pages: Mapping[str, PlannedChatPage] = field(default_factory=dict)
    left: int | None = None

    @property
    def chats(self) -> int:
        """Return how many chats the pages hold."""
        return sum(len(page.transcripts) for page in self.pages.values())

    def as_pages(self) -> list[dict[str, Any]]:
        """Return what the state machine needs of each page."""
        return [{"transcripts_key": key, "tokens": page.tokens.total} for key, page in self.pages.items()]


NO_CHAT_PAGES = ReservedChatPages()


def reserve_chat_pages(
    database: Database, task: SaveHistory, request_id: str, classifier: str, budgets: Budgets
) -> ReservedChatPages:
    """Return the pages of stale chats that the budgets allow, what each may take being reserved.

    A taxonomy or price list that cannot be read stops the labels, not the sync.
    """
    store_id, run_id = task.store_id, task.run_id
    try:
        price_of(classifier)  # a price list that cannot be read shows before anything is paid for
        stale = read_stale_chats(database, store_id, label_version(classifier), budgets.chats_a_run)
    except (ClassifierRefusedError, PricesInvalidError) as error:
        stop_labels(database, run_id, str(error))
        return NO_CHAT_PAGES
    plan, pages = NOTHING_TO_LABEL, {}
    if stale.total:  # otherwise no other store is kept waiting for the lock
        lock_budgets(database, run_id)
        plan = plan_labels(stale.transcripts, stale.total, classifier, budgets, spent_today(database))
        names = (f"transcripts-{number}-{request_id}" for number in range(len(plan.pages)))
        pages = {object_key(store_id, run_id, name): page for name, page in zip(names, plan.pages, strict=True)}
        reserve_tokens(database, run_id, pages)
    save_plan(database, run_id, plan, stale.outdated, describe_relabelling(stale, plan, classifier))
    save_unanswered(database, store_id, run_id, label_version(classifier))
    return ReservedChatPages(pages, plan.left)


def stop_labels(database: Database, run_id: int, reason: str) -> None:
    """Keep on the run why its chats are not labelled; that makes it partial at its end."""
    database.run("UPDATE sync_logs SET labels_stopped = :reason WHERE id = :id", id=run_id, reason=reason)


def lock_budgets(database: Database, run_id: int) -> None:
    """Let no other run reserve until this transaction ends, and forget what a first try of this listing reserved."""
    database.rows("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
    database.run(
        "UPDATE label_pages SET chats = 0, tokens_reserved = 0 WHERE run_id = :run AND tokens_in IS NULL", run=run_id
    )


def reserve_tokens(database: Database, run_id: int, pages: Mapping[str, PlannedChatPage]) -> None:
    """Reserve what the pages, by the key of each one's transcripts, may take."""
    database.run(
        """
        INSERT INTO label_pages (run_id, page, day, chats, tokens_reserved)
        SELECT :run, page, (now() AT TIME ZONE 'UTC')::date, chats, tokens
        FROM json_to_recordset(CAST(:rows AS json)) AS planned(page text, chats integer, tokens bigint)
        """,
        run=run_id,
        rows=json_rows([{"page": key, "chats": page.sent, "tokens": page.tokens.total} for key, page in pages.items()]),
    )


def save_plan(database: Database, run_id: int, plan: LabelPlan, outdated: int, relabelling: str | None) -> None:
    """Keep on the run how many chats it is to label, and how many a budget leaves to the next ones.

    A chat of the first kind without a label at the run's end makes it partial; one of the second does not. `outdated`
    labels only go by another version of the classifier; `relabelling` says in words what new ones take.
    """
    database.run(
        """
        UPDATE sync_logs SET chats_to_classify = :chats, chats_over_budget = :left, budget_reached = :reached,
                             outdated_labels = :outdated, relabelling = :relabelling
        WHERE id = :id
        """,
        id=run_id,
        chats=plan.chats,
        left=plan.left,
        reached=plan.reached,
        outdated=outdated,
        relabelling=relabelling,
    )


def save_unanswered(database: Database, store_id: str, run_id: int, version: str) -> None:
    """Keep on the run how many chats are not sent again, because a model's server never answered for their words.

    They do not make it partial: only new words, another model, or a person can give them a label.
    """
    database.run(
        "UPDATE sync_logs SET chats_unanswered = :chats WHERE id = :id",
        id=run_id,
        chats=count_unanswered_chats(database, store_id, version),
    )
