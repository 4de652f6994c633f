"""moto without its EC2, which two of the services that are needed import for calls that nobody makes here.

It is more than half of the time that moto takes to import.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import moto

from local.engine.observation import EngineBrokenError

# Package, and what is imported of it; of the second, a module that lies in it is needed itself.
LEFT_OUT: dict[str, dict[str, object]] = {"moto.ec2": {"ec2_backends": {}}, "moto.batch": {}}
NEEDED = ("moto.ssm.models", "moto.stepfunctions.parser.backend.execution_worker")


def import_moto() -> None:
    """Import the parts of moto that the engine uses. Raises EngineBrokenError where moto is not as expected."""
    with _left_out():
        for name in NEEDED:
            importlib.import_module(name)


@contextmanager
def _left_out() -> Iterator[None]:
    """Let empty packages stand for those that are left out; later imports find the real ones."""
    ours = {name: _empty_package(name, content) for name, content in LEFT_OUT.items() if name not in sys.modules}
    sys.modules.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]


def _empty_package(name: str, content: dict[str, object]) -> ModuleType:
    found = importlib.util.find_spec(name)
    if found is None or found.submodule_search_locations is None:
        raise EngineBrokenError(f"moto {moto.__version__} has no {name}: the engine needs the version it is pinned to")
    package = ModuleType(name)
    package.__path__ = list(found.submodule_search_locations)
    vars(package).update(content)
    return package
