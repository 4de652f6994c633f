"""Which chats look as if written to a model rather than to a shop."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from classifier.model.excerpt import Line
from classifier.russian import fold


def looks_suspicious(lines: Iterable[Line]) -> bool:
    """Tell whether any message bears one of the signs of signs.toml.

    Whoever knows the list can avoid it. It spares requests that would have to be made twice; no label rests on it.
    """
    texts = ("\n".join(" ".join(row.split()) for row in fold(line.text).splitlines()) for line in lines)
    return any(sign.search(text) for text in texts for sign in _signs())


@cache
def _signs() -> tuple[re.Pattern[str], ...]:
    listed = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))
    return tuple(re.compile(sign, re.MULTILINE) for sign in listed["signs"])
