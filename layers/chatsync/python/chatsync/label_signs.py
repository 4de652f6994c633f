"""Which chats look as if written to a model rather than to a shop.

It lies here because the database's functions, which plan the requests, cannot import the classifier, which makes them.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def looks_suspicious(texts: Iterable[str]) -> bool:
    """Tell whether any message bears one of the signs of label_signs.toml.

    Whoever knows the list can avoid it. It spares requests that would have to be made twice; no label rests on it.
    """
    folded = ("\n".join(" ".join(row.split()) for row in _fold(text).splitlines()) for text in texts)
    return any(sign.search(text) for text in folded for sign in _signs())


def _fold(text: str) -> str:
    return text.casefold().replace("ё", "е")


@cache
def _signs() -> tuple[re.Pattern[str], ...]:
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(re.compile(sign, re.MULTILINE) for sign in listed["signs"])
