"""`./chats protection` against moto's RDS; only CloudFormation is played, and RDS's answers are its own."""

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local import cli
from local.engine.cloudformation import read_template
from local.installation import deployed_database
from tests.support.project import ROOT

OWN, BESIDE, ANOTHERS, GROUP = "chats-instance-1", "before-20261127", "somebody-elses", "chats-subnetgroup-1"
NESTED = "arn:aws:cloudformation:eu-central-1:123456789012:stack/chats-Database-1/1"


class CloudFormation:
    """Knows one stack, of any status, and its nested stack; no outputs, as a stack that failed has none."""

    def __init__(self) -> None:
        self.status = "CREATE_COMPLETE"
        self.resources = {
            "chats": {"Database": (NESTED, "CREATE_COMPLETE"), "Network": ("chats-Network-1", "CREATE_COMPLETE")},
            NESTED: {"Instance": (OWN, "CREATE_COMPLETE"), "SubnetGroup": (GROUP, "CREATE_COMPLETE")},
        }

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's names
        assert StackName == "chats"
        return {"Stacks": [{"StackStatus": self.status}]}

    def describe_stack_resources(self, StackName: str) -> Any:  # noqa: N803
        return {
            "StackResources": [
                {"LogicalResourceId": name, "PhysicalResourceId": physical, "ResourceStatus": status}
                for name, (physical, status) in self.resources[StackName].items()
            ]
        }


@pytest.fixture
def formation() -> CloudFormation:
    return CloudFormation()


@pytest.fixture(autouse=True)
def rds(formation: CloudFormation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """RDS with the stack's own database and one that has nothing to do with it, both unprotected."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        client: Any = boto3.client
        rds = client("rds")
        monkeypatch.setattr(boto3, "client", lambda name, **_: {"cloudformation": formation, "rds": rds}[name])
        subnets = [each["SubnetId"] for each in client("ec2").describe_subnets()["Subnets"]]
        for group in (GROUP, "another"):
            rds.create_db_subnet_group(DBSubnetGroupName=group, DBSubnetGroupDescription=group, SubnetIds=subnets[:2])
        make(rds, OWN, GROUP)
        make(rds, ANOTHERS, "another")
        yield rds


def make(rds: Any, name: str, group: str, *, is_protected: bool = False) -> None:
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        DBSubnetGroupName=group,
        DeletionProtection=is_protected,
    )


def is_protected(rds: Any, name: str) -> bool:
    return bool(rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DeletionProtection"])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_protection_is_switched_on_and_off_for_the_stacks_own_database_alone(
    rds: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make(rds, BESIDE, GROUP)
    assert cli.main(["protection", "on", "--stack", "chats"]) == 0
    assert [is_protected(rds, name) for name in (OWN, BESIDE, ANOTHERS)] == [True, False, False]
    assert f"The database {OWN} is protected from deletion: on." in said(capsys)
    assert cli.main(["protection", "off", "--stack", "chats"]) == 0
    assert not is_protected(rds, OWN)


def test_rds_refuses_to_delete_what_is_protected_and_keeps_it(rds: Any) -> None:
    cli.main(["protection", "on", "--stack", "chats"])
    with pytest.raises(ClientError, match="protect"):
        rds.delete_db_instance(DBInstanceIdentifier=OWN, SkipFinalSnapshot=True)
    assert is_protected(rds, OWN)


def test_a_stack_whose_database_is_protected_cannot_go_and_the_command_is_named(
    rds: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["protection", "on", "--stack", "chats"])
    capsys.readouterr()
    assert cli.main(["protection", "check", "--stack", "chats"]) == 1
    assert "`./chats protection off --stack chats`" in said(capsys)
    assert cli.main(["protection", "off", "--stack", "chats"]) == 0
    assert cli.main(["protection", "check", "--stack", "chats"]) == 0


@pytest.mark.parametrize("protected", [True, False])
def test_a_database_beside_keeps_the_stacks_network_and_the_named_commands_delete_it(
    rds: Any, capsys: pytest.CaptureFixture[str], protected: bool
) -> None:
    make(rds, BESIDE, GROUP, is_protected=protected)
    assert cli.main(["protection", "check", "--stack", "chats"]) == 1
    commands = re.findall(r"`aws rds (.+?)`", said(capsys))
    assert [command.split()[0] for command in commands] == ["modify-db-instance"] * protected + ["delete-db-instance"]
    for command in commands:
        assert f"--db-instance-identifier {BESIDE}" in command
    if protected:
        rds.modify_db_instance(DBInstanceIdentifier=BESIDE, DeletionProtection=False)
    rds.delete_db_instance(DBInstanceIdentifier=BESIDE, FinalDBSnapshotIdentifier=f"{BESIDE}-last")
    assert cli.main(["protection", "check", "--stack", "chats"]) == 0


@pytest.mark.parametrize(
    "status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"]
)
def test_it_works_in_every_state_that_a_failure_leaves(
    formation: CloudFormation, rds: Any, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    formation.status = status
    cli.main(["protection", "on", "--stack", "chats"])
    assert cli.main(["protection", "check", "--stack", "chats"]) == 1
    cli.main(["protection", "off", "--stack", "chats"])
    capsys.readouterr()
    assert cli.main(["protection", "check", "--stack", "chats"]) == 0
    assert f"Nothing prevents a deletion of the stack chats ({status})." in said(capsys)


@pytest.mark.parametrize(("status", "exit_code"), [("UPDATE_IN_PROGRESS", 1), ("REVIEW_IN_PROGRESS", 0)])
def test_a_stack_that_is_being_changed_is_waited_for(
    formation: CloudFormation, capsys: pytest.CaptureFixture[str], status: str, exit_code: int
) -> None:
    formation.status = status
    assert cli.main(["protection", "check", "--stack", "chats"]) == exit_code
    assert ("aws cloudformation cancel-update-stack --stack-name chats" in said(capsys)) == bool(exit_code)


@pytest.mark.parametrize("gone", [("chats", "Database"), (NESTED, "Instance")])
def test_what_is_not_made_or_gone_already_is_no_obstacle(
    formation: CloudFormation, capsys: pytest.CaptureFixture[str], gone: tuple[str, str]
) -> None:
    stack, name = gone
    formation.resources[stack][name] = (formation.resources[stack][name][0], "DELETE_COMPLETE")
    if name == "Instance":
        formation.resources[stack]["SubnetGroup"] = (GROUP, "DELETE_COMPLETE")
    assert cli.main(["protection", "on", "--stack", "chats"]) == 0
    assert "has no database of its own" in said(capsys)
    assert cli.main(["protection", "check", "--stack", "chats"]) == 0


def test_the_templates_have_what_the_command_looks_for() -> None:
    whole = read_template(ROOT / "template.yaml")["Resources"]
    nested = read_template(ROOT / "templates" / "database.yaml")["Resources"]
    assert whole[deployed_database.DATABASE_STACK]["Properties"]["TemplateURL"] == "templates/database.yaml"
    assert nested[deployed_database.INSTANCE]["Type"] == "AWS::RDS::DBInstance"
    assert nested[deployed_database.SUBNET_GROUP]["Type"] == "AWS::RDS::DBSubnetGroup"


def test_make_protects_only_what_was_deployed_and_asks_before_it_deletes() -> None:
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    deploy, destroy = (re.search(rf"^{name}:.*?\n\n", rules, re.M | re.S) for name in ("deploy", "destroy"))
    assert deploy and re.search(r"\$\(SAM\) deploy .*\n\t@\$\(MAKE\) .*protect\n", deploy[0], re.S)
    assert destroy and re.search(r"protection check .*\n\t@\$\(SAM\) delete", destroy[0])
