"""The local AWS holds tokens and chats: this machine's programs reach it, a page in its browser does not."""

import http.client
import json
from collections.abc import Iterator
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
ASKING = {"X-Amz-Target": "AmazonSSM.GetParametersByPath", "Content-Type": "application/x-amz-json-1.1"}
QUESTION = json.dumps({"Path": "/stores", "Recursive": True, "WithDecryption": True})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with listening_socket() as listener, local_aws(REGION, listener) as opened:
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
    worker = boto3.client("ssm", region_name=REGION, endpoint_url=aws.endpoint_url)
    assert worker.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"] == "a token"
    assert status_and_body(aws, "/", QUESTION, ASKING | {"Authorization": JUNK})[0] == 200


@pytest.mark.parametrize("page", [{"Origin": "https://evil.example"}, {"Host": "rebound.evil.example:1234"}])
def test_a_page_in_the_browser_reads_nothing(aws: Aws, page: dict[str, str]) -> None:
    assert status_and_body(aws, "/", QUESTION, ASKING | {"Authorization": JUNK} | page) == (403, "", None)


def test_a_page_in_the_browser_empties_nothing(aws: Aws) -> None:
    page = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    assert status_and_body(aws, "/moto-api/reset", "", page)[0] == 403
    assert aws.client("ssm").get_parameter(Name=NAME)["Parameter"]["Name"] == NAME


def test_motos_folders_are_looked_through_once_and_not_for_each_request(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = MagicMock(side_effect=backends.list_of_moto_modules)
    monkeypatch.setattr(backends, "list_of_moto_modules", looks)
    for _ in range(3):
        assert status_and_body(aws, "/", QUESTION, ASKING | {"Authorization": JUNK})[0] == 200
    assert looks.call_count <= 2
