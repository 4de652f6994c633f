"""DATABASE_URL in its variants: where Postgres is, how to log in, and whether the way there is encrypted."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import boto3
import botocore.auth
import pytest

from chatsync.errors import SettingMissingError
from database.connection import RDS_CERTIFICATES, Address, read_address
from database.iam_token import make_iam_token

RDS = "chats.abc.eu-central-1.rds.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://127.0.0.1", Address("127.0.0.1", 5432, "postgres", "postgres", None, tls=False)),
        ("postgres://u@localhost:6000/", Address("localhost", 6000, "postgres", "u", None, tls=False)),
        ("postgresql://u:p@[::1]:6000/db", Address("::1", 6000, "db", "u", "p", tls=False)),
        ("postgresql://u:p@db.example.org/chats", Address("db.example.org", 5432, "chats", "u", "p", tls=True)),
        ("postgresql://u:p%40%2F%3A@h/d%20b", Address("h", 5432, "d b", "u", "p@/:", tls=True)),
        ("postgresql://u:p@[::1]/db", Address("::1", 5432, "db", "u", "p", tls=False)),
        ("postgresql://u:p@my_db/db", Address("my_db", 5432, "db", "u", "p", tls=True)),
        ("postgresql://u:@h/db", Address("h", 5432, "db", "u", None, tls=True)),
        ("postgresql://u:p@h/db?sslmode=disable", Address("h", 5432, "db", "u", "p", tls=False)),
        ("postgresql://u:p@h/db?sslmode=require", Address("h", 5432, "db", "u", "p", tls=True)),
        ("postgresql://u:p@h/db?sslmode=prefer&x=1", Address("h", 5432, "db", "u", "p", tls=True)),
        ("postgresql://u:p@localhost.example.org/db", Address("localhost.example.org", 5432, "db", "u", "p", tls=True)),
    ],
)
def test_a_url_is_read_as_an_address(url: str, address: Address) -> None:
    assert read_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chats",
        "mysql://u:secret@h/db",
        "postgresql:///db",
        "postgresql://u:secret@:5432/db",
        "postgresql://u:p@ss:secret/x@h/db",
        "postgresql://u:secret@h:99999/db",
        "postgresql://u:secret@[::1/db",
        "postgresql://u:secret@db..example/db",
        f"postgresql://u:secret@{'a' * 64}/db",
    ],
)
def test_what_names_no_postgres_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(SettingMissingError, match="DATABASE_URL must look like") as refused:
        read_address(url)
    assert "secret" not in str(refused.value)


def test_an_address_shows_no_password() -> None:
    assert "secret" not in repr(read_address("postgresql://u:secret@h/db"))


def test_an_iam_login_signs_a_token_here_and_trusts_rdss_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "key",
        "AWS_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    address = read_address(f"postgresql://app@{RDS}:5433/chats?auth=iam")
    token = urlsplit(f"https://{address.password}")
    signed = parse_qs(token.query)
    assert (token.hostname, token.port) == (RDS, 5433)
    assert (signed["Action"], signed["DBUser"], signed["X-Amz-Expires"]) == (["connect"], ["app"], ["900"])
    assert "X-Amz-Signature" in signed
    assert (address.tls, address.certificates) == (True, str(RDS_CERTIFICATES))
    assert "X-Amz" not in repr(address)


@pytest.mark.parametrize("session", [None, "a/session+token="])
def test_an_iam_token_is_the_one_that_a_client_of_rds_would_make(
    session: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - as botocore's own clock gives it
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
    login = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "k/e+y", "AWS_REGION": "eu-central-1"}
    for name, value in (login | ({"AWS_SESSION_TOKEN": session} if session else {})).items():
        monkeypatch.setenv(name, value)
    if not session:
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    theirs = boto3.Session(region_name="eu-central-1").client("rds")
    made = theirs.generate_db_auth_token(DBHostname=RDS, Port=5433, DBUsername="chat sync/1")
    assert make_iam_token(RDS, 5433, "chat sync/1") == made
