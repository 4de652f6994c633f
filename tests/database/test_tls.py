"""The way to a Postgres elsewhere: encrypted and verified, or not taken at all."""

from pathlib import Path
from typing import Any

import pytest

from chatsync.errors import DatabaseUnavailableError
from database.connection import Address, connect, read_address
from tests.database.tls_front import Door, door, make_certificate

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
    own = make_certificate(tmp_path, "own", HERE)
    with door(behind(postgres_url), own) as opened:
        connection = connect(through(opened, postgres_url, own))
        assert connection.run("SELECT 7") == [[7]]
        connection.close()
    assert b"SELECT 7" in b"".join(opened.received), "what the door decrypted"


@pytest.mark.parametrize(
    ("name", "address"), [("foreign", HERE), ("own", "127.0.0.9")], ids=["foreign CA", "other host"]
)
def test_a_server_that_cannot_prove_who_it_is_gets_no_login(
    postgres_url: str, tmp_path: Path, name: str, address: str
) -> None:
    trusted = make_certificate(tmp_path, "own", address)
    shown = trusted if name == "own" else make_certificate(tmp_path, name, address)
    with door(behind(postgres_url), shown) as opened, refused("SSLCertVerificationError"):
        connect(through(opened, postgres_url, trusted))
    assert opened.received == []


def test_a_server_without_tls_gets_no_login(postgres_url: str, tmp_path: Path) -> None:
    trusted = make_certificate(tmp_path, "own", HERE)
    with door(behind(postgres_url), None) as opened, refused("InterfaceError"):
        connect(through(opened, postgres_url, trusted))
    assert opened.received == []


def test_missing_certificates_stop_the_login(postgres_url: str, tmp_path: Path) -> None:
    shown = make_certificate(tmp_path, "own", HERE)
    with door(behind(postgres_url), shown) as opened, refused("FileNotFoundError"):
        connect(through(opened, postgres_url, tmp_path / "none.pem"))
    assert opened.received == []
