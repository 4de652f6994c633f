"""Settings come from the function's environment, which template.yaml writes."""

import os

from chatsync.errors import SettingMissingError


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
