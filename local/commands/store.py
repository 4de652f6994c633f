"""`python -m local store`: add, pause, resume or remove a store of a deployed stack, or replace its token."""

import argparse
import getpass
import sys
from datetime import UTC, datetime

from chatsync.errors import TokenUnusableError
from local.errors import NotNowError, UsageError
from local.installation.deployed_stack import DeployedStack
from local.installation.stores_file import STORE_ID
from local.terminal.tables import console, visible
from wildberries.token import TokenFacts, read_token, require_usable

SAID = {
    "add": "added. The schedule syncs it from now on",
    "token": "has a new token, used within a minute",
    "pause": "paused. A run that is going on ends by itself; its token and history stay",
    "resume": "resumed. The schedule syncs it again",
    "remove": "removed: its token is deleted and nothing syncs it. Its history stays in the database",
}


def run(asked: argparse.Namespace) -> int:
    """Do it, or refuse; 0 if it was done."""
    if not STORE_ID.fullmatch(asked.store):
        raise UsageError("An id may hold only the letters a to z, digits, - and _, at most 64 of them.")
    if asked.action == "add" and not asked.name:
        raise UsageError("Give the new store a --name, such as --name 'ИП Иванова А. А.'.")
    if asked.action in {"add", "token"}:
        _with_token(asked)
    else:
        stack = DeployedStack(asked.stack)
        stack.change(asked.action, asked.store)
        if asked.action == "remove":
            _delete_token(stack, asked.store)
    console.sentence(f"{visible(asked.store)}: {SAID[asked.action]}.")
    return 0


def _delete_token(stack: DeployedStack, store: str) -> None:
    try:
        stack.delete_token(store)
    except NotNowError as error:
        raise NotNowError(
            f"Nothing syncs {store} any more, but its token is still there. {error} Remove the store again then."
        ) from None


def _with_token(asked: argparse.Namespace) -> None:
    """Refuse what cannot work before anything is changed. WB is not asked: a Base token has one request an hour."""
    token = _read_token()
    try:
        facts = read_token(token)
        require_usable(facts, datetime.now(UTC))
    except TokenUnusableError as error:
        raise UsageError(f"Nothing was changed. {error}") from None
    stack = DeployedStack(asked.stack)
    expires_at = facts.expires_at.isoformat() if facts.expires_at else None
    about = {"seller_id": facts.seller_id, "token_type": facts.kind, "token_expires_at": expires_at}
    if asked.action == "token":
        stack.change("token", asked.store, **about)  # first: it knows whether there is such a store
        stack.put_token(asked.store, token, is_new=False)
    else:
        _add(stack, asked, token, about)
    console.sentence(_described(facts))


def _add(stack: DeployedStack, asked: argparse.Namespace, token: str, about: dict[str, str | None]) -> None:
    stack.put_token(asked.store, token, is_new=True)
    try:
        stack.change("add", asked.store, name=asked.name, **about)
    except NotNowError:
        stack.delete_token(asked.store)  # A token without its store would be found by nobody.
        raise


def _read_token() -> str:
    """From stdin, never from an argument: those are seen by other programs and stay in the shell's history."""
    token = (getpass.getpass("Token (not shown): ") if sys.stdin.isatty() else sys.stdin.read()).strip()
    if not token:
        raise UsageError("No token on stdin. For example: python -m local store add my-shop ... < token.txt")
    return token


def _described(facts: TokenFacts) -> str:
    days = facts.days_left(datetime.now(UTC))
    expires = "no expiry known" if days is None else f"expires in {days} days"
    rights = "read only" if facts.read_only else "may also write (this program never does; read only is enough)"
    return f"Token: {facts.kind}, {expires}, {rights}."
