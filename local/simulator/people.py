"""Invented buyers: what Wildberries shows as a client's name, from nothing at all to a full name."""

from dataclasses import dataclass
from random import Random

from local.simulator.texts import Texts


@dataclass(frozen=True)
class Buyer:
    """A buyer's name as WB shows it ("may be empty, a first name, or a full name"), and whether it is a she."""

    shown: str
    she: bool


def buyer(texts: Texts, rng: Random) -> Buyer:
    """Return somebody."""
    name, she = rng.choice(texts.names)
    surname = rng.choice(texts.surnames)[she]
    letter = rng.choice(texts.surname_letters)
    shown = rng.choices([name, f"{name} {letter}.", f"{surname} {name}", name.lower(), ""], [60, 14, 12, 5, 9])[0]
    return Buyer(shown, bool(she))
