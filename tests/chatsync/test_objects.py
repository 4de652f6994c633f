"""Pages of rows in S3: what was written is read, to the letter."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chatsync import objects
from chatsync.errors import SettingMissingError
from chatsync.objects import object_key, read_object, write_object, write_stores_to_sync

BUCKET = "pages-bucket"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """The pages' bucket, which PAGE_BUCKET names."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("PAGE_BUCKET", BUCKET)
        objects.s3_client.cache_clear()
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield s3
    objects.s3_client.cache_clear()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [1, 1.5, None, True, "два", {"a": [{}]}],
        ["\0", "\ud800", "\u202eобратно", "👍🏽", "\u2028", '"\\'],
        ["Жду ответа! " * 10_000],
        [2**63, -1, 10**40],
    ],
    ids=["none", "types", "hostile", "long", "numbers"],
)
def test_a_page_comes_back_as_it_was_written(bucket: Any, rows: list[Any]) -> None:
    write_object("pages/1", rows)
    assert read_object("pages/1") == rows


def test_a_page_is_gzipped_json(bucket: Any) -> None:
    write_object("pages/1", ["заказ"] * 1000)
    stored = bucket.get_object(Bucket=BUCKET, Key="pages/1")
    body = stored["Body"].read()
    assert json.loads(gzip.decompress(body)) == ["заказ"] * 1000
    assert (stored["ContentType"], len(body) < 1000) == ("application/gzip", True)


def test_an_object_holds_no_time_so_that_the_same_rows_make_the_same_object(bucket: Any) -> None:
    write_object("pages/1", [{"a": 1}])
    header = bucket.get_object(Bucket=BUCKET, Key="pages/1")["Body"].read()[:8]
    assert header[4:8] == bytes(4)  # RFC 1952: MTIME


def test_a_key_names_its_store_and_its_run() -> None:
    assert object_key("shop", 12, "events-5-request") == "pages/shop/12/events-5-request.json.gz"


def test_the_list_of_stores_is_plain_json_for_the_map(bucket: Any) -> None:
    key = write_stores_to_sync("execution-1", ["a", "b"])
    assert key == "executions/execution-1/stores.json"
    body = bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert json.loads(body) == [{"store_id": "a"}, {"store_id": "b"}]


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_bucket_the_setting_is_named(bucket: Any, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("PAGE_BUCKET") if value is None else monkeypatch.setenv("PAGE_BUCKET", value)
    with pytest.raises(SettingMissingError, match="The setting PAGE_BUCKET is empty"):
        read_object("pages/1")
