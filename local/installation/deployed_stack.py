"""A deployed stack as people need it: the stores' tokens, and the functions that read and change its data."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError, ProfileNotFound

from chatsync.errors import ChatSyncError
from chatsync.sleeping_functions import NOT_READY, invoke_when_awake
from local.errors import NotNowError, UsageError
from local.installation.login_name import login_name
from local.terminal.tables import Terminal

TOKEN_PREFIX, READ, CHANGE = "StoreTokenPrefix", "ReadDataFunction", "ChangeDataFunction"  # outputs of the stack
# One try only, somewhat longer than the two functions may take: a second one would do everything a second time.
# Networks forget connections that are silent for minutes, hence the keep-alive.
PATIENT = Config(read_timeout=330, retries={"total_max_attempts": 1}, tcp_keepalive=True)
OWN_ERRORS = {kind.__name__ for kind in ChatSyncError.__subclasses__()}


class DeployedStack:
    """The stack of this name, in the account and region of AWS_PROFILE and AWS_REGION, or else those boto3 finds."""

    def __init__(self, name: str) -> None:
        """Look the stack up.

        Raises:
            NotNowError: AWS does not know it, or denies access, or it has not all that is needed here.
            UsageError: No region, or an unknown profile.
        """
        stacks = call_aws("cloudformation", "describe_stacks", StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", [])}
        if not {TOKEN_PREFIX, READ, CHANGE} <= outputs.keys():
            raise NotNowError(
                f"The stack {name} is not one of Chat History Sync, or older than this program. Check the name, or "
                "bring it up to date with `make deploy`."
            )
        self._name, self._outputs = name, outputs

    def put_token(self, store_id: str, token: str, *, is_new: bool) -> None:
        """Keep the token as a SecureString.

        Raises:
            UsageError: It is to be new, but the store has one already.
        """
        name = self._parameter(store_id)
        try:
            call_aws("ssm", "put_parameter", Name=name, Value=token, Type="SecureString", Overwrite=not is_new)
        except _RefusedError as error:
            if error.code != "ParameterAlreadyExists":
                raise
            raise UsageError(
                f"The store {store_id} has a token already. To replace it: ./chats store token {store_id} ..."
            ) from None

    def delete_token(self, store_id: str) -> None:
        """Remove the token; none at all is fine too."""
        try:
            call_aws("ssm", "delete_parameter", Name=self._parameter(store_id))
        except _RefusedError as error:
            if error.code != "ParameterNotFound":
                raise

    def read(self, word: str, **about: Any) -> dict[str, Any]:
        """Return what ReadDataFunction answers. Raises NotNowError with the sentence that it failed with."""
        return self._invoke(READ, {"word": word, **about})

    def change(self, word: str, **about: Any) -> dict[str, Any]:
        """Return what ChangeDataFunction did, and tell it who types. Raises as `read`."""
        return self._invoke(CHANGE, {"word": word, "by": login_name(), **about})

    def _invoke(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        payload = json.dumps(event).encode()
        try:
            with _aws_errors():
                answered = invoke_when_awake(
                    _client("lambda", PATIENT), self._outputs[function], payload, lambda: _announce(function)
                )
        except _RefusedError as error:
            if error.code not in NOT_READY:
                raise
            raise NotNowError(
                f"{function} was asleep, and AWS did not wake it within three minutes ({error.code}). Nothing was "
                "done. Try again in a few minutes; if it repeats, the Lambda console says why it is not active."
            ) from None
        answer: dict[str, Any] = json.loads(answered["Payload"].read())
        if "FunctionError" in answered:
            raise NotNowError(self._describe(function, answer))
        return answer

    def _describe(self, function: str, failure: Mapping[str, Any]) -> str:
        """Return our own error's sentence; of another error only its kind, as its text is not ours."""
        kind = str(failure.get("errorType"))
        if kind in OWN_ERRORS and failure.get("errorMessage"):
            return str(failure["errorMessage"]).replace("\n", " ")
        return f"{function} failed ({kind}). Its log says why: `make logs FN={function} STACK={self._name}`."

    def _parameter(self, store_id: str) -> str:
        return f"{self._outputs[TOKEN_PREFIX]}/{store_id}/token"


class _RefusedError(NotNowError):
    """AWS said no; `code` is AWS's own word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"AWS refused: {message}")
        self.code = code


def _announce(function: str) -> None:
    Terminal(stderr=True).sentence(
        f"{function} has not been used for weeks. AWS wakes it, which takes a minute or two ..."
    )


def call_aws(service: str, action: str, **arguments: Any) -> Mapping[str, Any]:
    """Return AWS's answer, from the account and region of AWS_PROFILE and AWS_REGION.

    Raises:
        NotNowError: AWS refuses, or cannot be reached. It names what was refused, never a parameter's value.
        UsageError: No region, or an unknown profile.
    """
    with _aws_errors():
        answer: Mapping[str, Any] = getattr(_client(service), action)(**arguments)
    return answer


def _client(service: str, config: Config | None = None) -> Any:
    # boto3 itself reads AWS_DEFAULT_REGION only.
    region = os.environ.get("AWS_REGION")
    return boto3.client(service, region_name=region, config=config)  # type: ignore[call-overload]


@contextmanager
def _aws_errors() -> Iterator[None]:
    """Raise our own errors for AWS's, which name what was refused, never a parameter's value."""
    try:
        yield
    except ClientError as error:
        raise _RefusedError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None
    except NoRegionError as error:
        raise UsageError(f"AWS cannot be asked: {error} Set AWS_REGION, such as eu-central-1.") from None
    except ProfileNotFound as error:
        raise UsageError(f"AWS cannot be asked: {error}. Set AWS_PROFILE to one that `aws configure` made.") from None
    except BotoCoreError as error:
        raise NotNowError(f"AWS could not be asked: {error}") from None
