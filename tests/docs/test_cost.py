"""The tables of docs/cost.md are those that its script makes, and the script counts what the templates have."""

import ast
import runpy
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from local.engine.cloudformation import read_template
from tests.support.project import ROOT

RECKONED = runpy.run_path(str(ROOT / "docs" / "cost.py"))
RESOURCES: list[dict[str, Any]] = [
    body
    for file in (ROOT / "template.yaml", *(ROOT / "templates").glob("*.yaml"))
    for body in read_template(file)["Resources"].values()
]
ALARM, DASHBOARD, INSTANCE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::RDS::DBInstance"


def of_type(kind: str) -> list[dict[str, Any]]:
    return [body["Properties"] for body in RESOURCES if body["Type"] == kind]


def metric_names() -> Iterator[str]:
    """Yield the names of the metrics that the functions emit, but not those of errors, which happen or not."""
    for file in (ROOT / "functions").glob("*/app.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="add_metric"), args=[ast.Constant(value=str(name)), *_]):
                    yield name
                case ast.Assign(targets=[ast.Name(id="METRIC_OF_STATUS")], value=ast.Dict(values=values)):
                    yield from (ast.literal_eval(value) for value in values)


def test_the_tables_are_the_scripts() -> None:
    page = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    shown = page.split("<!-- tables: written by docs/cost.py -->\n")[1].split("\n<!-- /tables -->")[0]
    made = subprocess.run([sys.executable, ROOT / "docs" / "cost.py"], capture_output=True, text=True, check=True)
    assert shown == made.stdout.rstrip("\n")
    assert shown.startswith(f"Region of the prices: {RECKONED['PRICE_REGION']}. Date of the prices: 20")


def test_the_alarms_are_those_of_the_templates() -> None:
    """An alarm on many metrics is billed for each of them, and not for what is computed from them."""
    billed = [sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1 for alarm in of_type(ALARM)]
    assert sum(billed) == RECKONED["ALARMS"]


def test_the_metrics_are_those_of_the_functions() -> None:
    assert len(set(metric_names())) == RECKONED["METRICS"]


def test_one_database_with_one_secret_and_as_many_dashboards_as_are_free() -> None:
    (instance,) = of_type(INSTANCE)
    assert instance["ManageMasterUserPassword"] is True
    assert instance["StorageType"] == "gp3"
    assert len(of_type(DASHBOARD)) == RECKONED["DASHBOARDS"] <= RECKONED["FREE_DASHBOARDS"]
    assert len(of_type("AWS::SecretsManager::Secret")) + 1 == RECKONED["SECRETS"]


def test_nothing_else_in_the_templates_costs_by_the_month() -> None:
    types = {body["Type"] for body in RESOURCES}
    assert types - {ALARM, DASHBOARD, INSTANCE} == RECKONED["COST_NOTHING_BY_THEMSELVES"]
    assert {endpoint["VpcEndpointType"] for endpoint in of_type("AWS::EC2::VPCEndpoint")} == {"Gateway"}
    assert all("RetentionInDays" in group for group in of_type("AWS::Logs::LogGroup"))


def test_the_class_of_one_store_is_the_templates() -> None:
    parameters = read_template(ROOT / "template.yaml")["Parameters"]
    assert RECKONED["CLASSES"][1] == parameters["DatabaseClass"]["Default"]
    assert parameters["DatabaseStorageGb"]["Default"] == RECKONED["LEAST_DISK_GB"]
    assert parameters["ScheduleExpression"]["Default"] == "rate(1 hour)"
