"""The local AWS holds tokens and chats: the workers of its run reach it, and nobody else on the machine."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import urlsplit

import boto3
import pytest
from moto import backends

from local.engine.aws import Aws, local_aws
from local.engine.loopback import listening_socket

REGION = "eu-central-1"
NAME = "/stores/shop/token"
JUNK = f"AWS4-HMAC-SHA256 Credential=a/20260101/{REGION}/ssm/aws4_request, SignedHeaders=host, Signature=0"
SESSION = "known-to-the-workers"
KEYS: dict[str, Any] = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "aws_session_token": SESSION}
ASKING = {"X-Amz-Target": "AmazonSSM.GetParametersByPath", "Content-Type": "application/x-amz-json-1.1"}
QUESTION = json.dumps({"Path": "/stores", "Recursive": True, "WithDecryption": True})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with listening_socket() as listener, local_aws(REGION, listener, SESSION) as opened:
        opened.client("ssm").put_parameter(Name=NAME, Value="a token", Type="SecureString")
        yield opened


def status_and_body(aws: Aws, path: str, body: str, headers: dict[str, str]) -> tuple[int, str, str | None]:
    """Return the answer to a POST, and whom it lets read it."""
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint_url).netloc)
    connection.request("POST", path, body, headers)
    answered = connection.getresponse()
    said = answered.read().decode(), answered.getheader("Access-Control-Allow-Origin")
    connection.close()
    return answered.status, *said


def test_a_worker_reaches_it(aws: Aws) -> None:
    worker = boto3.client("ssm", region_name=REGION, endpoint_url=aws.endpoint_url, **KEYS)
    assert worker.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == "a token"
    known = {"Authorization": JUNK, "X-Amz-Security-Token": SESSION}
    assert status_and_body(aws, "/", QUESTION, ASKING | known)[0] == 200


@pytest.mark.parametrize("token", [None, "", "guessed", SESSION + "x", SESSION[:-1], "\xe9"])
@pytest.mark.parametrize("path", ["/", "/moto-api/data.json", f"/?X-Amz-Security-Token={SESSION}"])
def test_who_does_not_know_the_session_token_reads_nothing(aws: Aws, token: str | None, path: str) -> None:
    sent = {} if token is None else {"X-Amz-Security-Token": token}
    assert status_and_body(aws, path, QUESTION, ASKING | {"Authorization": JUNK} | sent) == (403, "", None)


def test_nor_empties_anything(aws: Aws) -> None:
    assert status_and_body(aws, "/moto-api/reset", "", {"Content-Type": "text/plain"})[0] == 403
    assert aws.client("ssm").get_parameter(Name=NAME)["Parameter"]["Name"] == NAME


def test_motos_folders_are_looked_through_once_and_not_for_each_request(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = MagicMock(side_effect=backends.list_of_moto_modules)
    monkeypatch.setattr(backends, "list_of_moto_modules", looks)
    for _ in range(3):
        known = {"Authorization": JUNK, "X-Amz-Security-Token": SESSION}
        assert status_and_body(aws, "/", QUESTION, ASKING | known)[0] == 200
    assert looks.call_count <= 2
