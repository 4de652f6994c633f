"""What each role of the deployed stack may do, after the SAM transform: run offline, as CloudFormation would run it."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from local.engine.cloudformation import read_template
from tests.support.project import ROOT

LIBRARIES = ROOT / ".local" / "sam"
SHORTER = (("arn:${AWS::Partition}:", ""), ("${AWS::Region}:${AWS::AccountId}:", ""))


@dataclass(frozen=True, order=True)
class Permission:
    """One statement of a role, as a row of docs/permissions.md has it."""

    who: str
    action: str
    resource: str

    @property
    def has_wildcard(self) -> bool:
        """Whether it allows more than the things that it names, as all of AWS's own policies do."""
        return "*" in self.resource or "*" in self.action or "?" in self.resource or self.resource == "AWS's policy"


@cache
def transformed() -> dict[str, Any]:
    """Return the template as CloudFormation gets it from SAM."""
    template = copy.deepcopy(read_template(ROOT / "template.yaml"))
    for resource in template["Resources"].values():
        for uri in {"CodeUri", "ContentUri", "DefinitionUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][uri] = "s3://bucket/key"  # where `sam deploy` would have put it
    environment = {"PYTHONPATH": str(LIBRARIES), "AWS_DEFAULT_REGION": "eu-central-1"}
    command = [sys.executable, str(ROOT / "tests" / "template" / "sam" / "transform.py")]
    done = subprocess.run(
        command, env=environment, input=json.dumps(template), capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def permissions() -> set[Permission]:
    """Return every statement of every role."""
    return {
        permission
        for name, resource in transformed()["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
        for permission in _of_role(re.sub("Role$", "", name), resource["Properties"])
    }


def _of_role(who: str, role: dict[str, Any]) -> Iterator[Permission]:
    for arn in role.get("ManagedPolicyArns", []):
        yield Permission(who, _text(arn).rpartition("/")[2], "AWS's policy")
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in _list(statement["Resource"]):
                yield Permission(who, ", ".join(_list(statement["Action"])), _text(resource))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """Write a resource as a person would: names of the template instead of intrinsic functions."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Sub":
        for long, short in SHORTER:
            argument = argument.replace(long, short)
        return str(argument)
    return "${" + (".".join(argument) if isinstance(argument, list) else str(argument)) + "}"
