"""Settings come from the function's environment, which template.yaml writes."""

import os

from chatsync.errors import SettingMissingError

# Set by Lambda. What a function needs in any case is made while it starts: until its first invocation it has a whole
# processor, then its memory's share of one (a seventh at 256 MB).
STARTS_IN_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def setting(name: str) -> str:
    """Return the environment variable `name`.

    Raises:
        SettingMissingError: It is not set or empty.
    """
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissingError(
            f"The setting {name} is empty. Give it in template.yaml or the function's environment."
        )
    return value
