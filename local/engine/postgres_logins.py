"""The passwords of a server that is closed to the machine's other users, in a file as libpq's programs read it.

https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

OWNER = "postgres"
PASSWORD_BYTES = 24
LINE = re.compile(r"127\.0\.0\.1:\*:\*:([a-z_]+):([A-Za-z0-9_-]{32})")
OWNER_ONLY = 0o600
BY_OTHERS = 0o077

# Of a role that may be there already, without a login; each statement is a line.
MAKE_LOGIN = (
    "DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role}; END IF; END $$\n"
    "ALTER ROLE {role} LOGIN PASSWORD '{password}'\n"
)


class Logins:
    """The owner and further roles, each with a password of its own, in the file at `path`."""

    def __init__(self, path: Path, roles: Sequence[str]) -> None:
        self.path = path
        self._roles = (OWNER, *roles)
        self._passwords: dict[str, str] = {}

    def password(self, role: str) -> str:
        """Return the role's password, from the file when it was read or made last."""
        return self._passwords[role]

    def read(self) -> bool:
        """Read the file and return whether it has a password for each role."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            text = ""
        self._passwords = {match[1]: match[2] for line in text.splitlines() if (match := LINE.fullmatch(line))}
        return set(self._roles) <= self._passwords.keys()

    def make(self) -> None:
        """Make all passwords anew, and a whole file of them at once, on the disk before this returns."""
        self._passwords = {role: secrets.token_urlsafe(PASSWORD_BYTES) for role in self._roles}
        unfinished = self.path.with_name(f"{self.path.name}.new")
        unfinished.unlink(missing_ok=True)
        with open(unfinished, "w", encoding="utf-8", opener=_open_for_owner) as file:
            file.writelines(f"127.0.0.1:*:*:{role}:{password}\n" for role, password in self._passwords.items())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)

    def is_private(self) -> bool:
        """Return whether only the file's owner may read it."""
        return self.path.stat().st_mode & BY_OTHERS == 0

    @property
    def access_rules(self) -> str:
        """Return what the server's pg_hba.conf holds once it knows these passwords."""
        known = "".join(f"{role}:{self._passwords[role]}\n" for role in self._roles)
        digest = hashlib.sha256(known.encode()).hexdigest()
        return f"# The server knows the passwords with the digest {digest}.\nhost all all 127.0.0.1/32 scram-sha-256\n"

    @property
    def statements(self) -> str:
        """Return what makes the server know them, a statement a line."""
        return "".join(MAKE_LOGIN.format(role=role, password=self._passwords[role]) for role in self._roles)


def _open_for_owner(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_EXCL, OWNER_ONLY)
