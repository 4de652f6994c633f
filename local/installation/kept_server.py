"""The server of the database kept in .local/, which any number of commands use at once."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from local.engine.postgres import Postgres, PostgresFailedError, PostgresInUseError
from local.errors import NotNowError
from local.paths import KEPT

KEPT_DATABASE = KEPT / "postgres"

# The logins of the deployed stack (DatabaseUser, and migrations 0004 and 0012), each with its few rights.
FUNCTIONS, VIEWER, READER = "chat_sync", "chat_viewer", "chat_reader"


def kept_server() -> Postgres:
    """Return the server; to be entered by `entered`."""
    return Postgres(KEPT_DATABASE, durable=True, roles=(FUNCTIONS, VIEWER, READER))


@contextmanager
def entered(server: Postgres) -> Iterator[Postgres]:
    """Use the kept server: it is started where nobody uses it yet, and stopped by the last who does.

    Raises:
        NotNowError: It does not start, or belongs to another user.
    """
    with ExitStack() as undo:
        try:
            undo.enter_context(server)
        except PostgresInUseError as error:
            raise NotNowError(f"{error}. Wait until that one has ended.") from None
        except PostgresFailedError as error:
            raise NotNowError(
                f"The database kept in {KEPT_DATABASE} does not start. Nothing was removed. {error}. "
                "docs/troubleshooting.md has what to do."
            ) from None
        except PermissionError as error:
            raise NotNowError(_refused_file(Path(error.filename))) from None
        except OSError as error:
            raise NotNowError(
                f"The database kept in {KEPT_DATABASE} cannot be opened: {error.strerror} ({error.filename}). Nothing "
                "was removed. Make room on the disk, or let this user write there, and try again."
            ) from None
        yield server


def _refused_file(file: Path) -> str:
    """Return what is wrong with a file that this user may not open."""
    with suppress(OSError):
        if file.stat().st_uid == os.geteuid():
            return f"{file} cannot be written, though it is yours. Nothing was changed. Allow it: chmod u+rw {file}"
    return f"{file} belongs to another user. Run this as that user."
