"""`./chats store` against a stack, its parameters and its function; only Lambda's Invoke is played."""

import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import boto3
import botocore.client
import botocore.exceptions
import pytest
from moto import mock_aws

from chatsync.errors import ChatSyncError
from database import connection
from database.connection import transaction
from functions.change_data import app as change_data
from local import cli
from local.simulator.tokens import TokenKind, make_token
from tests.deploy.stack_outputs import OUTPUTS
from tests.deploy.test_prepare_database import Context
from tests.support.given_rows import a_run, an_event, save
from tests.support.stored import rows

NAME = "/chat-history-sync/stores/my-shop/token"
IN_A_QUARTER = datetime.now(UTC) + timedelta(days=90)
GOOD = make_token(TokenKind.PERSONAL, "seller-1", IN_A_QUARTER)
NEWER = make_token(TokenKind.BASE, "seller-1", IN_A_QUARTER)
ANOTHERS = make_token(TokenKind.PERSONAL, "seller-2", IN_A_QUARTER)
REFUSED = {
    "expired": make_token(TokenKind.PERSONAL, "seller-1", datetime.now(UTC) - timedelta(days=1)),
    "no access to the category": make_token(TokenKind.PERSONAL, "seller-1", IN_A_QUARTER, chat_access=False),
    "test token": make_token(TokenKind.TEST, "seller-1", IN_A_QUARTER),
    "no readable JWT": "junk",
    "begins with the word Bearer": f"Bearer {GOOD}",
    "stands in quotes": f'"{GOOD}"',
    "a line break or a space inside": f"{GOOD[:40]}\n{GOOD[40:]}",
    "No token on stdin": "",
}


class Aws:
    """CloudFormation and Lambda as the command sees them; the parameter store is moto's."""

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"Stacks": [{"Outputs": OUTPUTS if StackName == "chats" else []}]}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "change_data"
        try:
            answer: Any = change_data.handler(json.loads(Payload), Context())
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}
        except ChatSyncError as error:
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture(scope="module")
def parameters() -> Iterator[Any]:
    """The parameter store of moto: making a client takes long."""
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1")


@pytest.fixture(autouse=True)
def _aws(parameters: Any, emptied: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    client: Any = boto3.client
    played = Aws()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    def chosen(name: str, **options: Any) -> Any:
        made = client(name, **options)  # a region or a profile that cannot work fails here
        return played if name in {"cloudformation", "lambda"} else made

    monkeypatch.setattr(boto3, "client", chosen)
    yield
    if parameters.get_parameters(Names=[NAME])["Parameters"]:
        parameters.delete_parameter(Name=NAME)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command with a token on stdin."""

    def run(action: str, token: str = "", *more: str, store: str = "my-shop", stack: str = "chats") -> int:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{token}\n".encode())))
        return cli.main(["store", action, store, "--stack", stack, *more])

    return run


def tokens() -> list[tuple[str, str]]:
    found = boto3.client("ssm").get_parameters(Names=[NAME], WithDecryption=True)["Parameters"]
    return [(parameter["Type"], parameter["Value"]) for parameter in found]


def stores() -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows("SELECT id, name, active, token_type FROM stores")]


def test_a_store_is_added_with_its_token(store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert store("add", GOOD, "--name", "ИП Проба") == 0
    assert tokens() == [("SecureString", GOOD)]
    assert stores() == [("my-shop", "ИП Проба", True, "personal")]
    said = capsys.readouterr().out
    assert "Token: personal, expires in 89 days" in said
    assert GOOD not in said


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("action", ["add", "token"])
def test_a_token_that_cannot_work_is_refused_and_nothing_is_changed(
    store: Any, capsys: pytest.CaptureFixture[str], action: str, why: str
) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    assert store(action, REFUSED[why], "--name", "ИП Другая") == 2
    assert why in capsys.readouterr().err
    assert tokens() == [("SecureString", GOOD)]
    assert stores() == [("my-shop", "ИП Проба", True, "personal")]


def test_a_store_that_is_there_keeps_its_token(store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    assert store("add", NEWER, "--name", "ИП Другая") == 2
    assert "has a token already" in capsys.readouterr().err
    assert (tokens(), stores()) == ([("SecureString", GOOD)], [("my-shop", "ИП Проба", True, "personal")])


def test_a_token_is_replaced(store: Any) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    assert store("token", NEWER) == 0
    assert tokens() == [("SecureString", NEWER)]
    assert stores() == [("my-shop", "ИП Проба", True, "base")]


@pytest.fixture
def history(store: Any) -> None:
    """The store my-shop with a message of seller-1."""
    store("add", GOOD, "--name", "ИП Проба")
    with transaction() as database:
        save(database, a_run(database, "my-shop"), an_event(1), store="my-shop")


def seller() -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows("SELECT name, seller_id, active FROM stores")]


@pytest.mark.usefixtures("history")
def test_another_sellers_token_changes_nothing_until_it_is_allowed(
    store: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store("token", ANOTHERS) == 1
    said = capsys.readouterr().err
    assert "of another seller than the history of the store my-shop, so nothing was changed" in said
    assert "repeat the command with --same-store" in said
    assert (tokens(), seller()) == ([("SecureString", GOOD)], [("ИП Проба", "seller-1", True)])
    assert store("token", ANOTHERS, "--same-store") == 0
    assert (tokens(), seller()) == ([("SecureString", ANOTHERS)], [("ИП Проба", "seller-2", True)])
    assert store("token", GOOD) == 1


@pytest.mark.usefixtures("history")
def test_a_removed_store_is_not_added_again_with_another_sellers_token(store: Any) -> None:
    store("remove")
    assert store("add", ANOTHERS, "--name", "ИП Другая") == 1
    assert (tokens(), seller()) == ([], [("ИП Проба", "seller-1", False)])
    assert store("add", ANOTHERS, "--name", "ИП Проба", "--same-store") == 0
    assert seller() == [("ИП Проба", "seller-2", True)]


def test_a_store_that_holds_nothing_takes_any_sellers_token(store: Any) -> None:
    store("add", ANOTHERS, "--name", "ИП Проба")
    assert store("token", GOOD) == 0
    assert seller() == [("ИП Проба", "seller-1", True)]


def test_same_store_without_a_token_is_wrong_use(store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    assert store("pause", "", "--same-store") == 2
    assert "--same-store belongs to" in capsys.readouterr().err
    assert stores()[0][2]


def test_a_store_is_paused_resumed_removed_and_added_again(store: Any) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    active = []
    for action in ("pause", "resume", "remove"):
        assert store(action) == 0
        active.append(stores()[0][2])
    assert (active, tokens()) == ([False, True, False], [])
    assert store("add", NEWER, "--name", "ИП Проба") == 0
    assert stores() == [("my-shop", "ИП Проба", True, "base")]


def test_a_store_without_a_token_is_removed_too(store: Any) -> None:
    store("add", GOOD, "--name", "ИП Проба")
    assert (store("remove"), store("remove")) == (0, 0)
    assert (stores()[0][2], tokens()) == (False, [])


def test_a_token_that_may_not_be_deleted_is_said_to_be_still_there(
    store: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given somebody with the rights of docs/permissions.md but one
    store("add", GOOD, "--name", "ИП Проба")
    allowed, call = True, cast(Any, botocore.client.BaseClient)._make_api_call

    def by_rights(client: Any, action: str, arguments: Any) -> Any:
        if action == "DeleteParameters" or (action == "DeleteParameter" and not allowed):
            raise botocore.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "No right."}}, action)
        return call(client, action, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", by_rights)
        # When
        allowed = False
        assert store("remove") == 1
        # Then
        said = capsys.readouterr().err
        assert "Nothing syncs my-shop any more, but its token is still there" in said
        assert "No right." in said
        assert (stores()[0][2], tokens()) == (False, [("SecureString", GOOD)])
        # And with all of those rights it can be done again
        allowed = True
        assert store("remove") == 0
        assert tokens() == []


@pytest.mark.parametrize("action", ["token", "pause", "resume", "remove"])
def test_an_unknown_store_is_named(store: Any, capsys: pytest.CaptureFixture[str], action: str) -> None:
    assert store(action, GOOD) == 1
    assert "No such store: my-shop. Add it first." in capsys.readouterr().err
    assert tokens() == []


def test_a_store_that_could_not_be_added_leaves_no_token(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "no address")
    monkeypatch.setattr(connection, "CONTAINER", connection.Container())
    assert store("add", GOOD, "--name", "ИП Проба") == 1
    assert tokens() == []


def test_wrong_use_is_told(store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert store("add", GOOD) == 2
    assert "--name" in capsys.readouterr().err
    assert store("add", GOOD, "--name", "ИП", store="../other") == 2
    assert store("add", GOOD, "--name", "ИП", stack="other") == 1
    assert "not one of Chat History Sync, or older than this program" in capsys.readouterr().err


def test_the_region_is_taken_from_where_aws_takes_it(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert store("add", GOOD, "--name", "ИП Проба") == 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "You must specify a region. Set AWS_REGION"),
        ({"AWS_REGION": "eu-central-1", "AWS_PROFILE": "unknown"}, "(unknown) could not be found. Set AWS_PROFILE"),
    ],
)
def test_no_region_and_no_profile_are_wrong_use(
    store: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for name, value in {**variables, "AWS_CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert store("pause") == 2
    assert sentence in capsys.readouterr().err
