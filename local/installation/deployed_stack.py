"""A deployed stack as far as stores need it: their tokens' parameters, and the function that keeps their rows."""

import json
import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError, ProfileNotFound

from chatsync.errors import describe_failure
from local.errors import NotNowError, UsageError


class DeployedStack:
    """The stack of this name, in the account and region of AWS_PROFILE and AWS_REGION, or else those boto3 finds."""

    def __init__(self, name: str) -> None:
        """Look the stack up.

        Raises:
            NotNowError: AWS does not know it, or denies access.
            UsageError: No region, or an unknown profile.
        """
        stacks = _call_aws("cloudformation", "describe_stacks", StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", [])}
        if not {"StoreTokenPrefix", "ManageStoreFunction"} <= outputs.keys():
            raise NotNowError(f"The stack {name} is not (yet) one of Chat History Sync.")
        self._prefix, self._function = outputs["StoreTokenPrefix"], outputs["ManageStoreFunction"]

    def put_token(self, store_id: str, token: str, *, is_new: bool) -> None:
        """Keep the token as a SecureString.

        Raises:
            UsageError: It is to be new, but the store has one already.
        """
        name = self._parameter(store_id)
        try:
            _call_aws("ssm", "put_parameter", Name=name, Value=token, Type="SecureString", Overwrite=not is_new)
        except _RefusedError as error:
            if error.code != "ParameterAlreadyExists":
                raise
            raise UsageError(
                f"The store {store_id} has a token already. To replace it: ./chats store token {store_id} ..."
            ) from None

    def delete_token(self, store_id: str) -> None:
        """Remove the token; none at all is fine too."""
        try:
            _call_aws("ssm", "delete_parameter", Name=self._parameter(store_id))
        except _RefusedError as error:
            if error.code != "ParameterNotFound":
                raise

    def change(self, action: str, store_id: str, same_store: bool = False, **facts: str | None) -> None:
        """Invoke ManageStoreFunction. Raises NotNowError with the sentence that it failed with."""
        event = {"action": action, "store_id": store_id, "name": None, "seller_id": None, "token_type": None}
        payload = json.dumps(event | {"token_expires_at": None, "same_store": same_store} | facts).encode()
        answer = _call_aws("lambda", "invoke", FunctionName=self._function, Payload=payload)
        if "FunctionError" in answer:
            failure = answer["Payload"].read().decode()
            raise NotNowError(describe_failure(str(json.loads(failure).get("errorType")), failure)[1])

    def _parameter(self, store_id: str) -> str:
        return f"{self._prefix}/{store_id}/token"


class _RefusedError(NotNowError):
    """AWS said no; `code` is AWS's own word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"AWS refused: {message}")
        self.code = code


def _call_aws(service: str, action: str, **arguments: Any) -> Mapping[str, Any]:
    """Call AWS; its errors name what was refused, never a parameter's value."""
    try:
        # boto3 itself reads AWS_DEFAULT_REGION only.
        client = boto3.client(service, region_name=os.environ.get("AWS_REGION"))  # type: ignore[call-overload]
        answer: Mapping[str, Any] = getattr(client, action)(**arguments)
    except ClientError as error:
        raise _RefusedError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None
    except NoRegionError as error:
        raise UsageError(f"AWS cannot be asked: {error} Set AWS_REGION, such as eu-central-1.") from None
    except ProfileNotFound as error:
        raise UsageError(f"AWS cannot be asked: {error}. Set AWS_PROFILE to one that `aws configure` made.") from None
    except BotoCoreError as error:
        raise NotNowError(f"AWS could not be asked: {error}") from None
    return answer
