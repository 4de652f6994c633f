"""A store's token, read from the parameter store just before it is used and kept nowhere else."""

import math
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chatsync.aws_clients import make_client
from chatsync.errors import ParametersUnavailableError, TokenUnusableError
from chatsync.settings import STARTS_IN_LAMBDA, setting
from wildberries.client import WildberriesClient
from wildberries.token import TokenFacts, read_token, require_seller, require_usable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

KEEP_SECONDS = 60  # A replaced token is used a minute later at the latest.
KEPT: dict[str, tuple[str, float]] = {}  # of each parameter the token, and when it was read (monotonic)


@cache
def parameter_store() -> "SSMClient":
    """Return the container's one client; public so that tests can see when it is made, and make another."""
    client: SSMClient = make_client("ssm")
    return client


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
    token, read_at = KEPT.get(name, ("", -math.inf))
    if time.monotonic() - read_at < KEEP_SECONDS:
        return token
    try:
        token = parameter_store().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        if code == "ParameterNotFound":
            raise TokenUnusableError(
                f"There is no token in the parameter {name}. Put the store's token there."
            ) from None
        raise ParametersUnavailableError(
            f"The parameter {name} could not be read ({code}). The next run tries again; "
            "if it repeats, check that the function may read it."
        ) from None
    KEPT[name] = token, time.monotonic()
    return token
