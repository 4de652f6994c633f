"""`./chats schedule` against moto's EventBridge Scheduler; only CloudFormation is played."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local import cli
from local.engine.cloudformation import read_template
from local.installation import deployed_schedule
from tests.support.project import ROOT

NAME = "chats-SyncSchedule-1ABC"
PROPERTIES = {
    "Description": "Syncs all active stores.",
    "ScheduleExpression": "cron(15 2 * * ? *)",
    "ScheduleExpressionTimezone": "Europe/Moscow",
    "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
    "Target": {
        "Arn": "arn:aws:states:eu-central-1:123456789012:stateMachine:chats-sync",
        "RoleArn": "arn:aws:iam::123456789012:role/SyncScheduleRole",
        "Input": "{}",
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-central-1:123456789012:letters"},
    },
}


class CloudFormation:
    """Knows one stack; a database or a function that the command asked would be no client that it can have."""

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803 - boto3's names
        assert (StackName, LogicalResourceId) == ("chats", "SyncSchedule")
        return {"StackResourceDetail": {"PhysicalResourceId": NAME}}


@pytest.fixture(autouse=True)
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stack's schedule that is on."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        client: Any = boto3.client
        clients = {"cloudformation": CloudFormation(), "scheduler": client("scheduler")}
        monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
        clients["scheduler"].create_schedule(Name=NAME, State="ENABLED", **PROPERTIES)
        yield clients["scheduler"]


def is_stored(scheduler: Any) -> tuple[str, dict[str, Any]]:
    """Return the schedule's state, and what else a stack gave it."""
    schedule = scheduler.get_schedule(Name=NAME)
    return schedule["State"], {name: schedule[name] for name in PROPERTIES}


def test_the_schedule_is_switched_off_and_on_and_else_stays_as_the_stack_made_it(
    scheduler: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["schedule", "off", "--stack", "chats"]) == 0
    assert is_stored(scheduler) == ("DISABLED", PROPERTIES)
    assert "To switch it on: `./chats schedule on --stack chats`" in capsys.readouterr().out
    assert cli.main(["schedule", "on", "--stack", "chats"]) == 0
    assert is_stored(scheduler) == ("ENABLED", PROPERTIES)
    assert "The schedule is on: cron(15 2 * * ? *)." in capsys.readouterr().out


def test_without_on_or_off_it_is_only_shown(scheduler: Any, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["schedule", "off", "--stack", "chats"])
    before = scheduler.get_schedule(Name=NAME)["LastModificationDate"]
    capsys.readouterr()
    assert cli.main(["schedule", "--stack", "chats"]) == 0
    assert "The schedule is off" in capsys.readouterr().out
    assert scheduler.get_schedule(Name=NAME)["LastModificationDate"] == before


def test_aws_own_words_are_told(scheduler: Any, capsys: pytest.CaptureFixture[str]) -> None:
    scheduler.delete_schedule(Name=NAME)
    assert cli.main(["schedule", "off", "--stack", "chats"]) == 1
    assert "AWS refused: Schedule" in capsys.readouterr().err


def test_the_template_has_the_schedule_that_the_command_looks_for() -> None:
    resources = read_template(ROOT / "template.yaml")["Resources"]
    assert resources[deployed_schedule.LOGICAL_ID]["Type"] == "AWS::Scheduler::Schedule"
