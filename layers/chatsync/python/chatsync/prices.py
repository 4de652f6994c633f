"""What a model's tokens cost: read from prices.toml, or from the operator's own file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chatsync.errors import PricesInvalidError
from chatsync.label_tokens import Tokens
from chatsync.label_version import KEYWORDS
from chatsync.owner_files import read_toml

OWN_FILE = Path(__file__).with_name("prices.toml")
SETTING = "PRICES_FILE"

FREE = "free"


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens in and out: that is millionths of a dollar for one. `date` says when it held.

    `cached` is the price of tokens in that the server had read before; None: they cost what all tokens in do.
    """

    into: float
    out: float
    date: str
    cached: float | None = None

    def cost_microusd(self, tokens: Tokens) -> int:
        """Return what tokens cost in millionths of a US dollar, rounded."""
        cached = self.into if self.cached is None else self.cached
        return round((tokens.into - tokens.cached) * self.into + tokens.cached * cached + tokens.out * self.out)


def price_of(classifier: str) -> Price | None:
    """Return a classifier's price, None where it is not known: that is not the same as free.

    `classifier` is the setting CLASSIFIER. Raises PricesInvalidError where the operator's own file cannot be read.
    """
    if classifier == KEYWORDS:
        return Price(0, 0, FREE)
    return _prices().get(classifier.partition("/")[2])


@cache
def _prices() -> Mapping[str, Price]:
    return read_prices(Path(os.environ.get(SETTING) or OWN_FILE))


def read_prices(file: Path) -> dict[str, Price]:
    """Return the prices of a file by model; raises PricesInvalidError saying what is wrong in which file."""
    content, wrong = read_toml(file)
    try:
        if not wrong:
            return {model: _price(price, content["date"]) for model, price in content["models"].items()}
    except KeyError as error:
        wrong = f"{error.args[0]} is missing"
    except (ValueError, AttributeError, TypeError):
        wrong = "it does not have the shape of prices.toml"
    raise PricesInvalidError(f"The price list {file} cannot be used: {wrong}. Correct the file, or PRICES_FILE.")


def _price(price: Mapping[str, Any], date: object) -> Price:
    into, out, cached = price["input"], price["output"], price.get("cached_input", price["input"])
    if not all(type(dollars) in (int, float) and dollars >= 0 for dollars in (into, out, cached)):
        raise ValueError
    return Price(into, out, str(date), cached)
