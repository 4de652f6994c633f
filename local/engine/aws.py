"""AWS in one process: moto for the engine itself, and the same moto on a loopback port for the workers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from moto.server import ThreadedMotoServer


@dataclass(frozen=True)
class Aws:
    """Step Functions, S3, the parameter store and Secrets Manager; `endpoint_url` is where the workers find them."""

    region: str
    endpoint_url: str

    def client(self, service: str) -> Any:
        """Return a boto3 client for the engine itself, which reaches moto without the network."""
        return boto3.client(service, region_name=self.region)  # type: ignore[call-overload]


@contextmanager
def local_aws(region: str) -> Iterator[Aws]:
    """Run an AWS that is empty at first and gone at the end."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield Aws(region, f"http://{host}:{port}")
        finally:
            server.stop()
