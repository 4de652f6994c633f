"""Protect a deployed stack's database from deletion; check if the stack can go.

While it is on, AWS refuses to delete the database, whoever asks. `make deploy`
switches it on when it has succeeded. `check` says what would make a deletion
of the stack fail half-way, with the command for each; `make destroy` asks it.
It works in whatever state the stack is, also after a deploy that failed.

examples:
  ./chats protection check --stack chat-history-sync
  ./chats protection off --stack chat-history-sync
AWS_PROFILE and AWS_REGION say which account and region, as for `aws`.
"""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.installation.deployed_database import DeployedDatabase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, to which stack."""
    parser.add_argument("action", choices=("on", "off", "check"), help="switch it, or say if the stack can go")
    parser.add_argument("--stack", required=True, metavar="NAME", help="the stack's name, as given to `sam deploy`")


def run(arguments: argparse.Namespace) -> int:
    """Switch the protection of the stack's own database; or check, which gives 1 where AWS would refuse a deletion."""
    from local.installation.deployed_database import find_databases, protect
    from local.terminal.tables import console

    databases = find_databases(arguments.stack)
    if arguments.action == "check":
        return _check(arguments.stack, databases)
    own = [database for database in databases if database.is_own]
    for database in own:
        protect(database, on=arguments.action == "on")
        console.sentence(f"The database {database.name} is protected from deletion: {arguments.action}.")
    if not own:
        console.sentence(f"The stack {arguments.stack} has no database of its own. Nothing was changed.")
    return 0


def _check(stack: str, databases: "list[DeployedDatabase]") -> int:
    from local.installation.deployed_database import is_busy, read_status
    from local.terminal.tables import console

    status = read_status(stack)
    sentences = [_obstacle(stack, database) for database in databases if database.is_protected or not database.is_own]
    if is_busy(status):
        sentences.append(
            f"AWS is changing the stack ({status}) and deletes it only afterwards. Wait, or stop an update: "
            f"`aws cloudformation cancel-update-stack --stack-name {stack}`."
        )
    for sentence in sentences:
        console.sentence(sentence)
    if not sentences:
        console.sentence(f"Nothing prevents a deletion of the stack {stack} ({status}).")
    return 1 if sentences else 0


def _obstacle(stack: str, database: "DeployedDatabase") -> str:
    """Return what keeps the stack, and the command that removes it."""
    from local.terminal.next_commands import name_command

    if database.is_own:
        return (
            f"The database {database.name} is protected from deletion. To delete it with the stack, after a last "
            f"snapshot: {name_command('protection off', stack)}."
        )
    unprotect = f"aws rds modify-db-instance --db-instance-identifier {database.name} --no-deletion-protection"
    delete = (
        f"aws rds delete-db-instance --db-instance-identifier {database.name} --final-db-snapshot-identifier "
        f"{database.name}-last --no-delete-automated-backups"
    )
    steps = f"`{unprotect}`, then `{delete}`" if database.is_protected else f"`{delete}`"
    return (
        f"The database {database.name} is not the stack's own but uses its network, which AWS deletes only after it. "
        f"To delete it, after a last snapshot: {steps}."
    )
