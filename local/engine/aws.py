"""AWS in one process: moto for the engine itself, and the same moto on a loopback port for the workers."""

import functools
import hmac
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import boto3
from botocore.loaders import Loader
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.engine.loopback import HOST

SHUTDOWN_POLL_SECONDS = 0.05

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Aws:
    """Step Functions, S3, the parameter store and Secrets Manager; `endpoint_url` is where the workers find them."""

    region: str
    endpoint_url: str

    def client(self, service: str) -> Any:
        """Return a boto3 client for the engine itself, which reaches moto without the network."""
        return boto3.client(service, region_name=self.region)  # type: ignore[call-overload]


@contextmanager
def local_aws(region: str, listener: socket.socket, session_token: str) -> Iterator[Aws]:
    """Run an AWS that is empty at first and gone at the end.

    Behind the listener it answers whoever has this session token, of which boto3 sends a copy with every request: other
    users of the machine reach the port too, and so does a page in its browser.
    """
    Loader.CUSTOMER_DATA_PATH = os.devnull  # else ~/.aws/models
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}), _served(listener, session_token) as port:
        yield Aws(region, f"http://{HOST}:{port}")


@contextmanager
def _served(listener: socket.socket, session_token: str) -> Iterator[int]:
    """Serve moto to the workers, on the port that is yielded."""
    dispatcher = DomainDispatcherApplication(create_backend_app)
    # It would look through all folders of moto for each request.
    dispatcher.get_backend_for_host = functools.cache(dispatcher.get_backend_for_host)  # type: ignore[method-assign]
    moto = _closed_to_others(dispatcher, session_token)
    handler, port = MotoRequestHandler, listener.getsockname()[1]
    server = make_server(HOST, port, moto, threaded=True, request_handler=handler, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, args=(SHUTDOWN_POLL_SECONDS,), name="aws", daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _closed_to_others(moto: Wsgi, session_token: str) -> Wsgi:
    """Refuse who has not the session token: moto looks at no signature, and lets every origin read every answer."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sent = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        if hmac.compare_digest(sent.encode(), session_token.encode()):
            return moto(environ, start_response)
        start_response("403 Forbidden", [("Content-Length", "0")])
        return [b""]

    return answer
