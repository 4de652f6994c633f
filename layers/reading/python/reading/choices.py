"""How many chats each choice of the filters would give, together with all others: as many as are quickly counted."""

from dataclasses import dataclass
from typing import Any

from database.connection import Database
from reading.chats import matching_chats
from reading.filter_conditions import COLUMNS, FACETS, filter_conditions
from reading.filters import ChatFilters
from reading.search import Search

CHATS_COUNTED = 5000  # of more, only these are looked at, and the counts are lower bounds
MOST_CHOICES = 2000
MOST_SHOWN = 1000


@dataclass(frozen=True)
class ChoiceCount:
    """A number of chats; unless it is `whole`, there are at least that many."""

    chats: int
    whole: bool


@dataclass(frozen=True)
class FacetCounts:
    """How many of the chats that were looked at fit each choice; `whole` says whether all were looked at."""

    chats: dict[str, int]
    whole: bool

    def of(self, choice: str) -> ChoiceCount:
        """Return how many chats a choice would give."""
        chats = self.chats.get(choice, 0)
        return ChoiceCount(min(chats, MOST_SHOWN), self.whole and chats <= MOST_SHOWN)


Counts = dict[str, FacetCounts]


def count_choices(database: Database, filters: ChatFilters, search: Search | None) -> Counts:
    """Return how many chats each choice of each of the FACETS would give.

    No counts at all where frequent words are searched for: chats with them are only found one by one.
    """
    if search and not (search.usable and search.rare):
        return {}
    chosen = [facet for facet in FACETS if filters.chosen(facet)]
    counts = _count(database, filters, search, tuple(facet for facet in FACETS if facet not in chosen))
    for facet in chosen:  # what is chosen of a facet does not narrow its own choices
        counts |= _count(database, filters, search, (facet,))
    return counts


def choices_query(filters: ChatFilters, search: Search | None, facets: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Return the statement that counts the choices of these facets, and its values."""
    but = facets[0] if filters.chosen(facets[0]) else ""
    found = matching_chats(filters, filter_conditions(filters, but), search, turns=True)
    columns = ", ".join(f"{COLUMNS[facet]} AS {facet}" for facet in facets)
    computed = f"{found.before}," if found.before else "WITH"
    sets = ", ".join(f"({facet})" for facet in facets)
    sql = f"""
        {computed} matching AS MATERIALIZED (SELECT {columns} {found.rows} LIMIT {CHATS_COUNTED + 1})
        SELECT {", ".join(facets)}, count(*) AS chats, (SELECT count(*) FROM matching) <= {CHATS_COUNTED} AS whole
        FROM matching GROUP BY GROUPING SETS ({sets}) LIMIT {MOST_CHOICES}
    """  # noqa: S608 - constants
    return sql, found.values


def _count(database: Database, filters: ChatFilters, search: Search | None, facets: tuple[str, ...]) -> Counts:
    if not facets:
        return {}
    sql, values = choices_query(filters, search, facets)
    rows = database.rows(sql, **values)
    whole = all(row["whole"] for row in rows)
    # Each row is of one of the facets; of the chats that have none of its choices, of no facet.
    return {
        facet: FacetCounts({row[facet]: row["chats"] for row in rows if row[facet] is not None}, whole)
        for facet in facets
    }
