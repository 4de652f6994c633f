"""Broken twice, at random points in random ways, a run still ends with the same database as an undisturbed one."""

import random
from collections.abc import Callable

from tests.crash.conftest import Tally
from tests.crash.crashing import DROP, KILL, MODES, CrashingMachine, Undisturbed
from tests.crash.points import ANSWER, Point
from tests.crash.test_crash_points import differences
from tests.support.sampling import is_whole, sample

SEEDS = range(48)
SAMPLED_CHAINS = 2
# What is left to do after a first crash may be little: most second ones are to happen all the same.
FARTHEST_SECOND = 80


def test_broken_twice_at_random_points_it_ends_as_if_undisturbed(
    crashing: CrashingMachine, undisturbed: Undisturbed, tally: Tally
) -> None:
    wrong, twice = [], 0
    seeds = sample(SEEDS, SAMPLED_CHAINS, "chains")
    for seed in seeds:
        chance = random.Random(seed)
        modes = chance.choices(MODES, k=2)
        far = (chance.randrange(len(undisturbed.warm)), chance.randrange(FARTHEST_SECOND))
        ended = crashing.crash(*((mode, nth(steps, mode)) for mode, steps in zip(modes, far, strict=True)))
        where = " then ".join(f"{mode} {point}" for mode, point in zip(modes, crashing.points.broken, strict=False))
        mode = KILL if KILL in modes else DROP
        wrong += [f"seed {seed}: {where}: {what}" for what in differences(mode, ended, undisturbed.ended)]
        twice += len(crashing.points.broken) == len(modes)
    tally.notes.append(f"chains: {len(seeds)} random ones, {twice} of them broken twice, {len(wrong)} ended otherwise.")
    assert not wrong, "\n".join(wrong)
    assert twice > len(seeds) / 2 or not is_whole()


def nth(steps: int, mode: str) -> Callable[[Point], bool]:
    """Choose the point so many steps ahead. Only a connection can be cut: then the next one that has one."""
    left = steps

    def choose(point: Point) -> bool:
        nonlocal left
        left -= 1
        return left < 0 and not (mode == DROP and point.kind == ANSWER)

    return choose
