"""A custom resource's answer to CloudFormation: a stack whose resource never answers hangs until its time-out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

ANSWER_SECONDS = 10
MOST_REASON = 1000  # CloudFormation takes 4 KB in all.


def answer(event: Mapping[str, Any], physical_id: str, problem: str | None) -> None:
    """Tell CloudFormation that the resource is done, or what went wrong.

    `problem` is shown in the stack's events: never anything secret. `physical_id` must stay the same for ever; another
    one would make CloudFormation delete the old resource.

    Raises:
        OSError: The address did not take the answer; Lambda then invokes the function again, twice.
    """
    body = json.dumps(
        {
            "Status": "FAILED" if problem else "SUCCESS",
            "Reason": (problem or "")[:MOST_REASON],
            "PhysicalResourceId": physical_id,
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            "NoEcho": False,
        }
    ).encode()
    # An empty Content-Type: CloudFormation signed the address without one.
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310 - CloudFormation's own address
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - as above
        pass
