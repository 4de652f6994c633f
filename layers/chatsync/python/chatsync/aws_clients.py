"""Clients of AWS's services, which start fast: made by botocore, without boto3, from definitions that are cut down.

Both would be a third of a cold start: boto3 adds nothing that is used, and a service's whole definition describes
hundreds of calls that nobody makes.
"""

from functools import cache
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session, get_session

# Of each service only the calls that are made: layers/aws_definitions.py. What is not here, botocore has.
DEFINITIONS = Path(__file__).with_name("aws_definitions")


def make_client(service: str, config: Config | None = None) -> Any:
    """Return a new client of a service in DEFINITIONS, such as `s3`; credentials and region are the function's."""
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    """Return the container's one session: another would read AWS's endpoints once more."""
    session = get_session()
    session.register_component("data_loader", _Definitions([str(DEFINITIONS)]))
    return session


class _Definitions(Loader):
    """Knows what services there are without a look into the folders of all four hundred."""

    def list_available_services(self, type_name: str) -> list[str]:
        return [folder.name for folder in DEFINITIONS.iterdir() if folder.is_dir()]
