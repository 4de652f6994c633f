"""The definitions of AWS's calls that functions go by: cut from botocore's own, and enough for the calls they make."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from moto import mock_aws

from chatsync.aws_clients import DEFINITIONS, make_client
from layers.aws_definitions import CALLS, cut_definitions

WRITTEN = {str(file.relative_to(DEFINITIONS)): file for file in DEFINITIONS.rglob("*.json")}


def test_the_definitions_are_those_of_the_locked_botocore() -> None:
    """Else run `python layers/aws_definitions.py`."""
    assert {path: json.loads(file.read_text(encoding="utf-8")) for path, file in WRITTEN.items()} == cut_definitions()


@pytest.mark.parametrize(("service", "calls"), CALLS.items())
def test_a_client_can_make_these_calls_as_botocores_own_would(
    service: str, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")  # another partition than most
    client = make_client(service)
    model = client.meta.service_model
    assert sorted(model.operation_names) == sorted(calls)
    whole = Loader().load_service_model(service, "service-2")
    for call in calls:
        assert set(model.operation_model(call).input_shape.members) == set(
            whole["shapes"][whole["operations"][call]["input"]["shape"]]["members"]
        )
    assert client.meta.endpoint_url.endswith(".amazonaws.com.cn")


def test_no_definition_is_left_of_a_service_without_calls() -> None:
    assert {Path(path).parts[0] for path in WRITTEN} == {*CALLS, "endpoints.json"}


@pytest.mark.parametrize(
    ("service", "call", "arguments", "code"),
    [
        ("lambda", "invoke", {"FunctionName": "x", "Payload": b"{}"}, "ResourceNotFoundException"),
        ("s3", "get_object", {"Bucket": "x-bucket", "Key": "x"}, "NoSuchBucket"),
        ("s3", "put_object", {"Bucket": "x-bucket", "Key": "x", "Body": b"x"}, "NoSuchBucket"),
        ("secretsmanager", "get_secret_value", {"SecretId": "x"}, "ResourceNotFoundException"),
        ("ssm", "get_parameter", {"Name": "/x", "WithDecryption": True}, "ParameterNotFound"),
    ],
)
def test_each_call_reaches_aws_and_its_refusal_is_understood(
    service: str, call: str, arguments: dict[str, object], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws(), pytest.raises(ClientError) as refused:
        getattr(make_client(service), call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
