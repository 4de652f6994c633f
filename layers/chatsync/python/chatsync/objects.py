"""Rows as gzipped JSON objects in one S3 bucket.

Rows never ride in the state machine's data (256 KB at most, and kept in the execution's history for 90 days):
functions hand each other a key. The objects stay as a replayable archive until the bucket's lifecycle rule ends them.
"""

import gzip
import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from chatsync.aws_clients import make_client
from chatsync.settings import STARTS_IN_LAMBDA, setting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FASTEST_GZIP = 1  # Level 1 of 9: JSON shrinks about sevenfold already, at a fifth of the time of the default.


@cache
def s3_client() -> "S3Client":
    """Return the container's one client; public so that tests can see when it is made, and make another."""
    client: S3Client = make_client("s3")
    return client


if STARTS_IN_LAMBDA:
    s3_client()


def object_key(store_id: str, run_id: int, name: str) -> str:
    """Return the key of an object of a store's run, such as `pages/shop/12/chats-….json.gz`."""
    return f"pages/{store_id}/{run_id}/{name}.json.gz"


def write_object(key: str, content: Any) -> None:
    """Store the content under the key, encrypted as the bucket says."""
    body = gzip.compress(json.dumps(content, separators=(",", ":")).encode(), FASTEST_GZIP, mtime=0)
    s3_client().put_object(Bucket=setting("PAGE_BUCKET"), Key=key, Body=body, ContentType="application/gzip")


def read_object(key: str) -> Any:
    """Return the content stored under the key."""
    body = s3_client().get_object(Bucket=setting("PAGE_BUCKET"), Key=key)["Body"].read()
    return json.loads(gzip.decompress(body))


def write_stores_to_sync(execution_name: str, store_ids: Sequence[str]) -> str:
    """Store the list that the Distributed Map reads; return its key. Plain JSON: its ItemReader unzips nothing."""
    key = f"executions/{execution_name}/stores.json"
    items = json.dumps([{"store_id": store_id} for store_id in store_ids])
    bucket = setting("PAGE_BUCKET")
    s3_client().put_object(Bucket=bucket, Key=key, Body=items.encode(), ContentType="application/json")
    return key
