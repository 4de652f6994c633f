"""Who acts, as far as this machine knows."""

import getpass


def login_name() -> str:
    """Return the name of the login that types the command. Nobody verifies it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # A container's user may have no name.
        return "unknown"
