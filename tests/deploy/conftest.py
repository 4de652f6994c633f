"""A database of its own with nothing in it, as a new stack finds it."""

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from database import connection
from database.connection import Database, connect, read_address

FUNCTIONS_USER = "chat_sync_of_a_new_stack"


@pytest.fixture
def new_database(functions_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """DATABASE_URL names it as the deployed functions' does, with their user; yields the owner's connection to it."""
    admin = connect(read_address(postgres_url))
    name = f"deployed_{uuid.uuid4().hex[:12]}"
    admin.run(f"CREATE DATABASE {name}")
    parts = urlsplit(postgres_url)._replace(path=f"/{name}")
    monkeypatch.setenv("DATABASE_URL", urlunsplit(parts._replace(netloc=f"{FUNCTIONS_USER}@127.0.0.1:{parts.port}")))
    container = connection.Container()
    monkeypatch.setattr(connection, "CONTAINER", container)
    owner = connect(read_address(urlunsplit(parts)))
    yield Database(owner)
    owner.close()
    container.discard()
    admin.run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.run(f"DROP ROLE IF EXISTS {FUNCTIONS_USER}")
    admin.close()
