"""What a function does while it starts, when it has a whole processor: it makes its AWS clients, and asks nobody."""

import os
import subprocess
import sys

import pytest

MADE = """
from chatsync import objects
from database import connection
from wildberries import store_token
print(*(made.cache_info().currsize for made in (objects.s3_client, store_token.parameter_store, connection.rds_client)))
"""


def clients_made_by_import(**environment: str) -> str:
    ours = {"PYTHONPATH": os.pathsep.join(sys.path), "AWS_DEFAULT_REGION": "eu-central-1", **environment}
    return subprocess.run([sys.executable, "-c", MADE], env=ours, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("url", "made"),
    [("postgresql://app@db.example/chats?auth=iam", "1 1 1\n"), ("postgresql://127.0.0.1/a", "1 1 0\n")],
)
def test_in_lambda_the_clients_are_made_before_the_first_event(url: str, made: str) -> None:
    assert clients_made_by_import(AWS_LAMBDA_FUNCTION_NAME="fetch_history", DATABASE_URL=url) == made


def test_elsewhere_an_import_makes_no_client() -> None:
    assert clients_made_by_import() == "0 0 0\n"
