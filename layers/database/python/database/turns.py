"""How long a store waits for its turn behind another one of the same seller. Pure arithmetic."""

SHORTEST_TURN_SECONDS, LONGEST_TURN_SECONDS = 10, 3600


def seconds_until_turn(age_seconds: float | None) -> int:
    """Return when to ask again whether the seller's other run, which is so old, has ended.

    A tenth of its age: a run of seconds delays this one by seconds, one of days is asked after rarely. Where it ended
    just now (None), the shortest time.
    """
    return round(min(max((age_seconds or 0) / 10, SHORTEST_TURN_SECONDS), LONGEST_TURN_SECONDS))
