"""The one user that the functions log in as, with no more rights than they need; on AWS by IAM."""

from database.connection import Database

LOCK = 0x6C6F67  # "log": two deploys at once wait for each other; not for a migration, which may take hours
# No function deletes a row, or changes a table: erasure is a person's decision, tables are the migrations'.
RIGHTS = "SELECT, INSERT, UPDATE"
BY_IAM = "GRANT rds_iam TO {user}"  # RDS's own role: who has it logs in with an IAM token instead of a password
STATEMENTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {user}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {user}",  # what an older version granted
    f"GRANT {RIGHTS} ON ALL TABLES IN SCHEMA public TO {{user}}",
    "REVOKE ALL ON schema_migrations FROM {user}",
)


def ensure_user(database: Database, user: str) -> None:
    """Make the user if there is none, let it log in by IAM, and give it its rights as grant_rights does.

    Raises:
        DatabaseRefusedError: This login may not make users, or there is no role `rds_iam` (no RDS).
    """
    quoted = _lock_and_quote(database, user)
    if not database.rows("SELECT FROM pg_roles WHERE rolname = :user", user=user):
        database.run(f"CREATE ROLE {quoted} LOGIN")
    database.run(BY_IAM.format(user=quoted))
    grant_rights(database, user)


def grant_rights(database: Database, user: str) -> None:
    """Give a user that is there exactly its rights on the tables that are there now."""
    quoted = _lock_and_quote(database, user)
    for statement in STATEMENTS:
        database.run(statement.format(user=quoted))


def _lock_and_quote(database: Database, user: str) -> str:
    database.rows("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
    quoted: str = database.rows("SELECT quote_ident(:user) AS name", user=user)[0]["name"]
    return quoted
