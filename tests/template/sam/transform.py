"""Reads a SAM template as JSON and writes what CloudFormation gets of it. Runs apart, with the libraries beside it."""

import json
import sys

from samtranslator.translator.transform import transform

# What SAM attaches by itself: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
MANAGED = {
    "AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
}


class ManagedPolicies:
    """SAM would ask IAM for them."""

    def load(self) -> dict[str, str]:
        """Return their ARNs by name."""
        return MANAGED


json.dump(transform(json.load(sys.stdin), {}, ManagedPolicies()), sys.stdout)
