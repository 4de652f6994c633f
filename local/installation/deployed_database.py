"""The databases in a deployed stack's network, and RDS's protection of them from deletion.

The protection is RDS's own switch: it works in whatever state the stack is, and no deploy of the stack touches it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.installation.deployed_stack import call_aws

DATABASE_STACK, INSTANCE, SUBNET_GROUP = (
    "Database",
    "Instance",
    "SubnetGroup",
)  # in template.yaml, templates/database.yaml
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html: all others end by themselves
IN_PROGRESS, CAN_BE_DELETED = "_IN_PROGRESS", {"REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"}


@dataclass(frozen=True)
class DeployedDatabase:
    """An RDS instance in the stack's network: the stack's own, or one beside it, such as a restored one."""

    name: str
    is_own: bool
    is_protected: bool


def read_status(stack: str) -> str:
    """Return CloudFormation's status of the stack. Raises NotNowError when AWS does not know it, or denies access."""
    return str(call_aws("cloudformation", "describe_stacks", StackName=stack)["Stacks"][0]["StackStatus"])


def is_busy(status: str) -> bool:
    """Return whether AWS would refuse to delete a stack of this status until what it does now has ended."""
    return status.endswith(IN_PROGRESS) and status not in CAN_BE_DELETED


def find_databases(stack: str) -> list[DeployedDatabase]:
    """Return the databases that use the stack's groups, its own first; none where the database is a given one.

    It asks for the stack's resources and not for its outputs, which a stack that failed has not.

    Raises:
        NotNowError: AWS does not know the stack, or denies access.
    """
    nested = _resources(stack).get(DATABASE_STACK)
    made = _resources(nested) if nested else {}
    own, group = made.get(INSTANCE, ""), made.get(SUBNET_GROUP, "")
    found = [
        DeployedDatabase(
            name=instance["DBInstanceIdentifier"],
            is_own=instance["DBInstanceIdentifier"] == own,
            is_protected=instance["DeletionProtection"],
        )
        for instance in _instances()
        if instance["DBInstanceIdentifier"] == own or instance["DBSubnetGroup"]["DBSubnetGroupName"] == group
    ]
    return sorted(found, key=lambda database: not database.is_own)


def protect(database: DeployedDatabase, *, on: bool) -> None:
    """Let RDS refuse every deletion of it, or allow that. Raises NotNowError when AWS denies it."""
    call_aws(
        "rds",
        "modify_db_instance",
        DBInstanceIdentifier=database.name,
        DeletionProtection=on,
        ApplyImmediately=True,
    )


def _resources(stack: str) -> dict[str, str]:
    """Return the names that AWS gave the stack's resources that are there."""
    answer = call_aws("cloudformation", "describe_stack_resources", StackName=stack)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in answer["StackResources"]
        if each.get("PhysicalResourceId") and each["ResourceStatus"] != "DELETE_COMPLETE"
    }


def _instances() -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        answer = call_aws("rds", "describe_db_instances", **marker)
        found += answer["DBInstances"]
        if not answer.get("Marker"):
            return found
        marker = {"Marker": answer["Marker"]}
