"""`python -m local view`: the viewer's function, served to the browsers of this machine."""

from local.view.viewer import run

__all__ = ["run"]
