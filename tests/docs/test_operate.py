"""docs/operate.md says for each alarm what to type, and Postgres takes every query that a page tells people to type."""

import re

import pytest

from local.engine.cloudformation import read_template
from reading.queries import answer_query
from tests.support.project import ROOT

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operate.md", "deploy.md")}
ALARMS = {
    name
    for name, resource in read_template(ROOT / "templates" / "observability.yaml")["Resources"].items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}
QUERIES = re.findall(r'\./chats sql --stack NAME (?:--csv )?"([^"]+)"', "".join(PAGES.values()))


def test_each_alarm_has_its_meaning_and_its_command() -> None:
    _, _, means = PAGES["operate.md"].partition("## What each alarm means")
    meanings, _, commands = means.partition("### What to type, and what the answer means")
    for part in (meanings, commands):
        assert set(re.findall(r"^\| `(\w+)` \|", part, re.M)) >= ALARMS


@pytest.mark.parametrize("query", QUERIES)
def test_postgres_takes_the_query(emptied: str, query: str) -> None:
    answer = answer_query(query)
    assert (answer.refused, answer.complete) == (None, True)


def test_the_pages_have_queries() -> None:
    assert len(QUERIES) > len(("runs", "stores", "versions"))
