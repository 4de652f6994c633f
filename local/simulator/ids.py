"""Identifiers in the shape Wildberries gives them."""

from random import Random


def uuid4(rng: Random) -> str:
    """Return the rng's next version 4 uuid; several times cheaper than uuid.UUID, which a large world feels."""
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-{'89ab'[int(bits[16], 16) % 4]}{bits[17:20]}-{bits[20:]}"
