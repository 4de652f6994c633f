"""Which database and network parameters go together, and what the stack keeps of its own for each choice."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.engine.cloudformation import read_template
from tests.support.project import ROOT
from tests.template.test_nested_stacks import NESTED, STACKS

TEMPLATE = read_template(ROOT / "template.yaml")
GROUPS = {"SecurityGroup", "SubnetGroup", "ParameterGroup"}
GIVEN = {"DatabaseHost": "db.example.com", "DatabaseResourceId": "db-1", "DatabaseMasterSecretArn": "arn:1"}
RESTORED = {"DatabaseResourceId": "db-2", "DatabaseMasterSecretArn": "arn:2"}
VPC = {"VpcId": "vpc-1", "SubnetIds": "subnet-1,subnet-2"}


def holds(node: Any, parameters: Mapping[str, Any], conditions: Mapping[str, Any]) -> Any:
    """Return the value of a condition or a rule's assertion, as CloudFormation works it out."""
    if isinstance(node, list):
        return [holds(item, parameters, conditions) for item in node]
    if not isinstance(node, dict):
        return node
    ((function, argument),) = node.items()
    if function == "Ref":
        return parameters[argument]
    if function == "Condition":
        return holds(conditions[argument], parameters, conditions)
    values = holds(argument, parameters, conditions)
    operations: dict[str, Callable[[], Any]] = {
        "Fn::Equals": lambda: values[0] == values[1],
        "Fn::Not": lambda: not values[0],
        "Fn::And": lambda: all(values),
        "Fn::Or": lambda: any(values),
        "Fn::Contains": lambda: values[1] in values[0],
        "Fn::Select": lambda: values[1][values[0]],
        "Fn::Split": lambda: values[1].split(values[0]),
    }
    return operations[function]()


def parameters_with(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the whole stack's parameters as its rules see them."""
    parameters = {name: given.get(name, body.get("Default")) for name, body in TEMPLATE["Parameters"].items()}
    return {**parameters, "SubnetIds": parameters["SubnetIds"].split(","), "AWS::Region": "eu-central-1"}


def refusals(given: Mapping[str, str]) -> list[str]:
    """Return what CloudFormation answers before it makes anything."""
    parameters = parameters_with(given)
    return [
        each["AssertDescription"]
        for rule in TEMPLATE["Rules"].values()
        if holds(rule.get("RuleCondition", True), parameters, {})
        for each in rule["Assertions"]
        if not holds(each["Assert"], parameters, {})
    ]


def made(stack: str, given: Mapping[str, str]) -> set[str]:
    """Return the resources of a nested stack that are there for these parameters of the whole one."""
    whole, nested = parameters_with(given), NESTED[stack]
    told = STACKS[stack]["Properties"]["Parameters"]
    parameters = {name: whole[value["Ref"]] for name, value in told.items() if value.keys() == {"Ref"}}
    conditions = nested.get("Conditions", {})
    return {
        name
        for name, body in nested["Resources"].items()
        if "Condition" not in body or holds(conditions[body["Condition"]], parameters, conditions)
    }


@pytest.mark.parametrize("given", [{}, VPC, GIVEN, RESTORED, {**GIVEN, **VPC}, {**RESTORED, **VPC}])
def test_a_whole_choice_is_taken(given: dict[str, str]) -> None:
    assert refusals(given) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"VpcId": "vpc-1"}, "With VpcId, give SubnetIds too."),
        ({"DatabaseHost": "db.example.com"}, "With DatabaseHost, give DatabaseResourceId too."),
        ({**GIVEN, "DatabaseMasterSecretArn": ""}, "With DatabaseHost, give DatabaseMasterSecretArn too."),
        ({"DatabaseResourceId": "db-2"}, "Give DatabaseResourceId and DatabaseMasterSecretArn together, or neither."),
        (
            {"DatabaseMasterSecretArn": "arn:2"},
            "Give DatabaseResourceId and DatabaseMasterSecretArn together, or neither.",
        ),
    ],
)
def test_half_a_choice_is_refused(given: dict[str, str], sentence: str) -> None:
    assert sentence in refusals(given)


@pytest.mark.parametrize("given", [GIVEN, RESTORED])
def test_another_database_takes_nothing_of_the_network(given: dict[str, str]) -> None:
    assert made("Network", given) == made("Network", {}) >= {"Vpc", "S3Endpoint", "RouteTable", "RouteOfSubnetA"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {"Instance", *GROUPS}),
        (RESTORED, {"Instance", *GROUPS}),
        (GIVEN, GROUPS),  # It lies in the stack's network, so it may use them.
        ({**GIVEN, **VPC}, set()),
    ],
)
def test_the_groups_stay_as_long_as_a_database_in_the_network_may_use_them(
    given: dict[str, str], kept: set[str]
) -> None:
    assert made("Database", given) - {"Nothing"} == kept


@pytest.mark.parametrize(("given", "is_told"), [({}, False), (RESTORED, True), (GIVEN, True)])
def test_the_functions_log_in_to_the_instance_that_was_told(given: dict[str, str], is_told: bool) -> None:
    """A restored instance has another resource id and secret than the one whose name it took."""
    database = NESTED["Database"]
    nested = {
        "Host": given.get("DatabaseHost", ""),
        "ResourceId": given.get("DatabaseResourceId", ""),
        "GivenVpcId": "",
    }
    for output in ("ResourceId", "MasterSecretArn"):
        condition, told, made_by_stack = database["Outputs"][output]["Value"]["Fn::If"]
        assert (told, made_by_stack["Fn::GetAtt"][0]) == ({"Ref": output}, "Instance")
        assert holds({"Condition": condition}, nested, database["Conditions"]) == is_told


def test_another_instance_is_migrated_and_looked_at_again() -> None:
    properties = TEMPLATE["Resources"]["PreparedDatabase"]["Properties"]
    assert {"Fn::GetAtt": ["Database", "Outputs.ResourceId"]} in properties.values()
    tags = NESTED["Database"]["Resources"]["Instance"]["Properties"]["Tags"]
    assert tags["Fn::If"][:2] == ["TakesTold", [{"Key": "resource-id", "Value": {"Ref": "ResourceId"}}]]


def test_a_first_deploy_that_fails_can_take_back_what_it_made() -> None:
    """Protection is RDS's own switch, which `make deploy` turns on afterwards; a deletion takes a last snapshot."""
    instance = NESTED["Database"]["Resources"]["Instance"]
    assert "DeletionProtection" not in instance["Properties"]
    assert instance["DeletionPolicy"] == instance["UpdateReplacePolicy"] == "Snapshot"
    assert instance["Properties"]["DeleteAutomatedBackups"] is False
    assert TEMPLATE["Resources"]["PageBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize(
    ("database", "database_class", "has_alarm"),
    [
        ("an-instance", "db.t4g.micro", True),
        ("an-instance", "db.t3.large", True),
        ("an-instance", "db.r8g.8xlarge", False),
        ("none", "db.t4g.micro", False),
    ],
)
def test_only_a_class_that_earns_cpu_credits_has_an_alarm_on_them(
    database: str, database_class: str, has_alarm: bool
) -> None:
    observability = NESTED["Observability"]
    condition = {"Condition": observability["Resources"]["DatabaseCpuCreditsLow"]["Condition"]}
    parameters = {"DatabaseInstance": database, "DatabaseClass": database_class}
    assert holds(condition, parameters, observability["Conditions"]) == has_alarm
