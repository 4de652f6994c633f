"""What is in the emulator's account: what a stack made there, and what it left."""

import boto3

KINDS = ("databases", "networks", "buckets", "functions", "state machines", "log groups")
NOTHING: dict[str, list[str]] = {kind: [] for kind in KINDS}


def what_is_left() -> dict[str, list[str]]:
    """Return what could hold data, cost money or run, but not sam's own bucket and the account's own network."""
    databases = boto3.client("rds").describe_db_instances()["DBInstances"]
    networks = boto3.client("ec2").describe_vpcs()["Vpcs"]
    buckets = boto3.client("s3").list_buckets()["Buckets"]
    functions = boto3.client("lambda").list_functions(MaxItems=50)["Functions"]
    machines = boto3.client("stepfunctions").list_state_machines()["stateMachines"]
    logs = boto3.client("logs").describe_log_groups()["logGroups"]
    return {
        "databases": [each["DBInstanceIdentifier"] for each in databases],
        "networks": [each["VpcId"] for each in networks if not each["IsDefault"]],
        "buckets": [each["Name"] for each in buckets if not each["Name"].startswith("aws-sam-cli")],
        "functions": [each["FunctionName"] for each in functions],
        "state machines": [each["name"] for each in machines],
        "log groups": [each["logGroupName"] for each in logs],
    }


def own_resources(stack: str) -> dict[str, str]:
    """Return what the nested stacks of network and database made, with the names that AWS gave."""
    formation = boto3.client("cloudformation")
    nested = [
        each["PhysicalResourceId"]
        for each in formation.describe_stack_resources(StackName=stack)["StackResources"]
        if each["LogicalResourceId"] in {"Network", "Database"}
    ]
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for name in nested
        for each in formation.describe_stack_resources(StackName=name)["StackResources"]
    }


def happened(stack: str) -> set[tuple[str, str]]:
    """Return which of the stack's resources came into which state."""
    events = boto3.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return {(event["LogicalResourceId"], event["ResourceStatus"]) for event in events}
