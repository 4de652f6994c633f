"""How hypothesis works here: the examples that TEST_SEED draws, and a failing one is shown as it was found.

With TEST_SEED=all they are all tried, the same each time. HYPOTHESIS_PROFILE=explore then looks for new ones, and makes
a failing one small.
"""

import os

from hypothesis import HealthCheck, Phase, settings

# Examples run against a server: how long one takes says nothing, and making one small takes minutes.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "explore", settings.get_profile("repeatable"), derandomize=False, phases=tuple(Phase), print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
