"""docs/restore.md, pasted into bash block by block: with the AWS CLI, against moto's RDS and CloudFormation.

`make` is played, as moto is no stack with functions. What RDS itself does with data no emulator shows.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from local.engine.cloudformation import read_template
from tests.support.project import ROOT

pytestmark = pytest.mark.built

PAGE = (ROOT / "docs" / "restore.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.M | re.S)
STOP, NAMES, TO_A_MOMENT, FROM_A_SNAPSHOT, SECRET, SWAP, TELL, LOOK, CLEAN_UP = BLOCKS
TOOLS = ROOT / ".local" / "tools" / "awscli" / "bin"
STACK, OLD, REGION = "chat-history-sync", "chat-history-sync-database-1-instance-1", "eu-central-1"
PARAMETERS = {
    "DatabaseClass": "db.t4g.small",
    "DatabasePort": "5433",
    "DatabaseMultiAz": "true",
    "DatabaseStorageMostGb": "150",
    "DatabaseBackupDays": "9",
}
# moto's restored instance has a secret; RDS's has none.
WITHOUT_SECRET = """aws rds modify-db-instance --db-instance-identifier "$RESTORED" --no-manage-master-user-password \\
    --master-user-password of-the-backup"""
HUNG_SECONDS = 120  # The page waits without end for what never becomes available.
# The names of the API where CloudFormation has others.
API_NAMES = {
    "VPCSecurityGroups": "VpcSecurityGroupIds",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
}
# Of the instance in the template, what a restore takes over from the backup, or what is no setting of an instance.
OF_THE_BACKUP = {"AllocatedStorage", "DBName", "Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "Tags"}
NOT_DESCRIBED = {"DeleteAutomatedBackups"}  # an option of a deletion; the page's own has it


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto, and the environment that leads boto3 and the AWS CLI to it."""
    for name in ("", ".validation", ".validation.exceptions"):  # of moto's API Gateway, which CloudFormation imports
        monkeypatch.setitem(sys.modules, f"openapi_spec_validator{name}", Mock())
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)  # What moto knows outlives its server.
    yield
    server.stop()


@pytest.fixture
def old(aws: None) -> dict[str, Any]:
    """A stack with its database as the template makes it, and a snapshot; returns the database's description."""
    groups = make_groups()
    make_stack(groups)
    boto3.client("rds").create_db_instance(**settings_of_the_template(groups))
    boto3.client("rds").create_db_snapshot(DBInstanceIdentifier=OLD, DBSnapshotIdentifier="SNAPSHOT")
    return described(OLD)


def make_groups() -> dict[str, str]:
    """Make the three groups of templates/database.yaml, and return their names by the stack's outputs."""
    ec2, rds = boto3.client("ec2"), boto3.client("rds")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    group = ec2.create_security_group(GroupName="database", Description="database", VpcId=vpc)["GroupId"]
    rds.create_db_subnet_group(DBSubnetGroupName="ours", DBSubnetGroupDescription="ours", SubnetIds=subnets)
    rds.create_db_parameter_group(DBParameterGroupName="ours", DBParameterGroupFamily="postgres17", Description="ours")
    return {"DatabaseSubnetGroup": "ours", "DatabaseSecurityGroup": group, "DatabaseParameterGroup": "ours"}


def make_stack(groups: dict[str, str]) -> None:
    """Make a stack that has the parameters and outputs that the page asks for."""
    template = {
        "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in {"DatabaseInstance": OLD, **groups}.items()},
    }
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()]
    boto3.client("cloudformation").create_stack(
        StackName=STACK, TemplateBody=json.dumps(template), Parameters=parameters
    )


def settings_of_the_template(groups: dict[str, str]) -> dict[str, Any]:
    """Return what creates the instance of templates/database.yaml."""
    properties = read_template(ROOT / "templates" / "database.yaml")["Resources"]["Instance"]["Properties"]
    told = {
        **{"DBInstanceClass": PARAMETERS["DatabaseClass"], "Port": int(PARAMETERS["DatabasePort"]), "MultiAZ": True},
        **{"MaxAllocatedStorage": int(PARAMETERS["DatabaseStorageMostGb"]), "AllocatedStorage": 20, "DBName": "chats"},
        **{"BackupRetentionPeriod": int(PARAMETERS["DatabaseBackupDays"]), "Tags": []},
        "DBSubnetGroupName": groups["DatabaseSubnetGroup"],
        "DBParameterGroupName": groups["DatabaseParameterGroup"],
        "VPCSecurityGroups": [groups["DatabaseSecurityGroup"]],
    }
    settings = {name: told.get(name, value) for name, value in properties.items() if name not in NOT_DESCRIBED}
    settings["VpcSecurityGroupIds"] = settings.pop("VPCSecurityGroups")
    return {**settings, "DBInstanceIdentifier": OLD, "DeletionProtection": True}


def described(name: str) -> dict[str, Any]:
    """Return an instance as RDS describes it, each property under its name in the template."""
    found: dict[str, Any] = dict(boto3.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])
    return {
        **found,
        "DBSubnetGroupName": found["DBSubnetGroup"]["DBSubnetGroupName"],
        "DBParameterGroupName": [each["DBParameterGroupName"] for each in found["DBParameterGroups"]],
        "VpcSecurityGroupIds": [each["VpcSecurityGroupId"] for each in found["VpcSecurityGroups"]],
        "Port": found["Endpoint"]["Port"],
        "ManageMasterUserPassword": "MasterUserSecret" in found,
    }


def paste(folder: Path, *blocks: str) -> str:
    """Run the blocks in one shell as they stand; return what make was called with."""
    calls = folder / "calls"
    played = f'make() {{ printf "%s\\n" "$*" >> {calls}; }}\n'
    (folder / "chats").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "chats").chmod(0o755)
    environment = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    script = "set -eu\n" + played + "\n".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script],
        timeout=HUNG_SECONDS,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return calls.read_text(encoding="utf-8") if calls.exists() else ""


@pytest.mark.parametrize("restore", [TO_A_MOMENT, FROM_A_SNAPSHOT], ids=["to a moment", "from a snapshot"])
def test_the_restored_database_takes_the_old_ones_place_with_all_that_the_template_says(
    old: dict[str, Any], tmp_path: Path, restore: str
) -> None:
    calls = paste(tmp_path, STOP, NAMES, restore, WITHOUT_SECRET, SECRET, SWAP, TELL, LOOK)
    new = described(OLD)
    properties = read_template(ROOT / "templates" / "database.yaml")["Resources"]["Instance"]["Properties"]
    compared = {API_NAMES.get(name, name) for name in properties.keys() - OF_THE_BACKUP - NOT_DESCRIBED}
    assert {name: new[name] for name in compared} == {name: old[name] for name in compared}
    assert new["DeletionProtection"]
    told = dict(re.findall(r"(Database\w+)=(\S+)", calls))
    secret = new["MasterUserSecret"]["SecretArn"]
    assert told == {"DatabaseResourceId": new["DbiResourceId"], "DatabaseMasterSecretArn": secret}
    assert secret != old["MasterUserSecret"]["SecretArn"]


def test_the_old_database_is_kept_and_protected_until_it_is_deleted_on_purpose(
    old: dict[str, Any], tmp_path: Path
) -> None:
    paste(tmp_path, STOP, NAMES, FROM_A_SNAPSHOT, SECRET, SWAP)
    rds = boto3.client("rds")
    names = [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
    before = next(name for name in names if name.startswith("before-"))
    assert sorted(names) == sorted([OLD, before])
    kept = described(before)
    assert kept["DeletionProtection"]
    assert kept["MasterUserSecret"]["SecretArn"] == old["MasterUserSecret"]["SecretArn"]
    paste(tmp_path, STOP, f"BEFORE={before}", NAMES.partition("NOW=")[0], CLEAN_UP)
    assert [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]] == [OLD]
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{before}-last")["DBSnapshots"]


def test_what_the_page_asks_for_the_stack_has() -> None:
    template = read_template(ROOT / "template.yaml")
    assert set(re.findall(r"\(output (\w+)\)", PAGE)) <= template["Outputs"].keys()
    assert set(re.findall(r"\(parameter (\w+)\)", PAGE)) == PARAMETERS.keys() <= template["Parameters"].keys()
