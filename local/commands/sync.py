"""`python -m local sync`: one execution of the state machine on this machine, watched live."""

from local.sync.execution import run

__all__ = ["run"]
