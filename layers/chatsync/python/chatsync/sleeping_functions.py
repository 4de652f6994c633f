"""Invoking a function that may be asleep.

Lambda takes the network interfaces of a function in a VPC away when nothing has invoked it for weeks. The next
invocation is refused and wakes it. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

# Refusals of Invoke that pass by themselves; the function has not run.
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
NOT_READY = frozenset(
    {
        "ResourceNotReadyException",
        "ResourceConflictException",
        "ENINotReadyException",
        "EC2ThrottledException",
        "CodeArtifactUserPendingException",
        "CodeArtifactUserDeletedException",
    }
)
# Three minutes: new network interfaces take about one.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
PAUSES, PAUSE_SECONDS = 18, 10


def invoke_when_awake(client: Any, function: str, payload: bytes, announce: Callable[[], None]) -> Mapping[str, Any]:
    """Return what Invoke answers; while the function wakes up, announce that once and ask again.

    Raises:
        ClientError: Lambda refuses for another reason, or the function is not ready after three minutes.
    """
    pauses = 0
    while True:
        try:
            answer: Mapping[str, Any] = client.invoke(FunctionName=function, Payload=payload)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_READY or pauses == PAUSES:
                raise
        else:
            return answer
        if not pauses:
            announce()
        pauses += 1
        time.sleep(PAUSE_SECONDS)
