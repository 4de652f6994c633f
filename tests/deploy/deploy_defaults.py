"""Deploys the built stack with all defaults to ministack, syncs with it, and takes it through a stack's life.

Created with a network and a database of its own; a sync by the deployed state machine, compared with the local
engine's; the viewer switched on and off; a migration that fails, rolled back; deleted and awaited. What the emulator
lacks, and what therefore is not shown: its RDS is a record without a server, so the functions are led to a Postgres of
this machine; no IAM, no routes, no TLS, no deletion protection, no snapshot.

Run by `make check-deploy`: python tests/deploy/deploy_defaults.py BUILD_FOLDER SAM MINISTACK
"""

import json
import os
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import boto3
import yaml

from database.connection import connect, read_address
from local.engine.cloudformation import read_template
from local.engine.postgres import Postgres
from tests.deploy import deployed_sync
from tests.deploy.deploy_to_emulator import (
    HERE,
    STACK,
    a_database,
    chats,
    delete_the_stack,
    emulator,
    function_versions,
    run_sam,
    the_stack,
    without_metric_math,
)
from tests.deploy.emulated_account import happened
from tests.support.project import ROOT, free_port

VIEWER = ("ViewerIssuer=https://cognito-idp.eu-central-1.amazonaws.com/pool", "ViewerAudience=client")
NO_VIEWER = ('ViewerIssuer=""', 'ViewerAudience=""')  # a parameter that is not named keeps its value
FAILING_MIGRATION = "9999_divides_by_zero.sql"


def main(build: Path, sam: str, ministack: str) -> None:
    """Take a stack through its life. Raises when anything of it fails."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="chat-history-sync-")))
        folder.chmod(0o711)
        database = undo.enter_context(Postgres(folder / "data", durable=False))
        port = a_database(database.url)
        os.environ.update(undo.enter_context(emulator(ministack, folder)))
        prepare_build(build, master_secret(database.url))
        wildberries = free_port()
        parameters = [*HERE, f"DatabasePort={port}", f"WbApiUrl=http://127.0.0.1:{wildberries}"]
        deploy(sam, build, "created with all defaults", parameters)
        sync_and_compare(wildberries, database.url, folder)
        deploy(sam, build, "viewer on", [*parameters, *VIEWER])
        show_a_page()
        fail_a_migration(sam, build, [*parameters, *VIEWER])
        deploy(sam, build, "viewer off", [*parameters, *NO_VIEWER])
        assert "ViewerUrl" not in outputs()
        delete_the_stack()


def prepare_build(build: Path, secret_arn: str) -> None:
    """Lead the functions to this machine's Postgres, and leave out what the emulator cannot read."""
    observability = build / "Observability" / "template.yaml"
    without_metric_math(observability)
    # It knows no Split in a condition. For the default class the condition is this one.
    change(observability, "Conditions", "CountsCpuCredits", {"Condition": "WatchesDatabase"})
    database = build / "Database" / "template.yaml"
    change(database, "Outputs", "Host", {"Value": "127.0.0.1"})
    change(database, "Outputs", "MasterSecretArn", {"Value": secret_arn})


def change(file: Path, section: str, name: str, value: dict[str, str]) -> None:
    """Replace one entry of a template."""
    template = read_template(file)
    assert name in template[section], name
    template[section][name] = value
    file.write_text(yaml.safe_dump(template), encoding="utf-8")


def master_secret(database_url: str) -> str:
    """Make the owner that RDS would make, and the secret with its login; return the secret's ARN."""
    with closing(connect(read_address(database_url))) as admin:
        admin.run("CREATE ROLE chats_owner LOGIN CREATEROLE")
        admin.run("ALTER DATABASE chats OWNER TO chats_owner")
        admin.run("GRANT rds_iam TO chats_owner WITH ADMIN OPTION")
    login = json.dumps({"username": "chats_owner", "password": "trusted"})
    return str(boto3.client("secretsmanager").create_secret(Name="master", SecretString=login)["ARN"])


def deploy(sam: str, build: Path, what: str, parameters: list[str]) -> None:
    """Deploy, and say how the stack stands then."""
    run_sam(sam, build, parameters)
    print(f"{what}: {the_stack()['StackStatus']}, {len(resources())} resources", flush=True)


def resources() -> list[Any]:
    """Return the stack's resources, those of nested stacks aside."""
    return list(boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"])


def outputs() -> dict[str, str]:
    """Return the stack's outputs."""
    return {output["OutputKey"]: output["OutputValue"] for output in the_stack()["Outputs"]}


def sync_and_compare(wildberries: int, server_url: str, folder: Path) -> None:
    """Sync with the deployed state machine and with the local engine, and compare the rows."""
    for store in deployed_sync.stores():
        chats("store", "add", store.id, "--name", store.name, "--stack", STACK, typed=store.token)
    counts = deployed_sync.sync_deployed(outputs()["StateMachineArn"], wildberries)
    print("synced by the deployed state machine:", counts)
    deployed, here = f"{server_url.rpartition('/')[0]}/chats", deployed_sync.new_database(server_url, "here")
    deployed_sync.sync_here(wildberries, here, folder)
    deployed_sync.assert_same_rows(deployed, here)


def show_a_page() -> None:
    """Invoke the viewer's function as its API does."""
    name = next(each["PhysicalResourceId"] for each in resources() if each["LogicalResourceId"] == "ViewerFunction")
    event = (ROOT / "events" / "viewer.json").read_bytes()
    page = json.loads(boto3.client("lambda").invoke(FunctionName=name, Payload=event)["Payload"].read())
    assert page["statusCode"] == 200, page
    print("viewer:", outputs()["ViewerUrl"], page["statusCode"])


def fail_a_migration(sam: str, build: Path, parameters: list[str]) -> None:
    """Deploy with a migration that fails: the stack returns to what it was, and still answers."""
    functions = function_versions()
    migration = build / "MigrationsLayer" / "python" / "migrations" / FAILING_MIGRATION
    migration.write_text("SELECT 1 / 0;\n", encoding="utf-8")
    try:
        run_sam(sam, build, parameters)
    except SystemExit:
        print("a failing migration:", the_stack()["StackStatus"], flush=True)
    finally:
        migration.unlink()
    assert the_stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {name for name, state in happened(STACK) if state == "UPDATE_FAILED"} == {"PreparedDatabase"}
    assert function_versions() == functions
    assert "turgunov" in chats("status", "--stack", STACK)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:4])
