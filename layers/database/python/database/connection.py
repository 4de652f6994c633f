"""The one connection of a container, and transactions on it. DATABASE_URL says where Postgres is.

On RDS: an IAM token instead of a password (signed locally, checked only when connecting), TLS verified with RDS's
certificates.
"""

import os
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pg8000.exceptions import DatabaseError, InterfaceError

from chatsync.errors import (
    ChatSyncError,
    DatabaseRefusedError,
    DatabaseUnavailableError,
    DatabaseUntrustedError,
    SettingMissingError,
)
from chatsync.settings import STARTS_IN_LAMBDA, setting
from database.exchanges import OneExchangeConnection

ANSWER_SECONDS = 60  # pg8000 waits for ever unless told otherwise.
# To take a connection, a login, or BEGIN, a living Postgres needs less than a second. A function whose Timeout comes
# first could not say what it waited for.
CONNECT_SECONDS = 10
KEEP_SECONDS = 600  # An IAM token lives 15 minutes; a connection is made anew well before.
POSTGRES_PORT = 5432
HOW_TO_ADDRESS = (
    "DATABASE_URL must look like postgresql://user:password@host:port/database, "
    "with the signs :/?#@ in a password written as %3A and so on."
)
IAM = "auth=iam"
if STARTS_IN_LAMBDA and IAM in os.environ.get("DATABASE_URL", ""):
    import database.iam_token  # noqa: F401 - botocore, which no other login needs; not in the first invocation
RDS_CERTIFICATES = Path(__file__).with_name("rds_certificates.pem")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# A foreign key's check keeps its plan as long as the connection lives. Made while `chats` was nearly empty, it walks
# all chats of the store for each message, and a first sync takes thrice as long. Planning anew costs less than a ms.
BEGIN = "BEGIN; DISCARD PLANS"
# Classes of SQLSTATE after which another try may succeed: connection, read-only meanwhile (a fail-over), rollback,
# resources, locks, operator's intervention.
TRANSIENT_CLASSES = {"08", "25", "40", "53", "55", "57"}
# Classes that blame what is in a row: a bad value, a broken constraint, too long or nested too deep.
DATA_ERRORS = {"22", "23", "54"}
DISK_FULL = "53100"
NO_ROOM = "The database's disk is full (SQLSTATE 53100). What is stored stays. Make room on it; the next run goes on."
HALVING_SECONDS = 20  # How long refused rows are searched for one by one; the functions that save have 60 s.
# Of these, Postgres' message names what is refused by names of our own SQL; all other messages may quote values.
REFUSALS = {
    "42501": "The database login lacks a right on … (SQLSTATE 42501). Run the migrations as the tables' owner; "
    "docs/permissions.md lists the rights.",
    "42P01": "The table … is missing (SQLSTATE 42P01). Run the migrations: docs/deploy.md.",
    "42703": "The column … is missing (SQLSTATE 42703). Run the migrations: docs/deploy.md.",
}
REFUSED_OBJECT = re.compile(r'\b(?:relation|table|column) "?([a-z_][a-z0-9_.]*)')


@dataclass(frozen=True)
class Address:
    """Where Postgres is and how to log in. `tls` is False only for this machine or where the URL says so."""

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(repr=False)
    tls: bool
    certificates: str | None = None
    answer_seconds: int | None = None  # None: ANSWER_SECONDS


class Database:
    """The statements of one transaction. Values are parameters always, parts of the SQL never.

    `connection` is pg8000's own, public for what a person asks in their own SQL (reading/queries.py).
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run a statement and return its rows, a dict each.

        Raises:
            DatabaseUnavailableError: The connection is gone, or Postgres asks to try again.
            DatabaseRefusedError: Postgres refused the statement.
        """
        with own_errors():
            rows = self.connection.run(sql, **parameters) or []
        names = [column["name"] for column in self.connection.columns or []]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def run(self, sql: str, **parameters: Any) -> int:
        """Run a statement and return the number of rows it touched. Raises as `rows`."""
        with own_errors():
            self.connection.run(sql, **parameters)
        return max(0, int(self.connection.row_count or 0))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What fails inside is undone, and the transaction goes on."""
        self.run("SAVEPOINT attempt")
        try:
            yield
        except DatabaseRefusedError:
            self.run("ROLLBACK TO SAVEPOINT attempt")
            self.run("RELEASE SAVEPOINT attempt")
            raise
        self.run("RELEASE SAVEPOINT attempt")


@contextmanager
def transaction(login: Address | None = None) -> Iterator[Database]:
    """Commit what runs inside, or nothing of it. With `login`: on a connection of its own, closed afterwards.

    Raises:
        DatabaseUnavailableError: No connection, or it broke; a commit whose answer got lost may have happened.
        DatabaseRefusedError: Postgres refused a statement.
    """
    container = CONTAINER if login is None else Container(login)
    database = container.begin()
    try:
        yield database
        database.run("COMMIT")
    except DatabaseUnavailableError:
        container.discard()
        raise
    except ChatSyncError:
        with suppress(DatabaseUnavailableError, DatabaseRefusedError):
            database.run("ROLLBACK")
        raise
    except BaseException:
        container.discard()  # It may have broken off a statement, whose answer would be taken for the next one's.
        raise
    finally:
        if login is not None:
            container.discard()


def connect(address: Address) -> Any:
    """Return a new pg8000 connection.

    Raises:
        DatabaseUnavailableError: Postgres is not reached, does not answer in time, or refuses the login.
        DatabaseUntrustedError: Its certificate does not prove that it is the one that the address names.
    """
    try:
        plain = socket.create_connection((address.host, address.port), timeout=CONNECT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Statements come in several small writes.
        connection = OneExchangeConnection(
            user=address.user,
            password=address.password,
            host=address.host,
            port=address.port,
            database=address.database,
            sock=plain,
            ssl_context=_tls(address.certificates) if address.tls else False,
        )
    except ssl.SSLCertVerificationError as error:
        wrong = error.verify_message.split(",")[0]  # What follows names the host.
        raise DatabaseUntrustedError(
            f"Postgres' certificate was refused ({wrong}), so no login was sent. Trying again does not help: check "
            "that the host is the right one, and its certificates: docs/architecture.md."
        ) from None
    except (OSError, InterfaceError, DatabaseError) as error:
        if _kind(error) == DISK_FULL:
            raise DatabaseUnavailableError(NO_ROOM) from None
        raise DatabaseUnavailableError(
            f"Postgres could not be reached or refused the login ({_kind(error)}). The next run tries again."
        ) from None
    _set_patience(connection, address.answer_seconds or ANSWER_SECONDS)
    return connection


def _set_patience(connection: Any, seconds: float) -> float:
    """Let each answer of Postgres take so long, and return how long it could take before (seconds).

    pg8000 sets it only for a socket that it opens itself. `_usock` is the one it uses: TLS replaces ours.
    """
    before: float = connection._usock.gettimeout()
    connection._usock.settimeout(seconds)
    return before


def read_address(url: str) -> Address:
    """Return the address that a URL names: postgresql://user:password@host:port/database[?auth=iam][&sslmode=disable].

    With auth=iam the password is a token of RDS, made here, and RDS's certificates are trusted; else the system's are.
    TLS is always verified, unless the host is this machine or the URL says sslmode=disable.

    Raises:
        SettingMissingError: The URL names no Postgres.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or POSTGRES_PORT
        (parts.hostname or "").encode("idna")  # as sockets do, who name no reason
    except ValueError:  # Its text quotes the URL, and so the password.
        raise SettingMissingError(HOW_TO_ADDRESS) from None
    if parts.scheme not in {"postgres", "postgresql"} or not parts.hostname:
        raise SettingMissingError(HOW_TO_ADDRESS)
    options = parse_qs(parts.query)
    iam = IAM in parts.query.split("&")
    user = unquote(parts.username or "postgres")
    return Address(
        host=parts.hostname,
        port=port,
        database=unquote(parts.path.lstrip("/")) or "postgres",
        user=user,
        password=_iam_token(parts.hostname, port, user) if iam else unquote(parts.password or "") or None,
        tls=parts.hostname not in LOOPBACK and options.get("sslmode") != ["disable"],
        certificates=str(RDS_CERTIFICATES) if iam else None,
    )


def _iam_token(host: str, port: int, user: str) -> str:
    from database.iam_token import make_iam_token  # noqa: PLC0415 - see above

    return make_iam_token(host, port, user)


class Container:
    """The connection a warm container keeps between invocations; to DATABASE_URL, unless a login is given.

    Public, as CONTAINER is, so that tests can begin as a cold container does, or as one whose process has died.
    """

    def __init__(self, login: Address | None = None) -> None:
        self._login = login
        self._connection: Any = None
        self._made_at = 0.0

    def begin(self) -> Database:
        """Return a connection with a transaction begun; a kept one that broke meanwhile is replaced once."""
        if self._connection is not None and time.monotonic() - self._made_at < KEEP_SECONDS:
            with suppress(DatabaseUnavailableError):
                return self._begin_on_connection()
        self.discard()
        address = self._login or read_address(setting("DATABASE_URL"))
        self._connection, self._made_at = connect(address), time.monotonic()
        return self._begin_on_connection()

    def discard(self) -> None:
        """Close the connection; the next transaction makes another."""
        if self._connection is not None:
            with suppress(InterfaceError, OSError):
                self._connection.close()
        self._connection = None

    def _begin_on_connection(self) -> Database:
        database = Database(self._connection)
        patience = _set_patience(self._connection, CONNECT_SECONDS)  # A kept connection's server may be gone.
        database.run(BEGIN)
        _set_patience(self._connection, patience)
        return database


CONTAINER = Container()


@cache
def _tls(certificates: str | None) -> ssl.SSLContext:
    """Never pg8000's own `None` or `True`: the one falls back to plain text, the other verifies nothing.

    Python 3.13 also refuses certificates whose form is not RFC 5280's, such as one without an authority key identifier,
    and nobody has promised that form for RDS's. Who issued a certificate, for which host and until when is verified
    without that too, and a stack that cannot log in is of no use.
    """
    context = ssl.create_default_context(cafile=certificates)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise our own errors for pg8000's. Postgres' messages quote a statement's values: only the SQLSTATE is kept."""
    try:
        yield
    except DatabaseError as error:
        state = _kind(error)
        if state == DISK_FULL:
            raise DatabaseUnavailableError(NO_ROOM) from None
        if state[:2] in TRANSIENT_CLASSES:
            raise DatabaseUnavailableError(f"Postgres asks to try again (SQLSTATE {state}).") from None
        usual = f"Postgres refused a statement (SQLSTATE {state}). If it repeats, check that all migrations ran."
        raise DatabaseRefusedError(REFUSALS.get(state, usual).replace("…", _named(error)), state) from None
    except (InterfaceError, OSError) as error:
        raise DatabaseUnavailableError(
            f"The connection to Postgres broke ({type(error).__name__}). The next run tries again."
        ) from None


def _named(error: DatabaseError) -> str:
    """Return the table or column that Postgres' message names."""
    message = str(error.args[0].get("M", "")) if error.args and isinstance(error.args[0], dict) else ""
    named = REFUSED_OBJECT.search(message)
    return named[1] if named else "a table"


def _kind(error: Exception) -> str:
    """Return Postgres' SQLSTATE, or the class of another error."""
    detail = error.args[0] if error.args else None
    return str(detail.get("C", "unknown")) if isinstance(detail, dict) else type(error).__name__
