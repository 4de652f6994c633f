"""Which chats look as if written to a model rather than to a shop."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from classifier.model.excerpt import Line


def looks_suspicious(lines: Iterable[Line]) -> bool:
    """Tell whether any message bears one of the signs of signs.toml.

    Whoever knows the list can avoid it. It spares requests that would have to be made twice; no label rests on it.
    """
    return any(sign.search(_plain(line.text)) for line in lines for sign in _signs())


def _plain(text: str) -> str:
    lines = text.casefold().replace("ё", "е").splitlines()
    return "\n".join(" ".join(line.split()) for line in lines)


@cache
def _signs() -> tuple[re.Pattern[str], ...]:
    listed = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))
    return tuple(re.compile(sign, re.MULTILINE) for sign in listed["signs"])
