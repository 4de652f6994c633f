"""How other programs, such as psql or DBeaver, reach the database of the command line."""

import os
import shlex

from database.connection import Address, read_address
from local.engine.postgres import Postgres
from local.installation.database import given_address, migrate, migrate_given_database, named, require_kept_database
from local.installation.kept_server import READER, entered, kept_server


def describe_connection() -> str:
    """Return it for people, without a password. Raises as opened_database, and NotNowError where there is no data."""
    if os.environ.get("DATABASE_URL"):
        migrate_given_database()
        return f"{_describe_place(given_address())}\npassword  as in DATABASE_URL, which names this database"
    require_kept_database()
    with entered(kept_server()) as server, named(server):
        migrate()  # and with it the reader's rights
        return _describe_kept(server)


def _describe_kept(server: Postgres) -> str:
    address = read_address(server.url_for(READER))
    file = shlex.quote(str(server.password_file))
    return f"""{_describe_place(address)}
password  in {server.password_file}, at the end of the user's line

PGPASSFILE={file} psql -h {address.host} -p {address.port} -U {address.user} {address.database}

{address.user} reads everything and changes nothing. The owner is postgres, with a line of its own in that file, which
only this user of the machine can read.

The database runs only while a command uses it: let `./chats view` run meanwhile. The port stays the same as long as
no other program takes it."""


def _describe_place(address: Address) -> str:
    return f"""host      {address.host}
port      {address.port}
database  {address.database}
user      {address.user}"""
