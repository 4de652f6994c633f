"""The way to a Postgres elsewhere: encrypted and verified, or not taken at all."""

import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest

from chatsync.errors import DatabaseUnavailableError, DatabaseUntrustedError
from database.connection import Address, connect, read_address
from tests.database.tls_front import Door, door, make_chain

HERE = "127.0.0.1"


def through(opened: Door, url: str, trusted: Path) -> Address:
    """Return the address of the door, trusting these certificates; the password must reach nobody else."""
    known = read_address(url)
    return Address(HERE, opened.port, known.database, known.user, "secret", tls=True, certificates=str(trusted))


def refused(reason: str) -> Any:
    return pytest.raises(DatabaseUnavailableError, match=reason)


def behind(url: str) -> tuple[str, int]:
    known = read_address(url)
    return known.host, known.port


def test_a_verified_server_is_spoken_to_encrypted(postgres_url: str, tmp_path: Path) -> None:
    root, shown = make_chain(tmp_path, HERE)
    with door(behind(postgres_url), shown) as opened:
        connection = connect(through(opened, postgres_url, root))
        assert connection.run("SELECT 7") == [[7]]
        connection.close()
    assert b"SELECT 7" in b"".join(opened.received), "what the door decrypted"


@pytest.fixture
def _as_python_3_13(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make contexts as Python 3.13 does, on which functions are deployed: strict about a certificate's form."""
    make = ssl.create_default_context

    def strict(**options: Any) -> ssl.SSLContext:
        context = make(**options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)


@pytest.mark.usefixtures("_as_python_3_13")
@pytest.mark.parametrize("names_issuers_key", [True, False])
def test_a_chain_is_trusted_for_who_issued_it_and_not_for_its_form(
    postgres_url: str, tmp_path: Path, names_issuers_key: bool
) -> None:
    root, shown = make_chain(tmp_path, HERE, names_issuers_key=names_issuers_key)
    with door(behind(postgres_url), shown) as opened:
        connection = connect(through(opened, postgres_url, root))
        assert connection.run("SELECT 7") == [[7]]
        connection.close()


@pytest.mark.usefixtures("_as_python_3_13")
@pytest.mark.parametrize(
    ("address", "days", "wrong"),
    [
        (HERE, 1, "unable to get local issuer certificate"),
        ("127.0.0.9", 1, "IP address mismatch"),
        (HERE, -1, "certificate has expired"),
    ],
    ids=["foreign root", "other host", "past its time"],
)
def test_a_server_that_cannot_prove_who_it_is_gets_no_login_and_no_second_try(
    postgres_url: str, tmp_path: Path, address: str, days: int, wrong: str
) -> None:
    root, shown = make_chain(tmp_path, address, days=days)
    if "issuer" in wrong:
        (tmp_path / "foreign").mkdir()
        root, _ = make_chain(tmp_path / "foreign", HERE)
    with (
        door(behind(postgres_url), shown) as opened,
        pytest.raises(DatabaseUntrustedError, match=rf"refused \({wrong}\).* Trying again does not help") as failed,
    ):
        connect(through(opened, postgres_url, root))
    assert opened.received == []
    assert HERE not in "".join(traceback.format_exception_only(failed.value)), "the database's address"


def test_a_server_without_tls_gets_no_login(postgres_url: str, tmp_path: Path) -> None:
    root, _ = make_chain(tmp_path, HERE)
    with door(behind(postgres_url), None) as opened, refused("InterfaceError"):
        connect(through(opened, postgres_url, root))
    assert opened.received == []


def test_missing_certificates_stop_the_login(postgres_url: str, tmp_path: Path) -> None:
    _, shown = make_chain(tmp_path, HERE)
    with door(behind(postgres_url), shown) as opened, refused("FileNotFoundError"):
        connect(through(opened, postgres_url, tmp_path / "none.pem"))
    assert opened.received == []
