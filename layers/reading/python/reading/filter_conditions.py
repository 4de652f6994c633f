"""What a list's filters ask for, as conditions on rows of `chats`, and of `turns` (EACH_TURN) where one needs it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from reading.conditions import HAS_ATTACHMENTS, NEWEST_AT, ZONE
from reading.filters import NOT, ChatFilters
from reading.waiting import GROUPS, WAITS

# What is chosen from, and how many chats each choice would give is counted.
FACETS = ("store", "tag", "cause", "answered")
# Who answered the buyer's first question: a person, a program alone, or nobody. WB's own words are no answer.
WHO_ANSWERED = """
    CASE WHEN turns.person_answered_at IS NOT NULL THEN 'person'
         WHEN turns.program_answered_at IS NOT NULL THEN 'program'
         WHEN turns.first_asked_at IS NOT NULL THEN 'nobody' END
"""
COLUMNS = {"store": "chats.store_id", "tag": "chats.tag", "cause": "chats.cause", "answered": WHO_ANSWERED}


@dataclass(frozen=True)
class Condition:
    """A condition of a statement, and the values that it names."""

    sql: str
    values: dict[str, Any] = field(default_factory=dict)


def filter_conditions(filters: ChatFilters, but: str = "") -> list[Condition]:
    """Return the conditions that are set; `but` is the one of the FACETS that is left out."""
    chosen = [condition for facet in FACETS if facet != but for condition in _facet(facet, filters.chosen(facet))]
    return [*chosen, *_others(filters), *_period(filters)]


def _facet(facet: str, chosen: tuple[str, ...]) -> Iterator[Condition]:
    """Return one condition for what is wanted, any of it, and one for what is not, none of it."""
    column = COLUMNS[facet]
    unwanted = [choice.removeprefix(NOT) for choice in chosen if choice.startswith(NOT) and facet != "store"]
    wanted = [choice for choice in chosen if facet == "store" or not choice.startswith(NOT)]
    if len(wanted) == 1:  # this one can be read in the list's order from an index
        yield Condition(f"{column} = :{facet}", {facet: wanted[0]})
    elif wanted:
        yield Condition(f"{column} = ANY(CAST(:{facet} AS text[]))", {facet: wanted})
    if unwanted:
        unlike = f"({column} IS NULL OR {column} <> ALL(CAST(:not_{facet} AS text[])))"
        yield Condition(unlike, {f"not_{facet}": unwanted})


def _others(filters: ChatFilters) -> Iterator[Condition]:
    if filters.product:
        yield Condition("chats.nm_id = CAST(:nm_id AS bigint)", {"nm_id": filters.product})
    if filters.waiting:
        yield Condition(GROUPS[filters.waiting])
    if filters.waiting_days:
        since = "turns.waiting_since <= now() - make_interval(days => CAST(:waiting_days AS integer))"
        yield Condition(f"{WAITS} AND {since}", {"waiting_days": filters.waiting_days})
    if filters.with_attachments:
        yield Condition(HAS_ATTACHMENTS)


def _period(filters: ChatFilters) -> Iterator[Condition]:
    if filters.first_day:
        since = f"{NEWEST_AT} >= CAST(:first AS timestamp) AT TIME ZONE '{ZONE}'"
        yield Condition(since, {"first": filters.first_day})
    if filters.last_day and filters.last_day < date.max:
        until = f"{NEWEST_AT} < CAST(:behind AS timestamp) AT TIME ZONE '{ZONE}'"
        yield Condition(until, {"behind": filters.last_day + timedelta(days=1)})
