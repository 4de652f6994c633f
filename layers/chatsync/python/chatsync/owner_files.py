"""The TOML files that an owner may write himself: tags, prices, automatic messages, stores."""

import tomllib
from pathlib import Path
from typing import Any


def read_toml(file: Path) -> tuple[dict[str, Any], str]:
    """Return what the file holds, and why it cannot be read, "" if it can."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig")), ""
    except OSError as error:
        return {}, f"it cannot be read ({error.strerror})"
    except RecursionError:
        return {}, "it is not valid TOML (it is nested too deep)"
    except ValueError as error:  # no TOML, no UTF-8, or a number of thousands of digits
        return {}, f"it is not valid TOML ({error})"
