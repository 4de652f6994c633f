"""What an observation is about: the engine knows functions and payloads, and neither stores nor the machine's words."""

from local.engine.observation import Observation, Waiting


def observed_store(observation: Observation) -> str | None:
    """Return the store whose function or wait this is, None of those that all stores share."""
    data = observation.state_input if isinstance(observation, Waiting) else observation.payload
    store_id = data.get("store_id") if isinstance(data, dict) else None
    return store_id if isinstance(store_id, str) else None


def state_name(function: str) -> str:
    """Return the name of the state that invokes a function: its name in words."""
    return function.replace("_", " ").capitalize()
