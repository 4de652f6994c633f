"""What labels may take: budgets in chats and tokens, for a run of a store and for a day of all stores.

A page of chats reserves what it may take when it is listed, and gives back what it did not take when its labels are
saved. A reservation counts as long as its run is running: what a dead run reserved is free once that run is closed.
The day is UTC's. Only chats that are sent to a model's server count for a day; the offline classifier costs nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from chatsync.label_tokens import Tokens, chat_tokens, page_tokens
from chatsync.label_version import KEYWORDS
from chatsync.settings import setting
from database.connection import Database
from database.json_rows import json_rows

LOCK = 0x6C61626C  # "labl": two stores that list their chats at once reserve one after the other.

CHATS_A_RUN = "{0} chats of a run (LabelChatsARun)"
TOKENS_A_RUN = "{0} tokens of a run (LabelTokensARun)"
CHATS_A_DAY = "{0} chats of a day (LabelChatsADay)"
TOKENS_A_DAY = "{0} tokens of a day (LabelTokensADay)"
BUDGET_REACHED = "{left} chats wait for a next run to label them: the budget of {budget} is reached."


@dataclass(frozen=True)
class Budgets:
    """How much one run of a store, and all runs of a UTC day, may label. What is sent counts; tokens are in and out."""

    chats_a_run: int
    tokens_a_run: int
    chats_a_day: int
    tokens_a_day: int

    @classmethod
    def from_settings(cls, read: Callable[[str], str] = setting) -> Self:
        """Return the budgets of the function's environment; raises SettingMissingError."""
        return cls(*(int(read(f"LABEL_{budget.name.upper()}")) for budget in fields(cls)))


@dataclass(frozen=True)
class Spent:
    """Chats sent and tokens taken, or reserved by what runs now."""

    chats: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class PlannedPage:
    """One page of transcripts, with the chats of them that are sent and about the tokens they take."""

    transcripts: list[dict[str, Any]]
    sent: int
    tokens: Tokens


@dataclass
class _Page:
    """A page in the making: its transcripts, and each one's tokens."""

    transcripts: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)


def spent_today(database: Database) -> Spent:
    """Return what the labels of this UTC day took so far, over all stores."""
    rows = database.rows(
        """
        SELECT coalesce(sum(chats), 0)::bigint AS chats,
               coalesce(sum(coalesce(tokens_in + tokens_out, tokens_reserved)), 0)::bigint AS tokens
        FROM label_pages JOIN sync_logs ON sync_logs.id = run_id
        WHERE day = (now() AT TIME ZONE 'UTC')::date AND (tokens_in IS NOT NULL OR status = 'running')
        """
    )
    return Spent(**rows[0])


def within(
    transcripts: Sequence[dict[str, Any]], classifier: str, budgets: Budgets, spent: Spent, page_size: int
) -> tuple[list[PlannedPage], str | None]:
    """Return the pages of transcripts that the budgets allow, and the first budget in their way, if one is.

    Chats that cost nothing are never in a budget's way. After the first chat that does not fit, no other that costs
    something is taken: a later one is an older one.
    """
    pages, reached, planned = [_Page()], None, Spent()
    for transcript in transcripts:
        tokens = 0 if classifier == KEYWORDS else chat_tokens(transcript["messages"])
        if len(pages[-1].transcripts) == page_size:
            planned = _with(planned, pages[-1].tokens)
            pages.append(_Page())
        if tokens:
            reached = reached or _reached(budgets, spent, _with(planned, [*pages[-1].tokens, tokens]))
        if not (tokens and reached):
            pages[-1].transcripts.append(transcript)
            pages[-1].tokens.append(tokens)
    return [_planned(page) for page in pages if page.transcripts], reached


def _with(planned: Spent, page: Sequence[int]) -> Spent:
    return Spent(planned.chats + sum(map(bool, page)), planned.tokens + page_tokens(page).total)


def _planned(page: _Page) -> PlannedPage:
    return PlannedPage(page.transcripts, sum(map(bool, page.tokens)), page_tokens(page.tokens))


def _reached(budgets: Budgets, spent: Spent, planned: Spent) -> str | None:
    """Return which budget all that is planned would exceed."""
    return next(_exceeded(budgets, spent, planned), None)


def _exceeded(budgets: Budgets, spent: Spent, planned: Spent) -> Iterator[str]:
    if planned.tokens > budgets.tokens_a_run:
        yield TOKENS_A_RUN.format(budgets.tokens_a_run)
    if spent.chats + planned.chats > budgets.chats_a_day:
        yield CHATS_A_DAY.format(budgets.chats_a_day)
    if spent.tokens + planned.tokens > budgets.tokens_a_day:
        yield TOKENS_A_DAY.format(budgets.tokens_a_day)


def lock(database: Database, run_id: int) -> None:
    """Let no other run reserve until this transaction ends, and forget what a first try of this listing reserved."""
    database.rows("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
    database.run(
        "UPDATE label_pages SET chats = 0, tokens_reserved = 0 WHERE run_id = :run AND tokens_in IS NULL", run=run_id
    )


def reserve(database: Database, run_id: int, pages: Sequence[tuple[str, PlannedPage]]) -> None:
    """Reserve what the pages, each with its key, may take."""
    database.run(
        """
        INSERT INTO label_pages (run_id, page, day, chats, tokens_reserved)
        SELECT :run, page, (now() AT TIME ZONE 'UTC')::date, chats, tokens
        FROM json_to_recordset(CAST(:rows AS json)) AS planned(page text, chats integer, tokens bigint)
        """,
        run=run_id,
        rows=json_rows([{"page": key, "chats": page.sent, "tokens": page.tokens.total} for key, page in pages]),
    )
