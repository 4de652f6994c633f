"""What a deploy does to the database, from CloudFormation's event to its answer. Only Lambda's Invoke is played."""

import io
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from moto import mock_aws

from chatsync import errors
from database import connection, migrations
from database.connection import Database
from functions.migrate_database import app as migrate_database
from functions.prepare_database import app as prepare_database
from tests.deploy.conftest import FUNCTIONS_USER
from tests.support.given_rows import ABOUT_RETURNS, column
from tests.support.project import ROOT

PASSWORD = "the-masters-password"
MIGRATIONS = sorted(file.stem for file in (ROOT / "migrations").glob("*.sql"))


class Context(LambdaContext):
    """What the logger asks of a context."""

    def __init__(self) -> None:
        self._function_name, self._memory_limit_in_mb = "prepare_database", 512
        self._invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:prepare_database"
        self._aws_request_id = "request-1"


class Lambda:
    """Invokes the other handler in this process and answers as Lambda does."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refusals: list[str] = []  # what it answers first

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "migrate_database"
        if self.refusals:
            raise ClientError({"Error": {"Code": self.refusals.pop(), "Message": "Refused."}}, "Invoke")
        self.events.append(json.loads(Payload))
        try:
            answer: Any = migrate_database.handler(self.events[-1], Context())
        except errors.ChatSyncError as error:
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(answer).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def cloudformation() -> Iterator[HTTPServer]:
    """The address that CloudFormation signed; what was put there is in `.answers`."""

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.answers.append((self.headers["Content-Type"], json.loads(body)))  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.answers = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def lambda_(new_database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    """The master's secret, and a Lambda that runs the migrating function on the new database."""
    played, made = Lambda(), prepare_database.make_client
    secret = f"master-{uuid.uuid4().hex}"  # another engine's moto may be at work: it forgets nothing between tests
    monkeypatch.setenv("DATABASE_MASTER_SECRET", secret)
    monkeypatch.setenv("MIGRATE_DATABASE_FUNCTION", "migrate_database")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setattr(
        prepare_database, "make_client", lambda name, *rest: played if name == "lambda" else made(name, *rest)
    )
    with mock_aws():
        login = {"username": urlsplit(postgres_url).username, "password": PASSWORD}
        boto3.client("secretsmanager").create_secret(Name=secret, SecretString=json.dumps(login))
        yield played


def deploy(cloudformation: HTTPServer, request: str) -> tuple[str, dict[str, Any]]:
    """Send the example event, and return the content type and the body of the answer."""
    event = json.loads((ROOT / "events" / "prepare_database.json").read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{cloudformation.server_port}/answer?signature=secret-signature"
    prepare_database.handler(event | {"RequestType": request, "ResponseURL": url}, Context())
    answer: tuple[str, dict[str, Any]] = cloudformation.answers.pop()  # type: ignore[attr-defined]
    assert cloudformation.answers == []  # type: ignore[attr-defined]
    return answer


def test_a_new_stack_gets_its_tables_and_its_user(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer
) -> None:
    content_type, answer = deploy(cloudformation, "Create")
    assert (content_type, answer["Status"], answer["PhysicalResourceId"]) == ("", "SUCCESS", "database")
    assert answer["RequestId"] == "8a7a2d0c-9b1e-4a8e-9d6b-3b6f2f0f2a11"
    assert column(new_database, "SELECT version FROM schema_migrations ORDER BY version") == MIGRATIONS
    assert column(new_database, "SELECT rolcanlogin FROM pg_roles WHERE rolname = :u", u=FUNCTIONS_USER) == [True]


def test_an_update_and_a_rollback_do_what_is_missing_and_keep_their_name(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer
) -> None:
    deploy(cloudformation, "Create")
    new_database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    _, answer = deploy(cloudformation, "Update")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "database")
    assert column(new_database, "SELECT id FROM stores") == ["shop"]


def test_an_update_marks_what_the_functions_of_the_release_before_stored(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer
) -> None:
    deploy(cloudformation, "Create")
    new_database.run("INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба')")
    new_database.run("INSERT INTO chats (store_id, id) VALUES ('shop', '1:a')")
    new_database.run(
        "INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, raw)"
        " VALUES ('shop', 'e1', '1:a', 'seller', :text, now(), '{}')",
        text=ABOUT_RETURNS,
    )
    _, answer = deploy(cloudformation, "Update")
    assert answer["Status"] == "SUCCESS"
    assert column(new_database, "SELECT automatic FROM chat_messages") == [True]


def test_deleting_the_stack_touches_nothing_and_always_succeeds(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(cloudformation, "Create")
    lambda_.events.clear()
    monkeypatch.delenv("DATABASE_MASTER_SECRET")
    _, answer = deploy(cloudformation, "Delete")
    assert (answer["Status"], lambda_.events) == ("SUCCESS", [])
    assert column(new_database, "SELECT count(*)::integer FROM schema_migrations") == [len(MIGRATIONS)]


def test_a_migration_that_fails_fails_the_deploy_with_its_name(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer
) -> None:
    new_database.run("CREATE TABLE stores (id integer)")
    _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(
        "The migration 0001_initial failed. Postgres refused a statement (SQLSTATE 42P07)"
    )


def test_a_migrating_function_that_slept_since_the_last_deploy_is_waited_for(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    lambda_.refusals += ["ResourceNotReadyException"] * 2
    _, answer = deploy(cloudformation, "Update")
    assert (answer["Status"], len(waits), len(lambda_.events)) == ("SUCCESS", 2, 1)


def test_a_migration_that_takes_longer_than_a_deploy_says_so_and_the_same_deploy_again_goes_on(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database.run("SELECT pg_advisory_lock(:lock)", lock=migrations.LOCK)  # as Postgres has it while it is at work
    with monkeypatch.context() as patch:
        patch.setattr(migrate_database, "MIGRATION_SECONDS", 0)
        _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("The migration 0001_initial is not known to be finished.")
    new_database.run("SELECT pg_advisory_unlock(:lock)", lock=migrations.LOCK)
    _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "SUCCESS"


def test_a_roll_back_does_not_wait_for_the_index_that_postgres_is_still_building(
    new_database: Database, lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(cloudformation, "Create")
    new_database.run("SELECT pg_advisory_lock(:lock)", lock=migrations.LOCK)
    new_database.run("BEGIN")
    new_database.run("CREATE INDEX later ON chat_messages (text)")
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 5)
    _, answer = deploy(cloudformation, "Update")
    new_database.run("ROLLBACK")
    assert answer["Status"] == "SUCCESS"


def test_a_database_that_is_not_reached_fails_the_deploy(
    lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://chat_sync@127.0.0.1:1/chats")
    _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert "could not be reached or refused the login" in answer["Reason"]


@pytest.mark.parametrize("secret", ["{}", "no JSON, but a secret", '"text"'])
def test_a_secret_of_another_shape_fails_the_deploy_without_being_quoted(
    lambda_: Lambda, cloudformation: HTTPServer, secret: str
) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=os.environ["DATABASE_MASTER_SECRET"], SecretString=secret)
    _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "The database's master secret must be JSON with username and password."


def test_a_fault_of_any_kind_is_answered(
    lambda_: Lambda, cloudformation: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_MASTER_SECRET", "absent")
    _, answer = deploy(cloudformation, "Create")
    assert answer["Status"] == "FAILED"
    assert "ResourceNotFoundException" in answer["Reason"]


def test_neither_the_password_nor_the_signed_address_is_logged(
    lambda_: Lambda, cloudformation: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    deploy(cloudformation, "Create")
    said = "".join(str(vars(record)) for record in caplog.records)
    assert "Database migrated" in said
    assert lambda_.events == [{"user": lambda_.events[0]["user"], "password": PASSWORD}]
    assert PASSWORD not in said
    assert "secret-signature" not in said
