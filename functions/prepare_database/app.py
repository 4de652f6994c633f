import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from chatsync.aws_clients import make_client
from chatsync.custom_resource import answer
from chatsync.errors import ChatSyncError, SettingMissingError, describe_failure
from chatsync.observability import logger, observed
from chatsync.settings import setting
from chatsync.sleeping_functions import invoke_when_awake

PHYSICAL_ID = "database"
# One try only, as long as MigrateDatabaseFunction may take: a second one would merely wait for the first one's lock.
PATIENT = Config(read_timeout=630, retries={"total_max_attempts": 1})


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Bring the database up to date whenever the stack is made or changed; answer CloudFormation in any case."""
    problem = None if event["RequestType"] == "Delete" else _problem()  # Deleting the stack deletes no rows.
    logger.info("Database prepared", extra={"request": event["RequestType"], "problem": problem})
    answer(event, PHYSICAL_ID, problem)
    return {"problem": problem}


def _problem() -> str | None:
    try:
        _migrate()
    except ChatSyncError as error:
        return str(error)
    except Exception as error:  # Whatever it is, CloudFormation waits for an answer.
        return f"The database could not be prepared ({type(error).__name__}). Look at PrepareDatabaseFunction's rights."
    return None


def _migrate() -> None:
    """Lend the master's login to the function in the VPC, which reaches Postgres but not Secrets Manager."""
    secret = make_client("secretsmanager").get_secret_value(SecretId=setting("DATABASE_MASTER_SECRET"))
    login = _login(secret["SecretString"])
    invoked = invoke_when_awake(
        make_client("lambda", PATIENT),
        setting("MIGRATE_DATABASE_FUNCTION"),
        json.dumps(login).encode(),
        lambda: logger.info("The migrating function was asleep and is waking up"),
    )
    payload = invoked["Payload"].read().decode()
    if "FunctionError" in invoked:
        raise ChatSyncError(describe_failure(str(json.loads(payload).get("errorType")), payload)[1])


def _login(secret: str) -> dict[str, str]:
    try:
        login = json.loads(secret)
        return {"user": login["username"], "password": login["password"]}
    except (ValueError, KeyError, TypeError):  # Their texts quote the secret.
        raise SettingMissingError("The database's master secret must be JSON with username and password.") from None
