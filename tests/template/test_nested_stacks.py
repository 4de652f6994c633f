"""The nested stacks get what they ask for and give what is asked of them; the alarms watch whom they should."""

import json
import re
from typing import Any

import pytest

from chatsync.token_expiry import EXPIRY_WARNING_DAYS
from local.engine.cloudformation import read_template
from local.engine.stack import load_stack
from tests.support.project import ROOT
from tests.template.test_ties import OF_THE_MACHINE, RESOURCES

STACKS = {name: body for name, body in RESOURCES.items() if body["Type"] == "AWS::CloudFormation::Stack"}
NESTED = {name: read_template(ROOT / body["Properties"]["TemplateURL"]) for name, body in STACKS.items()}
OBSERVED = NESTED["Observability"]["Resources"]
ALARMS = {name: body for name, body in OBSERVED.items() if body["Type"] == "AWS::CloudWatch::Alarm"}
CODE = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "functions").glob("*/app.py"))
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: max_connections of PostgreSQL
BYTES_A_CONNECTION, MOST_CONNECTIONS = 9_531_392, 5_000
EMITTED = set(re.findall(r"\"([A-Z]\w+)\"", CODE))


@pytest.mark.parametrize("name", STACKS)
def test_a_nested_stack_gets_exactly_its_parameters(name: str) -> None:
    assert set(STACKS[name]["Properties"]["Parameters"]) == set(NESTED[name]["Parameters"])


def test_every_output_that_is_read_exists() -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for name, output in re.findall(r"(\w+)\.Outputs\.(\w+)", text):
        assert output in NESTED[name]["Outputs"]


def test_errors_and_throttles_of_every_function_of_the_machine_are_watched() -> None:
    for metric in ("Errors", "Throttles"):
        watched = [
            query["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"]
            for alarm in ALARMS.values()
            for query in alarm["Properties"].get("Metrics", [])
            if query.get("MetricStat", {}).get("Metric", {}).get("MetricName") == metric
        ]
        assert sorted(f"{name}Function" for name in watched) == sorted(OF_THE_MACHINE)
    assert all(len(alarm["Properties"].get("Metrics", [])) - 1 <= 10 for alarm in ALARMS.values())  # CloudWatch's limit


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_the_topic_when_it_begins_and_ends_and_says_what_it_means(name: str) -> None:
    properties = ALARMS[name]["Properties"]
    assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "Alarms"}]
    assert "TreatMissingData" in properties
    assert f"`{name}`" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in ALARMS if name.startswith("Database") and "Function" not in name])
def test_an_alarm_of_the_database_watches_the_instance_of_the_stacks_name(name: str) -> None:
    """A restored instance takes that name, and the alarms with it."""
    properties = ALARMS[name]["Properties"]
    assert properties["Namespace"] == "AWS/RDS"
    assert properties["Dimensions"] == [{"Name": "DBInstanceIdentifier", "Value": {"Ref": "DatabaseInstance"}}]
    assert STACKS["Observability"]["Properties"]["Parameters"]["DatabaseInstance"] == {
        "Fn::GetAtt": ["Database", "Outputs.Instance"]
    }


def test_the_alarms_of_connections_and_memory_are_below_what_each_size_has() -> None:
    sizes = NESTED["Observability"]["Mappings"]["Sizes"]
    for doublings, size in enumerate(("micro", "small", "medium", "large", "xlarge", "2xlarge")):
        memory = 2**30 << doublings
        allowed = min(memory // BYTES_A_CONNECTION, MOST_CONNECTIONS)
        assert 0.5 * allowed < sizes[size]["Connections"] < 0.75 * allowed
        assert sizes[size]["FreeBytes"] == memory // 16
    assert len(sizes) == 6


@pytest.mark.parametrize(
    ("alarm", "value"), [("DatabaseConnectionsHigh", "Connections"), ("DatabaseMemoryLow", "FreeBytes")]
)
def test_a_size_that_is_not_in_the_table_has_the_threshold_of_a_larger_one(alarm: str, value: str) -> None:
    name, _, key, otherwise = ALARMS[alarm]["Properties"]["Threshold"]["Fn::FindInMap"]
    largest = max(size[value] for size in NESTED["Observability"]["Mappings"][name].values())
    assert key == value
    assert otherwise["DefaultValue"] > largest
    assert otherwise["DefaultValue"] <= 0.75 * MOST_CONNECTIONS or value == "FreeBytes"


def test_the_alarm_of_problems_names_the_command_that_lists_them() -> None:
    description = ALARMS["OpenProblems"]["Properties"]["AlarmDescription"]
    assert "`./chats problems --stack ${ParentName}`" in description["Fn::Sub"]
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `OpenProblems`"))
    assert "`./chats problems --stack NAME`" in row


def test_silence_breaches() -> None:
    assert ALARMS["NothingSynced"]["Properties"]["TreatMissingData"] == "breaching"
    assert ALARMS["TokenExpires"]["Properties"]["Threshold"] == EXPIRY_WARNING_DAYS


def test_the_metrics_that_are_shown_and_watched_are_emitted() -> None:
    shown = re.findall(r'\["(?:ChatHistorySync|\.)", "(\w+)", (?:"service"|"\.", "\.")', _dashboard())
    ours = {name for name in shown if not name.startswith("Executions")}
    properties = [alarm["Properties"] for alarm in ALARMS.values()]
    ours |= {each["MetricName"] for each in properties if each.get("Namespace") == "ChatHistorySync"}
    assert ours <= EMITTED


def test_the_dashboard_is_json_and_shows_every_function_of_the_machine() -> None:
    widgets = json.loads(re.sub(r"\$\{FreshnessHours\}", "24", _dashboard()))["widgets"]
    for title in ("Functions: errors", "Functions: 99th percentile of their time (ms)"):
        metrics = next(w["properties"]["metrics"] for w in widgets if w["properties"]["title"] == title)
        assert sorted(f"{row[3].strip('${}')}Function" for row in metrics) == sorted(OF_THE_MACHINE)


def _dashboard() -> str:
    body: Any = OBSERVED["Dashboard"]["Properties"]["DashboardBody"]
    return str(body["Fn::Sub"])


def test_the_env_file_for_local_invocations_gives_every_function_its_variables() -> None:
    example = json.loads((ROOT / "events" / "env.json.example").read_text(encoding="utf-8"))
    functions = load_stack(ROOT, {}).functions
    wanted = {
        name: {key for key in spec.environment if not key.startswith("POWERTOOLS")} for name, spec in functions.items()
    }
    assert {name: set(variables) for name, variables in example.items()} == wanted
