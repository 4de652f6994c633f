"""A function that has slept for weeks, as boto3 meets it: Lambda's refusals over real HTTP, until it is awake."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, cast

import boto3
import botocore.session
import pytest

from chatsync.sleeping_functions import PAUSE_SECONDS, PAUSES
from functions.prepare_database.app import PATIENT
from local import cli
from local.engine.cloudformation import read_template
from tests.deploy.stack_outputs import OUTPUTS
from tests.support.project import ROOT

INVOKE = botocore.session.get_session().get_service_model("lambda").operation_model("Invoke")
STATUSES = {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in INVOKE.error_shapes}

# What Invoke's description says of these: wait and try again.
WAKING = [
    "CodeArtifactUserDeletedException",
    "CodeArtifactUserPendingException",
    "EC2ThrottledException",
    "ENINotReadyException",
    "ResourceConflictException",
    "ResourceNotReadyException",
]


class Lambda(HTTPServer):
    """Refuses as often as it is told to, with one error, and then answers that there is no open problem."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.refusals, self.error, self.requests = 0, "", 0


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast(Lambda, self.server)
        self.rfile.read(int(self.headers["Content-Length"]))
        server.requests += 1
        if server.requests > server.refusals:
            self._answer(200, {"problems": [], "total": 0})
        else:
            self._answer(STATUSES[server.error], {"Message": "Not now."}, server.error)

    def _answer(self, status: int, body: dict[str, Any], error: str | None = None) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def lambda_(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    """Lambda at an address of its own, and the stack `chats`, whose outputs alone are played."""
    client: Any = boto3.client

    class CloudFormation:
        def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
            return {"Stacks": [{"Outputs": OUTPUTS}]}

    def chosen(name: str, **options: Any) -> Any:
        return CloudFormation() if name == "cloudformation" else client(name, **options)

    with Lambda() as server:
        environment = {
            "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{server.server_port}",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "client", chosen)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def list_problems(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.main(["problems", "--stack", "chats"])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("error", WAKING)
def test_a_command_waits_until_its_function_is_awake_and_says_so_once(
    lambda_: Lambda, waits: list[float], capsys: pytest.CaptureFixture[str], error: str
) -> None:
    lambda_.refusals, lambda_.error = 3, error
    code, out, err = list_problems(capsys)
    assert (code, lambda_.requests, waits) == (0, 4, [PAUSE_SECONDS] * 3)
    assert "open" in out
    assert err.count("ReadDataFunction has not been used for weeks. AWS wakes it") == err.count("\n") == 1


def test_a_command_gives_up_after_three_minutes_and_says_what_to_do(
    lambda_: Lambda, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    lambda_.refusals, lambda_.error = 1000, "ResourceNotReadyException"
    code, _, err = list_problems(capsys)
    assert (code, lambda_.requests, sum(waits)) == (1, PAUSES + 1, 180)
    assert "did not wake it within three minutes (ResourceNotReadyException). Nothing was done. Try again" in err


@pytest.mark.parametrize("error", ["ResourceNotFoundException", "TooManyRequestsException", "ServiceException"])
def test_another_refusal_is_no_sleep(
    lambda_: Lambda, waits: list[float], capsys: pytest.CaptureFixture[str], error: str
) -> None:
    lambda_.refusals, lambda_.error = 1000, error
    code, _, err = list_problems(capsys)
    assert (code, lambda_.requests, waits) == (1, 1, [])
    assert "weeks" not in err


def test_a_deploy_may_wake_the_migrating_function_and_wait_for_it_within_its_own_time_out() -> None:
    resources = read_template(ROOT / "template.yaml")["Resources"]
    waiting = resources["PrepareDatabaseFunction"]["Properties"]["Timeout"]
    assert PAUSES * PAUSE_SECONDS + cast(Any, PATIENT).read_timeout < waiting
