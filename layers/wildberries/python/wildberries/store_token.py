"""A store's token, read from the parameter store just before it is used and kept nowhere else."""

from datetime import UTC, datetime
from functools import cache

import boto3
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError

from chatsync.errors import ParametersUnavailableError, TokenUnusableError
from chatsync.settings import STARTS_IN_LAMBDA, setting
from wildberries.client import WildberriesClient
from wildberries.token import TokenFacts, read_token, require_seller, require_usable

KEEP_SECONDS = 60  # A replaced token is used a minute later at the latest.


@cache
def parameter_store() -> parameters.SSMProvider:
    """Return the container's one provider; public so that tests can see when it is made, and make another."""
    # On the session of all clients: Powertools' own would read AWS's definitions once more.
    return parameters.SSMProvider(boto3_client=boto3.client("ssm"))


if STARTS_IN_LAMBDA:
    parameter_store()


def connect(store_id: str, seller_id: str | None) -> tuple[WildberriesClient, TokenFacts]:
    """Return a client with the store's token, and what the token says of itself. Nothing is sent to WB.

    `seller_id` is the seller whose history the store holds, None while that is unknown.

    Raises:
        TokenUnusableError: There is no token, or it cannot work.
        SellerChangedError: The token is another seller's.
        ParametersUnavailableError: The parameter store did not answer, or denied access.
    """
    name = f"{setting('TOKEN_PARAMETER_PREFIX')}/{store_id}/token"
    token = _read_parameter(name)
    facts = read_token(token)
    require_usable(facts, datetime.now(UTC))
    require_seller(facts, seller_id, store_id)
    return WildberriesClient(setting("WB_API_URL"), token), facts


def _read_parameter(name: str) -> str:
    try:
        return str(parameter_store().get(name, decrypt=True, max_age=KEEP_SECONDS))
    except GetParameterError as error:
        cause = error.__context__  # Powertools wraps every error in its own.
        code = cause.response["Error"]["Code"] if isinstance(cause, ClientError) else type(cause).__name__
        if code == "ParameterNotFound":
            raise TokenUnusableError(
                f"There is no token in the parameter {name}. Put the store's token there."
            ) from None
        raise ParametersUnavailableError(
            f"The parameter {name} could not be read ({code}). The next run tries again; "
            "if it repeats, check that the function may read it."
        ) from None
