"""Keeps what a person set for AWS, proxies and Python's libraries out of the engine's own process.

Workers need no such care: they are started with an environment of their own (lambdas.py).
"""

import os
import re

# By what they begin with; beside them what requests (which moto brings) and moto read under names of no one family.
SETTINGS_OF_LIBRARIES = re.compile(
    r"(AWS|_X_AMZN|BOTO|BOTOCORE|MOTO|FLASK|WERKZEUG)_.*"
    r"|.*_PROXY|.*_CA_BUNDLE|NETRC"
    r"|TEST_(SERVER|PROXY)_MODE.*|S3_.*|INITIAL_NO_AUTH_ACTION_COUNT|SF_EXECUTION_HISTORY_TYPE",
    re.IGNORECASE,
)


def is_setting_of_libraries(name: str) -> bool:
    """Return whether this is a variable by which boto3, moto or what they stand on would do something else."""
    return SETTINGS_OF_LIBRARIES.fullmatch(name) is not None


def seal_process() -> None:
    """Take these variables from this process for good, and let no configuration file stand in for them.

    To be called before moto is imported; boto3 may be. A process that runs an engine has no other use for AWS.
    """
    for name in filter(is_setting_of_libraries, list(os.environ)):
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
