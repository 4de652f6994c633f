"""Deploys the built stack with `sam deploy` to ministack, a local AWS emulator, over a real Postgres, and uses it.

What runs for real: sam's packaging, the SAM transform, nested stacks, the custom resource and the functions it starts,
the migrations, `./chats store`, `status`, `problems` and `schedule`. A first deploy with a database of the stack's own
fails, as the emulator's RDS has no Postgres, and is taken back; the next ones are given one, in the network that the
stack makes. What it cannot show: IAM, what a VPC lets through, RDS, TLS, quotas, metric-math alarms (it has none; they
are taken out).

Run by `make check-deploy`: python tests/deploy/deploy_to_emulator.py BUILD_FOLDER SECOND_BUILD_FOLDER SAM MINISTACK
"""

import json
import os
import platform
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import yaml

from database.connection import connect, read_address
from local.engine.cloudformation import read_template
from local.engine.postgres import Postgres
from local.simulator.world import small_world
from tests.deploy.emulated_account import NOTHING, happened, own_resources, what_is_left
from tests.support.waiting import wait_until

STACK, START_SECONDS = "smoke", 60
NO_CHANGES = "No changes to deploy"  # as sam says it
HERE = (
    f"PythonRuntime=python3.{sys.version_info.minor}",
    f"Architecture={'arm64' if platform.machine() in {'arm64', 'aarch64'} else 'x86_64'}",
)


def main(build: Path, again: Path, sam: str, ministack: str) -> None:
    """Fail, deploy, use the stack, deploy anew with and without changes, delete. Raises when it goes another way."""
    for each in (build, again):
        without_metric_math(each / "Observability" / "template.yaml")
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="chat-history-sync-")))
        folder.chmod(0o711)
        with Postgres(folder / "data", durable=False) as database:
            port = a_database(database.url)
            os.environ.update(undo.enter_context(emulator(ministack, folder)))
            owner = f"DatabaseMasterSecretArn={a_secret()}"  # The emulator's RDS makes none.
            take_back_a_first_deploy(sam, build, ["DatabaseResourceId=db-1", owner, *HERE])
            parameters = ["DatabaseHost=127.0.0.1", f"DatabasePort={port}", owner, *HERE]
            run_sam(sam, build, [*parameters, "DatabaseResourceId=db-1"])
            print("deployed:", [output["OutputKey"] for output in the_stack()["Outputs"]])
            add_a_store()
            print("listed:", listed())
            ask_the_stack()
            parameters.append("DatabaseResourceId=db-2")
            tell_of_another_instance(sam, build, parameters)
        switch_and_deploy_without_a_database(sam, again, parameters)
        delete_the_stack()


def take_back_a_first_deploy(sam: str, build: Path, parameters: list[str]) -> None:
    """Let a first deploy fail after it has made network, database and bucket; nothing of them may be left."""
    with suppress(SystemExit):
        run_sam(sam, build, parameters)
    assert {("Database", "CREATE_COMPLETE"), ("PreparedDatabase", "CREATE_FAILED")} <= happened(STACK)
    assert the_stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert what_is_left() == NOTHING, what_is_left()
    print("a first deploy that fails:", chats("protection", "check", "--stack", STACK), end="")
    boto3.client("cloudformation").delete_stack(StackName=STACK)


def tell_of_another_instance(sam: str, build: Path, parameters: list[str]) -> None:
    """Update the stack as after a restore: its network and groups stay as they are."""
    before = own_resources(STACK)
    run_sam(sam, build, parameters)
    assert own_resources(STACK) == before
    assert {"S3Endpoint", "RouteOfSubnetA", "SubnetGroup", "SecurityGroup", "ParameterGroup"} <= before.keys()
    print("told of another instance: kept", *sorted(before.keys() - {"Nothing"}))


def delete_the_stack() -> None:
    """Delete it and wait; only the bucket, which may hold pages, stays."""
    bucket = the_stack_output("PageBucketName")
    boto3.client("cloudformation").delete_stack(StackName=STACK)
    boto3.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName=STACK)
    assert what_is_left() == {**NOTHING, "buckets": [bucket]}, what_is_left()
    print("deleted; left:", bucket)


def switch_and_deploy_without_a_database(sam: str, again: Path, parameters: list[str]) -> None:
    """Switch the schedule off, deploy what was built again, then with another parameter; Postgres is down."""
    functions = function_versions()
    chats("schedule", "off", "--stack", STACK)
    assert NO_CHANGES in run_sam(sam, again, parameters)
    run_sam(sam, again, [*parameters, "LogDays=7"])
    assert function_versions() == functions
    print("deployed again, without the database:", the_stack()["StackStatus"])
    assert "The schedule is off" in chats("schedule", "--stack", STACK)


def function_versions() -> dict[str, tuple[str, list[str]]]:
    """Return each function's code and layers."""
    functions = boto3.client("lambda").list_functions(MaxItems=50)["Functions"]
    return {
        each["FunctionName"]: (each["CodeSha256"], [layer["Arn"] for layer in each.get("Layers", [])])
        for each in functions
    }


def a_secret() -> str:
    """Make the secret of the database's owner, and return its ARN."""
    secret = json.dumps({"username": "postgres", "password": "trusted"})
    return str(boto3.client("secretsmanager").create_secret(Name="master", SecretString=secret)["ARN"])


def without_metric_math(file: Path) -> None:
    """The emulator refuses such alarms; cfn-lint has looked at them."""
    template = read_template(file)
    resources = template["Resources"]
    template["Resources"] = {name: each for name, each in resources.items() if "Metrics" not in each["Properties"]}
    print("left out:", sorted(set(resources) - set(template["Resources"])))
    file.write_text(yaml.safe_dump(template), encoding="utf-8")


def a_database(url: str) -> int:
    """Make what RDS has from the beginning, and return Postgres' port."""
    with closing(connect(read_address(url))) as owner:
        owner.run("CREATE ROLE rds_iam")
        owner.run("CREATE DATABASE chats")
    return read_address(url).port


@contextmanager
def emulator(command: str, folder: Path) -> Iterator[dict[str, str]]:
    """Start ministack on a free port; yield the environment that leads boto3 and sam to it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    with (folder / "ministack.log").open("wb") as log:
        server = subprocess.Popen(
            [command], env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        said = folder / "ministack.log"
        wait_until(lambda: "Running on" in said.read_text(errors="replace") or server.poll() is not None, START_SECONDS)
        assert server.poll() is None, "ministack did not start"
        credentials = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        yield {**credentials, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "SAM_CLI_TELEMETRY": "0"}
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # with the functions it started; asked politely, it may wait for ever
        server.wait()


def run_sam(sam: str, build: Path, parameters: list[str]) -> str:
    """Run `sam deploy` as `make deploy` does; return what it said, or show it when it fails."""
    given = ["--stack-name", STACK, "--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    given += ["--no-progressbar", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    line = [
        sam,
        "deploy",
        "--template-file",
        str(build / "template.yaml"),
        *given,
        "--parameter-overrides",
        *parameters,
    ]
    done = subprocess.run(line, capture_output=True, text=True, cwd=build, check=False)
    said = done.stdout + done.stderr
    if done.returncode:
        raise SystemExit("sam deploy failed\n" + re.sub(r"\n\s*\n", "\n", said)[-6000:])
    return said


def the_stack() -> dict[str, Any]:
    """Return the stack as CloudFormation describes it."""
    return dict(boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0])


def the_stack_output(key: str) -> str:
    """Return one of the stack's outputs."""
    return next(str(output["OutputValue"]) for output in the_stack()["Outputs"] if output["OutputKey"] == key)


def chats(*words: str, typed: str = "") -> str:
    """Run `./chats`, and return what it printed."""
    command = [sys.executable, "-m", "local", *words]
    return subprocess.run(command, input=typed, stdout=subprocess.PIPE, text=True, check=True).stdout


def add_a_store() -> None:
    """Add one through the command, with a token on stdin."""
    store = next(store for store in small_world(datetime.now(UTC)).stores if store.id == "chay-lipa")
    print(chats("store", "add", store.id, "--name", store.name, "--stack", STACK, typed=store.token), end="")


def ask_the_stack() -> None:
    """Ask what it holds through the commands, which invoke ReadDataFunction and ChangeDataFunction."""
    answers = {"status": "chay-lipa", "problems": "No open problems", "problems --retry": "No open problems"}
    answers["sql --csv 'SELECT current_user, id FROM stores'"] = "chat_reader,chay-lipa"
    for words, answer in answers.items():
        said = chats(*shlex.split(words), "--stack", STACK)
        assert answer in said, said
    print("asked:", *answers, sep="\n  ")


def listed() -> object:
    """Invoke the deployed ListStoresFunction, which logs in as the functions' own user."""
    names = [each["FunctionName"] for each in boto3.client("lambda").list_functions(MaxItems=50)["Functions"]]
    name = next(name for name in names if "ListStoresFunction" in name)
    payload = json.dumps({"execution_name": "smoke", "input": {}}).encode()
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=payload)["Payload"].read()
    found = json.loads(answer)
    bucket = the_stack_output("PageBucketName")
    stores = boto3.client("s3").get_object(Bucket=bucket, Key=found["stores_key"])["Body"].read()
    assert json.loads(stores) == [{"store_id": "chay-lipa"}], found
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), *sys.argv[3:5])
