"""What changes a store of a deployed stack: its token first checked, then both its row and its parameter."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

from chatsync.errors import TokenUnusableError
from local.errors import NotNowError, UsageError
from local.installation.deployed_stack import DeployedStack
from local.installation.stores_file import BAD_STORE_ID, STORE_ID
from local.owner_only import exposed_file_warning, is_read_by_others
from wildberries.token import TokenFacts, read_token, require_usable

STDIN = 0


def change_store(
    stack_name: str, action: str, store_id: str, name: str | None, *, same_store: bool = False
) -> str | None:
    """Add, pause, resume or remove a store, or replace its token; return what a new token is, for people.

    `same_store` allows the token of another seller than the store's history has.

    Raises:
        UsageError: The id, the name or the token cannot work; nothing was changed.
        NotNowError: AWS or the stack refuses, in its words.
    """
    if not STORE_ID.fullmatch(store_id):
        raise UsageError(f"An id {BAD_STORE_ID}")
    if action == "add" and not name:
        raise UsageError("Give the new store a --name, such as --name 'ИП Иванова А. А.'.")
    if action in {"add", "token"}:
        return _change_with_token(stack_name, action, store_id, name, same_store=same_store)
    if same_store:
        raise UsageError("--same-store belongs to `store token` and `store add`: it is about a new token.")
    stack = DeployedStack(stack_name)
    stack.change(action, store_id=store_id)
    if action == "remove":
        _delete_token(stack, store_id)
    return None


def _delete_token(stack: DeployedStack, store_id: str) -> None:
    try:
        stack.delete_token(store_id)
    except NotNowError as error:
        raise NotNowError(
            f"Nothing syncs {store_id} any more, but its token is still there. {error} Remove the store again then."
        ) from None


def _change_with_token(stack_name: str, action: str, store_id: str, name: str | None, *, same_store: bool) -> str:
    """Refuse what cannot work before anything is changed. WB is not asked: a Base token has one request an hour."""
    token = _read_token()
    try:
        facts = read_token(token)
        require_usable(facts, datetime.now(UTC))
    except TokenUnusableError as error:
        raise UsageError(f"Nothing was changed. {error}") from None
    stack = DeployedStack(stack_name)
    expires_at = facts.expires_at.isoformat() if facts.expires_at else None
    about = {"seller_id": facts.seller_id, "token_type": facts.kind, "token_expires_at": expires_at}
    if action == "token":
        # First: it knows the store, and its seller.
        stack.change("token", store_id=store_id, same_store=same_store, **about)
        stack.put_token(store_id, token, is_new=False)
    else:
        _add(stack, store_id, token, about | {"name": name}, same_store=same_store)
    return _describe(facts)


def _add(stack: DeployedStack, store_id: str, token: str, about: dict[str, str | None], *, same_store: bool) -> None:
    stack.put_token(store_id, token, is_new=True)
    try:
        stack.change("add", store_id=store_id, same_store=same_store, **about)
    except NotNowError:
        stack.delete_token(store_id)  # A token without its store would be found by nobody.
        raise


def _read_token() -> str:
    """From stdin, never from an argument: those are seen by other programs and stay in the shell's history."""
    if is_read_by_others(STDIN):
        print(exposed_file_warning(Path("FILE")), file=sys.stderr)
    if sys.stdin.isatty():
        token = getpass.getpass("Token (not shown): ").strip()
    else:
        token = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace").strip()
    if not token:
        raise UsageError("No token on stdin. For example: ./chats store add my-shop ... < token.txt")
    return token


def _describe(facts: TokenFacts) -> str:
    days = facts.days_left(datetime.now(UTC))
    expires = "no expiry known" if days is None else f"expires in {days} days"
    rights = "read only" if facts.read_only else "may also write (this program never does; read only is enough)"
    return f"Token: {facts.kind}, {expires}, {rights}."
