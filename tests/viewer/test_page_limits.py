"""No page can take the database: Postgres itself says that each of its statements stops at a number of rows."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from database.connection import Database
from reading.waiting import GROUPS
from tests.support.given_rows import a_chat
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Pages, chat_address

NOW = "2026-11-01T00:00:00+00:00"
FILTERS = {
    "store": "shop",
    "tag": "delivery",
    "cause": "broken",
    "product": "5",
    "waiting": "1",
    "days": "3",
    "answered": "person",
    "files": "1",
    "from": "2026-01-01",
    "to": "2030-01-01",
}
LISTS = ({}, *({name: value} for name, value in FILTERS.items()), FILTERS)
ADDRESSES = (
    *("/", "/runs", "/runs?store=shop&status=success&before=9", "/run?id=1"),
    *("/themes", "/themes?store=shop&month=2026-10", "/overview", "/overview?store=shop"),
    *("/overview?from=2026-01-01&to=2026-12-31", "/overview?from=2000-01-01&to=2999-12-31&store=shop"),
    *(f"/chats?{urlencode(fields | more)}" for fields in LISTS for more in ({}, {"q": "деньги"}, {"urgent": "1"})),
    f"/chats?{urlencode(FILTERS | {'q': 'деньги', 'urgent': '1'})}",
    *(chat_address(), chat_address(q="деньги"), chat_address(message="event-1"), chat_address(earlier="event-1")),
    *(f"/chats?of=shop&chat=1:chat-0&{place}" for place in ("q=деньги", "waiting=1&later=event-1")),
    *(f"/chats?waiting={group}" for group in GROUPS),
    *("/chats?tag=a&tag=b&tag=-c&cause=-d&store=shop&store=other&answered=nobody", "/chats?tag=-a&q=деньги&urgent=1"),
)


def is_bounded(plan: dict[str, Any]) -> bool:
    """Return whether a plan ends at a number of rows, or makes one row of those of such a plan."""
    if plan["Node Type"] == "Aggregate" and plan["Strategy"] == "Plain":
        return is_bounded(plan["Plans"][0])
    return bool(plan["Node Type"] == "Limit")


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that ran and whose plan does not end at a number of rows."""
    found: list[str] = []
    answer = Database.rows

    def rows(self: Database, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        (plan,) = answer(self, f"EXPLAIN (FORMAT JSON) {sql}", **parameters)
        (explained,) = json.loads(plan["QUERY PLAN"]) if isinstance(plan["QUERY PLAN"], str) else plan["QUERY PLAN"]
        if not is_bounded(explained["Plan"]):
            found.append(sql)
        return answer(self, sql, **parameters)

    monkeypatch.setattr(Database, "rows", rows)
    yield found


@pytest.mark.parametrize("words_are_rare", [True, False])
def test_each_statement_of_each_page_ends_at_a_number_of_rows(
    pages: Pages, unbounded: list[str], words_are_rare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not words_are_rare:
        monkeypatch.setattr("reading.search.RARE_MESSAGES", 0)
    given(a_message(1, "Верните деньги", 60), listed=[a_chat(0, goodCard={"nmID": 5, "rid": "rid", "title": "Чайник"})])
    unbounded.clear()
    for address in ADDRESSES:
        assert pages.get(address).status == 200, address
        assert unbounded == [], address
